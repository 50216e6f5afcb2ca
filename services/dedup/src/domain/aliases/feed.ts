import type { IntelUpdated } from '@throughline/contracts';
import { byAuthority, isBundle } from '../identity/advisories.js';
import type { AliasEdge, AliasSet } from './alias-sets.js';

/** An edge as it is kept. */
export interface StoredEdge extends AliasEdge {
  /** Version of the record that last said something of it. */
  readonly version: number;
  readonly withdrawn: boolean;
}

const MAX_ALIASES = 200;
const ID = /^[A-Z0-9][A-Z0-9._:+-]{2,79}$/;

const key = ({ source, a }: Pick<AliasEdge, 'source' | 'a'>): string => `${source}|${a}`;

/**
 * What records change in the edges of their advisories: each record is the whole of what a feed says of one. Records that
 * are not newer than what is kept say nothing. An errata that bundles flaws is an alias of none of them.
 */
export function edgeChanges(records: readonly IntelUpdated[], stored: readonly StoredEdge[]): readonly StoredEdge[] {
  const newest = new Map<string, IntelUpdated>();
  for (const record of records) {
    const at = key({ source: record.source, a: record.advisory });
    if (record.version > (newest.get(at)?.version ?? -1)) newest.set(at, record);
  }
  const known = Map.groupBy(stored, key);
  return [...newest].flatMap(([at, record]) => changesOf(record, known.get(at) ?? []));
}

function changesOf(record: IntelUpdated, known: readonly StoredEdge[]): readonly StoredEdge[] {
  const { advisory: a, source, version } = record;
  if (known.some((edge) => edge.version >= version)) return [];
  const named = record.withdrawn || !ID.test(a) || isBundle(a) ? [] : record.aliases.map((id) => id.trim().toUpperCase());
  const now = new Set(named.filter((id) => id !== a && ID.test(id) && !isBundle(id)).slice(0, MAX_ALIASES));
  const gone = known.filter(({ b }) => !now.has(b)).map((edge) => ({ ...edge, version, withdrawn: true }));
  return [...[...now].map((b) => ({ a, b, source, version, withdrawn: false })), ...gone];
}

/** Ids whose set is another than before: those that joined, those that left, and those that stayed with them. */
export function changedIds(ids: readonly string[], before: ReadonlyMap<string, AliasSet>, after: ReadonlyMap<string, AliasSet>): readonly string[] {
  const text = (id: string, sets: ReadonlyMap<string, AliasSet>): string => (sets.get(id) ?? [id]).join(' ');
  return ids.filter((id) => text(id, before) !== text(id, after));
}

/** Sets as they are kept: each id by the one that stands for its set. An id that stands for itself alone has no set. */
export function setsOf(rows: readonly { readonly advisory: string; readonly canonical: string }[]): ReadonlyMap<string, AliasSet> {
  const sets = new Map<string, AliasSet>();
  for (const members of Map.groupBy(rows, (row) => row.canonical).values()) {
    if (members.length === 1) continue;
    const set = members.map((row) => row.advisory).sort(byAuthority);
    for (const id of set) sets.set(id, set);
  }
  return sets;
}
