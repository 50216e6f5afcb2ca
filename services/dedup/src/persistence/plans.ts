import type { Unit } from '@throughline/persistence';

const PLANS = {
  /** A few thousand rows by key out of millions: always the index, row by row. */
  lookup: { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', enable_nestloop: 'on' },
  /** A whole scan against a whole scope: always hashed. */
  sets: { enable_seqscan: 'off', enable_hashjoin: 'on', enable_mergejoin: 'on', enable_nestloop: 'off' },
} as const;

/**
 * Says what kind of statements follow in this unit. Left to statistics, Postgres joined the first scan of 50,000 results
 * with itself row by row (the tables were empty when it last looked), and scanned a table that had grown since.
 */
export async function planFor(unit: Unit, kind: keyof typeof PLANS): Promise<void> {
  const settings = Object.entries(PLANS[kind]);
  await unit.query('select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s(name, value)', [settings.map(([name]) => name), settings.map(([, value]) => value)], { name: 'dedup_plans' });
}
