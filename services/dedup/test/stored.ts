import { derivedId } from '@throughline/contracts';
import { contentOf } from '../src/domain/content.js';
import type { Known } from '../src/domain/evolve.js';
import { fingerprint, identify } from '../src/domain/identity/index.js';
import type { Asset, Finding, FullOccurrence } from '../src/domain/model.js';
import { nearOf } from '../src/domain/near/near.js';
import { storedKeys } from '../src/domain/stored-keys.js';
import { at, draft, REPOSITORY, TENANT, vulnerable } from './harness.js';

/** Findings and occurrences as they are stored, for specs of pure decisions. */
export const asset: Asset = { assetId: fingerprint('asset', TENANT, REPOSITORY), urn: REPOSITORY, lineageRoot: '', running: [], origin: REPOSITORY, decommissionedAt: '' };

export interface Place {
  readonly tool?: string;
  readonly path?: string;
  readonly line?: number;
  /** Minute of the scan that showed it first. */
  readonly firstSeen?: number;
  readonly absent?: boolean;
  readonly scope?: string;
  readonly secret?: string;
  /** Of a flaw in a package. */
  readonly identifiers?: readonly string[];
}

const minute = (count: number): string => new Date(Date.UTC(2026, 0, 1) + count * 60_000).toISOString();

export function occurrence(id: string, { tool = 'a', path = 'x.js', line = 10, firstSeen = 1, absent = false, scope = tool, secret = '', identifiers = [] }: Place): FullOccurrence {
  const shown = identifiers.length > 0 ? vulnerable('pkg:npm/x@1', identifiers, tool) : draft({
    rule: { tool, id: 'rule', name: '', helpUri: '' }, title: 'Code injection', location: at(path, line, `run(${path}, ${line})`),
    ...(secret === '' ? {} : { class: 'secrets', secret: { type: '', hash: secret.repeat(64), keyVersion: 1 } }),
  });
  const content = { ...contentOf(shown, { target: { path: '', application: '', service: '', repository: '', environment: '' } } as never), class: shown.class };
  const scopeId = derivedId(TENANT, 'scope', scope);
  const { group } = identify(shown, asset.assetId);
  return {
    id, scopeId, group, ordinal: 0, findingId: '', contentHash: fingerprint(id), sequence: firstSeen, absences: absent ? 1 : 0, firstSequence: firstSeen, sinceSequence: firstSeen, goneSequence: absent ? firstSeen + 1 : null,
    line, content, scope: { scopeId, name: scope, line: 'default', defaultLine: true, version: 'commit:1', at: minute(10) }, firstSeen: minute(firstSeen),
    lastSeen: absent ? minute(firstSeen) : '', lastVersion: absent ? 'commit:1' : '', near: nearOf(content, shown.class, asset.assetId),
  };
}

export function finding(findingId: string, occurrences: readonly FullOccurrence[], over: Partial<Finding> = {}): Known {
  const keys = [...new Set(storedKeys(occurrences, 'sast', asset.assetId).map((one) => one.key))];
  return {
    finding: {
      findingId, tenantId: TENANT, assetId: asset.assetId, class: 'sast', status: 'open', statusReason: '', statusSince: minute(1), regressions: 0, version: 1, issueId: derivedId(TENANT, 'issue', findingId),
      onDefault: true, baseline: false, firstSeen: occurrences.map((one) => one.firstSeen).sort()[0] ?? minute(1), flags: [], absentIn: [], awaitsRollOut: false, keys, apart: [], aliases: [], mergedInto: '', splitFrom: '', ...over,
    },
    occurrences: occurrences.map((one) => ({ ...one, findingId })),
  };
}
