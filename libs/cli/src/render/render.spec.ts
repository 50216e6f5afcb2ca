import { describe, expect, it } from '@jest/globals';
import type { Explanation, Finding, Trace, TraceLink, TraceNode } from '../api/answers.js';
import { testIo } from '../../test/scripted.js';
import { paintFor, plain, PLAIN } from '../terminal.js';
import { renderExplanation } from './explanation.js';
import { renderFindings } from './findings.js';
import { renderReceipt } from './receipt.js';
import { renderTrace } from './trace.js';

const node = (kind: string, urn: string, attributes: Record<string, unknown> = {}): TraceNode => ({ urn, kind, name: urn, attributes });
const link = (from: string, kind: string, to: string, method = 'api', over: Partial<TraceLink> = {}): TraceLink => ({ from, to, kind, method, verified: false, confidence: 0.98, validFrom: '2026-01-01T00:00:00.000Z', validTo: null, ...over });

const forward: Trace = {
  from: 'repo:github.com/acme/pay', direction: 'forward', at: '2026-03-01T12:00:00.000Z',
  nodes: [
    node('repository', 'repo:github.com/acme/pay'), node('commit', 'commit:github.com/acme/pay@ffac'), node('build', 'build:github.com/acme/pay/actions/runs/17'), node('image', 'image:r.example/pay@sha256:aa'), node('image', 'image:r.example/old@sha256:bb', { resolved: false }),
    node('service', 'service:prod/shop/pay', { stale: true }), node('load-balancer', 'lb:k8s/prod/shop/ingress/web'), node('team', 'team:payments'),
  ],
  links: [
    link('repo:github.com/acme/pay', 'contains', 'commit:github.com/acme/pay@ffac'), link('commit:github.com/acme/pay@ffac', 'built-by', 'build:github.com/acme/pay/actions/runs/17'),
    link('build:github.com/acme/pay/actions/runs/17', 'produced', 'image:r.example/pay@sha256:aa', 'attestation', { verified: true, confidence: 1 }), link('build:github.com/acme/pay/actions/runs/17', 'produced', 'image:r.example/old@sha256:bb', 'tag', { confidence: 0.49 }),
    link('image:r.example/pay@sha256:aa', 'runs-as', 'service:prod/shop/pay', 'deployment-record', { confidence: 0.95 }), link('image:r.example/old@sha256:bb', 'runs-as', 'service:prod/shop/pay', 'api', { validTo: '2026-02-01T08:30:00.000Z' }),
    link('service:prod/shop/pay', 'routes-to', 'lb:k8s/prod/shop/ingress/web'), link('service:prod/shop/pay', 'owned-by', 'team:payments', 'manual'),
  ],
  gaps: [{ hop: 'image → build', reason: 'nothing says which build made it', remedy: 'Add actions/attest-build-provenance to the workflow.', asset: 'image:r.example/old@sha256:bb' }], exposure: 'internet', owner: 'payments',
};

describe('a trace as text', () => {
  it('tells proof from guess, draws what two ways reach once, and names gaps with their remedy', () => {
    expect(renderTrace(forward, PLAIN)).toBe([
      'repository github.com/acme/pay',
      '└─ commit github.com/acme/pay@ffac [api 0.98]',
      '   └─ build github.com/acme/pay/actions/runs/17 [api 0.98]',
      '      ├─ image r.example/pay@sha256:aa [✓ attestation, verified]',
      '      │  └─ service prod/shop/pay (stale) [deployment-record 0.95]',
      '      │     └─ load-balancer k8s/prod/shop/ingress/web [api 0.98]',
      '      └─ image r.example/old@sha256:bb (no source has described it) [? tag 0.49, candidate]',
      '         └─ service prod/shop/pay (stale) [api 0.98, until 2026-02-01 08:30] ↑ see above',
      '',
      'exposure  internet: the internet reaches it',
      'owner     team payments',
      'as of     2026-03-01T12:00:00.000Z; 8 nodes, 8 links, 1 verified',
      '',
      '1 gap in what is known:',
      '  image → build at image:r.example/old@sha256:bb: nothing says which build made it',
      '    → Add actions/attest-build-provenance to the workflow.',
      '',
    ].join('\n'));
  });

  it('goes from the outside to the code when traced backward, and starts at every node that has the digest', () => {
    const text = renderTrace({ ...forward, from: 'image:sha256:aa', direction: 'backward', owner: null, exposure: 'unknown', gaps: [] }, PLAIN);
    expect(text.split('\n')[0]).toBe('load-balancer k8s/prod/shop/ingress/web');
    expect(text).toContain('owner     none');
    expect(text).not.toContain('gap');
  });

  it('ends on a cycle', () => {
    const ring = { ...forward, nodes: [node('service', 'service:a'), node('service', 'service:b')], from: 'service:a', links: [link('service:a', 'member-of', 'service:b'), link('service:a', 'routes-to', 'service:b'), link('service:b', 'routes-to', 'service:a')], gaps: [] };
    expect(renderTrace(ring, PLAIN).split('\n').slice(0, 3)).toEqual(['service a', '└─ service b [api 0.98]', '   └─ service a [api 0.98] ↑ see above']);
  });
});

const finding: Finding = {
  id: '0190-1', title: 'Log4Shell \u001b[2Jin log4j-core', class: 'sca', status: 'open', decision: null, severity: 'critical', score: 91.25, band: 'act', identifiers: ['CVE-2021-44228'], component: { purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1', fixedVersions: ['2.17.1'] },
  location: null, repository: 'github.com/acme/pay', service: 'pay', team: 'payments', asset: 'image-name:r.example/pay', deployed: 'yes', exposed: 'yes', exposure: 'internet', dueAt: null,
};
const other: Finding = { ...finding, id: '0190-2', title: 'SQL injection', score: 3, band: 'defer', decision: 'accepted-risk', identifiers: [], class: 'sast', location: { path: 'src/a.py', startLine: 4 }, service: '', team: '', exposure: 'unknown' };

describe('findings as text', () => {
  it('are a table that fits its screen', () => {
    expect(renderFindings([finding, other], true, 0, PLAIN)).toBe([
      'SCORE  BAND   SEVERITY  ID              EXPOSURE  TEAM      STATE          SERVICE              FINDING  TITLE',
      '91.3   act    critical  CVE-2021-44228  internet  payments  open           pay                  0190-1   Log4Shell �[2Jin log4j-core',
      '3.0    defer  critical  sast            unknown   -         accepted-risk  github.com/acme/pay  0190-2   SQL injection',
      '2 findings; there are more (--limit)', '',
    ].join('\n'));
    for (const line of renderFindings([finding, other], false, 90, PLAIN).split('\n')) expect(line.length).toBeLessThanOrEqual(90);
    expect(renderFindings([], false, 90, PLAIN)).toBe('No finding fits.\n');
  });
});

describe('an explanation as text', () => {
  const explanation: Explanation = {
    score: 91.25, band: 'act', formulaVersion: '1', summary: 'Urgent.', ssvc: { decision: 'Act' }, ssvcNote: null,
    factors: [{ name: 'severity', value: 'CVSS 10.0', source: 'nvd', observedAt: '2026-01-05T00:00:00Z', contribution: 60.5 }, { name: 'exposed', value: 'internet', source: 'chain', observedAt: null, contribution: 31 }, { name: 'criticality', value: 'low', source: 'catalogue', observedAt: null, contribution: -0.25 }],
    counterfactuals: [{ text: 'with EPSS at 0.01: 91 → 88', delta: -3 }, { text: 'on an internal load balancer: 91 → 44', delta: -47 }],
  };
  it('shows contributions that add up, and what would change most first', () => {
    expect(renderExplanation(finding, explanation, PLAIN)).toBe([
      '91.25 act  Log4Shell �[2Jin log4j-core', 'CVE-2021-44228 · pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1 · pay · team payments', '', 'Urgent.', '',
      '   +60.50  severity     CVSS 10.0  nvd, 2026-01-05', '   +31.00  exposed      internet   chain', '    −0.25  criticality  low        catalogue', '    91.25  sum; formula 1', '', 'SSVC: Act', '',
      'It would be', '  on an internal load balancer: 91 → 44', '  with EPSS at 0.01: 91 → 88', '',
    ].join('\n'));
  });
});

describe('a receipt as text', () => {
  it('tells what counted, what did not, and why', () => {
    expect(renderReceipt('a.json', { id: 's2', status: 'done', duplicateOf: 's1' }, PLAIN)).toBe('done       a.json\n           the same scan as s1; nothing was counted twice\n           scan s2\n');
    expect(renderReceipt('b.json', { id: 's3', status: 'partial', counts: { reported: 3, new: 2, quarantined: 1 }, problems: [{ code: 'no_rule', message: 'A result names no rule.', position: '/runs/0/results/1' }] }, PLAIN))
      .toBe('partial    b.json\n           3 reported: 2 new, 1 quarantined\n           no_rule A result names no rule. at /runs/0/results/1\n           scan s3\n');
  });
});

describe('a terminal', () => {
  it('is coloured only when it is one, and NO_COLOR is respected', () => {
    const coloured = (terminal: boolean, variables = {}) => { const io = testIo({ terminal, variables }); return paintFor(io, io.stdout).red('x') !== 'x'; };
    expect([coloured(true), coloured(false), coloured(true, { NO_COLOR: '1' }), coloured(true, { NO_COLOR: '' }), coloured(true, { TERM: 'dumb' })]).toEqual([true, false, false, true, false]);
  });
  it('is not driven by what a report says', () => {
    expect(plain('a\u001b]0;title\u0007b\u202egpj.exe\u009b2J\r\nc')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});
