import type { Unit } from '@throughline/stream';

/** Assets with findings judged against an older context than the stored one: a re-join was lost, or is still to come. */
export async function staleAssets(unit: Unit, tenant: string, limit: number): Promise<readonly string[]> {
  const rows = await unit.query<{ asset: string }>(
    `select c.asset from chain_contexts c where c.tenant_id = $1
       and exists (select from findings f where f.tenant_id = c.tenant_id and f.asset = c.asset and f.chain_version < c.version) order by c.asset limit $2`,
    [tenant, limit],
  );
  return rows.map((row) => row.asset);
}

/** Whether changes of intel wait for the tenant. */
export async function intelIsBehind(unit: Unit, tenant: string): Promise<boolean> {
  const rows = await unit.query<{ behind: boolean }>(
    'select coalesce((select max(changed_seq) from intel), 0) > coalesce((select changed_seq from intel_cursors where tenant_id = $1), 0) as behind', [tenant],
  );
  return rows[0]?.behind ?? false;
}

/** What the comments on the tables promise: ledger 90 days, history, closed tickets and retired findings 400 days. */
export async function dropOld(unit: Unit, tenant: string, now: string): Promise<void> {
  const drop = (sql: string): Promise<unknown> => unit.query(sql, [tenant, now]);
  await drop(`delete from scan_ledger where tenant_id = $1 and touched_at < $2::timestamptz - interval '90 days'`);
  await drop(`delete from finding_history where tenant_id = $1 and at < $2::timestamptz - interval '400 days'`);
  await drop(`delete from ticket_history where tenant_id = $1 and at < $2::timestamptz - interval '400 days'`);
  await drop(`delete from tickets where tenant_id = $1 and status in ('done', 'closed') and changed_at < $2::timestamptz - interval '400 days'`);
  await drop(`delete from finding_identifiers i using findings f where f.tenant_id = $1 and f.status = 'retired' and f.last_seen < $2::timestamptz - interval '400 days' and i.tenant_id = f.tenant_id and i.finding_id = f.finding_id`);
  await drop(`delete from findings where tenant_id = $1 and status = 'retired' and last_seen < $2::timestamptz - interval '400 days'`);
}
