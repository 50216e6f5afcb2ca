import { parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { HOPS, remedyOf } from './hops.js';
import type { Hop } from './hops.js';

/** Assets of one hop that are known by one method (empty: missing). */
export interface HopCount {
  readonly hop: Hop;
  readonly method: string;
  readonly verified: boolean;
  readonly count: number;
}

export interface HopCoverage {
  readonly hop: Hop;
  /** How many assets should have the hop. */
  readonly assets: number;
  readonly known: number;
  readonly verified: number;
  readonly missing: number;
  /** known / assets, 0–1; null: nothing to measure. */
  readonly share: number | null;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly remedy: string;
}

/** Coverage of each hop, in the order of the picture, also of those that nothing was said of yet. */
export function coverageOf(counts: readonly HopCount[]): HopCoverage[] {
  return HOPS.map((hop) => {
    const own = counts.filter((row) => row.hop === hop);
    const sum = (rows: readonly HopCount[]): number => rows.reduce((total, row) => total + row.count, 0);
    const [assets, known] = [sum(own), sum(own.filter((row) => row.method !== ''))];
    const byMethod: Record<string, number> = {};
    for (const row of own) if (row.method !== '') byMethod[row.method] = (byMethod[row.method] ?? 0) + row.count;
    return {
      hop, assets, known, verified: sum(own.filter((row) => row.verified)), missing: assets - known,
      share: assets === 0 ? null : Math.round((known / assets) * 1000) / 1000, byMethod, remedy: remedyOf(hop, EXAMPLES[hop]),
    };
  });
}

/** Remedies depend on the kind of the asset; the whole hop shows the one for the kind that most assets of it have. */
const EXAMPLES: Readonly<Record<Hop, Urn>> = {
  'repository-of-image': example(`image:registry.example/org/name@sha256:${'0'.repeat(64)}`), build: example(`image:registry.example/org/name@sha256:${'0'.repeat(64)}`), commit: example('build:ci.example/org/name/1'),
  owner: example('repo:github.com/org/name'), runtime: example('service:name'), exposure: example('service:name'), environment: example('service:name'), application: example('service:name'),
};

function example(text: string): Urn {
  const parsed = parseUrn(text);
  if (!parsed) throw new Error(`no URN: ${text}`);
  return parsed;
}
