import type { Planted } from '../projects/planted.js';
import { kindsOf } from './kinds.js';

/** A result as the platform shows it: an observation, and the finding that it is part of. */
export interface Seen {
  readonly finding: string;
  readonly observation: string;
  readonly class: string;
  readonly tool: string;
  readonly rule: string;
  readonly title: string;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** Package: its purl, or its name where there is none. */
  readonly component: string;
  readonly identifiers: readonly string[];
}

type Region = Pick<Planted, 'startLine' | 'startColumn' | 'endLine' | 'endColumn'>;

const before = (lineA: number, columnA: number, lineB: number, columnB: number): boolean => lineA < lineB || (lineA === lineB && columnA < columnB);

/** Whether two regions share a character; a result without columns is about whole lines. */
function overlap(a: Region, seen: Seen): boolean {
  const startColumn = seen.startColumn || 1;
  const endLine = Math.max(seen.endLine, seen.startLine);
  const endColumn = seen.endColumn > 0 && (endLine > seen.startLine || seen.endColumn > startColumn) ? seen.endColumn : seen.startColumn > 0 && endLine === seen.startLine ? startColumn + 1 : Number.MAX_SAFE_INTEGER;
  return before(a.startLine, a.startColumn, endLine, endColumn) && before(seen.startLine, startColumn, a.endLine, a.endColumn);
}

const startsIn = (a: Region, seen: Seen): boolean => !before(seen.startLine, seen.startColumn || 1, a.startLine, a.startColumn) && before(seen.startLine, seen.startColumn || 1, a.endLine, a.endColumn);

/**
 * The true flaw of each result. It lies in the region of one planted flaw of a kind that its rule reports: that one.
 * Outside of regions, results of several tools that report one kind on one line are one flaw if each tool has just one
 * there; whatever else is a flaw of its own.
 */
export function truthOf(results: readonly Seen[], planted: readonly Planted[]): ReadonlyMap<Seen, string> {
  const byPath = Map.groupBy(planted, ({ path }) => path);
  const truth = new Map<Seen, string>();
  const outside = new Map<string, Seen[]>();
  for (const seen of results) {
    const kinds = kindsOf(seen.tool, seen.rule);
    const near = (byPath.get(seen.path) ?? []).filter((one) => kinds.includes(one.kind) && overlap(one, seen));
    const inside = near.length > 1 ? near.filter((one) => startsIn(one, seen)) : near;
    if (inside.length === 1 && inside[0]) truth.set(seen, inside[0].id);
    else if (near.length > 0 || kinds.length === 0) truth.set(seen, `own:${seen.observation}`);
    else outside.set(`${kinds[0]}@${seen.path}:${seen.startLine}`, [...(outside.get(`${kinds[0]}@${seen.path}:${seen.startLine}`) ?? []), seen]);
  }
  for (const [key, group] of outside) {
    const single = new Set(group.map(({ tool }) => tool)).size === group.length;
    for (const seen of group) truth.set(seen, single ? key : `own:${seen.observation}`);
  }
  return truth;
}
