import type { Unit } from '@throughline/persistence';

/** Drops what is older than its retention, of the tenants of the unit. Returns how many rows went. */
export async function dropOld(unit: Unit, before: Date): Promise<number> {
  const rows = await unit.query<{ dropped: number }>(
    `with runs as (delete from parser_runs where finished_at < $1 returning 1), results as (delete from quarantine where created_at < $1 returning 1)
     select ((select count(*) from runs) + (select count(*) from results))::int as dropped`, [before],
  );
  return rows[0]?.dropped ?? 0;
}

export async function isScheduled(unit: Unit, kind: string, key: string): Promise<boolean> {
  return (await unit.query('select 1 as there from due_work where kind = $1 and key = $2', [kind, key])).length > 0;
}
