import { FEED_KEY, type Fingerprint } from '../identity/index.js';
import type { Settled } from './settle.js';

/** A key as it is kept. */
export interface StoredKey {
  readonly key: Fingerprint;
  readonly findingId: string;
  readonly kind: string;
  readonly recipe: string;
  readonly subject: string | null;
}

export interface KeyPlan {
  /** Rows that are new, or lead elsewhere than before. */
  readonly assigned: readonly StoredKey[];
  /** Keys that only a feed gave, and gives no more. */
  readonly dropped: readonly Fingerprint[];
  /** All keys of each finding afterwards. */
  readonly keysOf: ReadonlyMap<string, readonly Fingerprint[]>;
}

/**
 * Where keys lead once findings are settled: to the finding that shows what they are made of; else, after a split, to the
 * part whose ids they name; else to whoever took over their finding. Keys of findings that were not asked about stay.
 */
export function planKeys({ told, silent, splits, heirs }: Settled, rows: readonly StoredKey[]): KeyPlan {
  const heirOf = (id: string): string => heirs.get(id) ?? id;
  const living = new Map([...told, ...silent].filter((one) => one.change !== 'retired').map((one) => [one.known.finding.findingId, one]));
  const shows = (id: string, key: Fingerprint): boolean => living.get(id)?.block.keys.has(key) ?? false;
  const asked = new Set([...living.keys(), ...heirs.keys()]);
  const after: StoredKey[] = [];
  const dropped: Fingerprint[] = [];
  for (const row of rows) {
    if (!asked.has(row.findingId)) continue;
    const heir = heirOf(row.findingId);
    const parts = splits.filter((part) => part.from === row.findingId);
    const part = parts.find((one) => one.block.keys.has(row.key)) ?? parts.find((one) => [one.undoes, ...one.takes].some((merge) => merge?.subjects.includes(row.subject ?? '')));
    const owner = shows(heir, row.key) || part === undefined ? heir : heirOf(part.known.finding.findingId);
    if (row.kind === FEED_KEY && !shows(owner, row.key)) dropped.push(row.key);
    else after.push({ ...row, findingId: owner, kind: living.get(owner)?.block.keys.get(row.key)?.kind ?? row.kind });
  }
  const known = new Set(rows.map((row) => row.key));
  for (const [findingId, { block }] of living) {
    for (const { key, kind, recipe, subject } of block.keys.values()) {
      if (known.has(key)) continue;
      known.add(key);
      after.push({ key, findingId, kind, recipe, subject: subject ?? null });
    }
  }
  const before = new Map(rows.map((row) => [row.key, row]));
  return {
    assigned: after.filter((row) => before.get(row.key)?.findingId !== row.findingId || before.get(row.key)?.kind !== row.kind), dropped,
    keysOf: new Map([...Map.groupBy(after, (row) => row.findingId)].map(([id, all]) => [id, all.map((row) => row.key)])),
  };
}
