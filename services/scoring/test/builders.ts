import { DEFAULT_TENANT } from '@throughline/domain';
import type { ChainChanged, Component, FindingChanged, IntelUpdated, ScanCompleted, TicketChanged } from '@throughline/contracts';
import type { JudgeInput } from '../src/domain/judge.js';
import type { Intel } from '../src/domain/likelihood.js';
import { DEFAULT_SLA_POLICY } from '../src/domain/sla.js';

/** Records for specs: a vulnerable library in a repository, and the context of that repository in production. */
export const component = (overrides: Partial<Component> = {}): Component => ({
  purl: 'pkg:npm/lodash@4.17.20', name: 'lodash', version: '4.17.20', ecosystem: 'npm', fixedVersions: ['4.17.21'], dependencyPath: [], filePath: 'package-lock.json', layer: '', ...overrides,
});

export const finding = (overrides: Partial<FindingChanged> = {}): FindingChanged => ({
  tenantId: DEFAULT_TENANT, findingId: '018f0000-0000-7000-8000-000000000001', version: 1, issueId: '018f0000-0000-7000-8000-0000000000a1',
  class: 'sca', title: 'Command injection in lodash', description: 'template() runs code', status: 'open', statusReason: '', statusSince: '2026-11-01T00:00:00.000Z', regressions: 0,
  severity: { original: 'HIGH', normalized: 'high', rule: 'trivy' }, cvss: [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8, source: 'nvd' }],
  identifiers: ['CVE-2021-44228'], weaknesses: ['CWE-502'], component: component(), location: null, locations: [], codeFlow: [], secret: null,
  rules: [{ tool: 'trivy', id: 'CVE-2021-44228', name: '', helpUri: '' }], tools: ['trivy'], suppressions: [], references: [], remediation: '', reachability: '',
  asset: 'repo:github.com/acme/pay', versionUrn: 'commit:github.com/acme/pay@abc', line: 'main', defaultLine: true, path: '',
  application: 'payments', service: '', repository: 'github.com/acme/pay', environment: '', scopes: ['s'], baseline: false,
  firstSeen: '2026-11-01T00:00:00.000Z', lastSeen: '2026-11-01T00:00:00.000Z', flags: [], absentIn: [], scanId: '018f0000-0000-7000-8000-0000000000f1', change: 'created', changedBy: '', changeReason: '', mergedInto: '', splitFrom: '', changedAt: '2026-11-01T00:00:00.000Z',
  ...overrides,
});

export const context = (overrides: Partial<ChainChanged> = {}): ChainChanged => ({
  tenantId: DEFAULT_TENANT, asset: 'repo:github.com/acme/pay', version: 3, kind: 'repository', lineage: ['repo:github.com/acme/pay', 'image-name:ecr.example/pay'],
  running: [{ version: 'image:ecr.example/pay@sha256:1', service: 'service:arn:aws:ecs:eu-central-1:1:service/main/pay-api', environment: 'production', exposure: 'internet', commit: '', confidence: 1 }],
  deployed: 'yes', exposure: 'internet', exposurePath: ['service:pay-api', 'lb:arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/alb-pay/0123456789abcdef'],
  environments: ['production'], services: ['service:arn:aws:ecs:eu-central-1:1:service/main/pay-api'], applications: ['payments'],
  owners: [{ pathPrefix: '/infra/', team: 'platform', source: 'codeowners', evidence: 'line 3' }, { pathPrefix: '', team: 'payments', source: 'codeowners', evidence: 'line 14' }],
  criticality: '', dataClass: '', gaps: [], changedAt: '2026-11-02T00:00:00.000Z', formerly: [], decommissionedAt: '', ...overrides,
});

export const intel = (overrides: Partial<Intel> = {}): Intel => ({
  advisory: 'CVE-2021-44228', epss: 0.943, modelVersion: 'v2025.03.14', epssDate: '2026-11-01', kev: true, kevAdded: '2021-12-10', kevDue: '2026-11-20', ransomware: false, kevDate: '2026-11-01', version: 1, ...overrides,
});

export const judgeInput = (overrides: Partial<JudgeInput> = {}): JudgeInput => ({
  finding: finding(), context: context(), intel: [intel()], kevFeedDate: '2026-11-01', exceptions: [], mergedIds: [], activations: [], slaPolicy: DEFAULT_SLA_POLICY, previousSla: null, at: '2026-11-01T00:00:00.000Z', ...overrides,
});

/** A feed's record of an advisory. */
export const intelUpdated = (overrides: Partial<IntelUpdated> = {}): IntelUpdated => ({
  source: 'epss', advisory: 'CVE-2021-44228', epss: 0.94, percentile: 0.99, modelVersion: 'v2025.03.14', kev: false, kevAdded: '', kevDue: '', ransomware: false, aliases: [], feedDate: '2026-11-01', version: 1, withdrawn: false, ...overrides,
});

export const scanCompleted = (scanId: string, changes: number, overrides: { readonly introduced?: readonly string[]; readonly base?: string; readonly commit?: string; readonly tenantId?: string } = {}): ScanCompleted => ({
  header: {
    scanId, tenantId: overrides.tenantId ?? DEFAULT_TENANT, sequence: 1, tool: 'trivy', toolVersion: '1', format: 'trivy', scope: 's', receivedAt: '2026-11-01T00:00:00.000Z', scannedAt: '2026-11-01T00:00:00.000Z',
    target: {
      asset: 'repo:github.com/acme/pay', version: '', line: 'main', defaultLine: true, path: '', category: '', application: '', service: '', repository: 'github.com/acme/pay', branch: 'main',
      commit: overrides.commit ?? '', image: '', url: '', account: '', environment: '', build: '', pullRequest: '', base: overrides.base ?? '',
    },
  },
  status: 'done', coverage: 'complete', counts: { reported: 0, observed: 0, quarantined: 0, created: 0, changed: 0, unchanged: 0, reopened: 0, merged: 0, absent: 0, fixed: 0 },
  changes, baseline: false, introduced: overrides.introduced ?? [], problems: [], completedAt: '2026-11-01T00:00:00.000Z',
});

export const ticketChanged = (overrides: Partial<TicketChanged> = {}): TicketChanged => ({
  tenantId: DEFAULT_TENANT, ticketId: '018f0000-0000-7000-8000-0000000000d1', version: 1, fixId: '018f0000-0000-7000-8000-0000000000e1', team: 'payments', destination: 'hook', status: 'open',
  externalKey: 'PAY-1', url: 'https://tracker.example/PAY-1', title: '', findings: [], band: 'act', lastSync: '', lastError: '', changedAt: '2026-11-01T00:00:00.000Z', ...overrides,
});

/** Finding ids by number. */
export const findingId = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const scanId = (n: number): string => `018f1111-0000-7000-8000-${String(n).padStart(12, '0')}`;
