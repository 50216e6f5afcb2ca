import type { CodeLocation, FindingChanged } from '@throughline/contracts';

/** [before, after] of one thing. */
export type Pair<T> = readonly [T, T];

/** What a record of a finding told that people follow: its evidence and its identity. What did not change is left out. */
export interface Told {
  /** created, changed, reopened, absent, fixed, retired, merged, split, … */
  readonly change: string;
  readonly status?: Pair<string>;
  /** Why its evidence stands as it does. */
  readonly reason?: string;
  readonly flags?: Pair<readonly string[]>;
  readonly tools?: Pair<readonly string[]>;
  readonly place?: Pair<string>;
  readonly component?: Pair<string>;
  readonly identifiers?: Pair<readonly string[]>;
  /** The finding that it was merged into or split from. */
  readonly other?: string;
  /** Who corrected it, and why, when a person did. */
  readonly by?: string;
  readonly why?: string;
}

const CORRECTIONS: ReadonlySet<string> = new Set(['merged', 'split', 'retired']);

/** What the record says that the one before did not; undefined when nobody would ask about it. */
export function toldBetween(before: FindingChanged, after: FindingChanged): Told | undefined {
  const changes: Omit<Told, 'change'> = {
    ...changed('status', before.status, after.status),
    ...changed('flags', before.flags, after.flags),
    ...changed('tools', before.tools, after.tools),
    ...changed('place', placeOf(before.location), placeOf(after.location)),
    ...changed('component', before.component?.purl ?? '', after.component?.purl ?? ''),
    ...changed('identifiers', before.identifiers, after.identifiers),
  };
  const reason = after.statusReason !== '' && after.statusReason !== before.statusReason ? { reason: after.statusReason } : {};
  if (Object.keys(changes).length === 0 && Object.keys(reason).length === 0 && !CORRECTIONS.has(after.change) && after.mergedInto === before.mergedInto) return undefined;
  return { ...correction(after), ...changes, ...reason };
}

/** A finding that did not begin with a scan but was split from another one. */
export function toldAtFirst(record: FindingChanged): Told | undefined {
  return record.splitFrom !== '' ? { ...correction(record), reason: record.statusReason } : undefined;
}

function correction({ change, mergedInto, splitFrom, changedBy, changeReason }: FindingChanged): Pick<Told, 'change' | 'other' | 'by' | 'why'> {
  const other = mergedInto || (change === 'split' ? splitFrom : '');
  return { change, ...(other !== '' && { other }), ...(changedBy !== '' && { by: changedBy }), ...(changeReason !== '' && { why: changeReason }) };
}

function changed<N extends keyof Told, T extends string | readonly string[]>(name: N, before: T, after: T): Partial<Record<N, Pair<T>>> {
  const pair: Pair<T> = [before, after];
  return (String(before) === String(after) ? {} : { [name]: pair }) as Partial<Record<N, Pair<T>>>;
}

export function placeOf(location: CodeLocation | null): string {
  if (location === null) return '';
  if (location.url !== '') return `${location.method} ${location.url}`.trim();
  return location.path === '' ? location.resource : location.startLine > 0 ? `${location.path}:${location.startLine}` : location.path;
}
