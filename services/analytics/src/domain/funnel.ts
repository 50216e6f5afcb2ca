/** Steps from what scanners said to what must be done now, in order. */
export const FUNNEL_STEPS = ['raw', 'unique', 'deployed', 'exposed', 'reachable', 'act'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

/** Live findings by the three-valued facts and the band; a cell for each combination that occurs. */
export interface FunnelCell { readonly deployed: string; readonly exposed: string; readonly reachable: string; readonly band: string; readonly findings: number }

export interface Funnel {
  readonly steps: readonly { readonly name: FunnelStep; readonly count: number; readonly unknown: number }[];
  readonly coverage: Readonly<Record<'deployed' | 'exposed' | 'reachable', number | null>>;
}

/**
 * The funnel: a step removes only a proven "no"; unknowns pass on and are counted beside, so that each step is at most
 * the one before and no unknown is taken for a no. `coverage` is the share of the findings entering a step whose fact is
 * known; null when none enters.
 */
export function funnelOf(raw: number, cells: readonly FunnelCell[]): Funnel {
  const sum = (list: readonly FunnelCell[]): number => list.reduce((total, cell) => total + cell.findings, 0);
  const unknown = (list: readonly FunnelCell[], fact: Fact): number => sum(list.filter((cell) => cell[fact] === 'unknown'));
  const coverageOf = (list: readonly FunnelCell[], fact: Fact): number | null => (sum(list) === 0 ? null : round(1 - unknown(list, fact) / sum(list)));
  const deployed = cells.filter((cell) => cell.deployed !== 'no');
  const exposed = deployed.filter((cell) => cell.exposed !== 'no');
  const reachable = exposed.filter((cell) => cell.reachable !== 'no');
  const act = reachable.filter((cell) => cell.band === 'act');
  return {
    steps: [
      { name: 'raw', count: raw, unknown: 0 },
      { name: 'unique', count: sum(cells), unknown: 0 },
      { name: 'deployed', count: sum(deployed), unknown: unknown(deployed, 'deployed') },
      { name: 'exposed', count: sum(exposed), unknown: unknown(exposed, 'exposed') },
      { name: 'reachable', count: sum(reachable), unknown: unknown(reachable, 'reachable') },
      { name: 'act', count: sum(act), unknown: 0 },
    ],
    coverage: { deployed: coverageOf(cells, 'deployed'), exposed: coverageOf(deployed, 'exposed'), reachable: coverageOf(exposed, 'reachable') },
  };
}

type Fact = 'deployed' | 'exposed' | 'reachable';

const round = (share: number): number => Math.round(share * 10_000) / 10_000;
