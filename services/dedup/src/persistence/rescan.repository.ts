import type { Unit } from '@throughline/persistence';
import { timeText } from './rows.js';

export interface NewRequest {
  readonly tenantId: string;
  readonly findingId: string;
  readonly assetId: string;
  readonly scopeIds: readonly string[];
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** Asks scopes about a finding anew; who asked before is answered with it. */
export async function saveRequest(unit: Unit, one: NewRequest): Promise<void> {
  await unit.query('delete from rescan_request where finding_id = $1', [one.findingId]);
  await unit.query(
    `insert into rescan_request (tenant_id, finding_id, scope_id, asset_id, requested_at, requested_by, reason)
     select $1, $2, s, $4, $5, $6, $7 from unnest($3::uuid[]) s`, [one.tenantId, one.findingId, one.scopeIds, one.assetId, one.at, one.by, one.reason],
  );
}

export interface OpenRequest {
  readonly findingId: string;
  readonly scopeId: string;
  readonly requestedAt: string;
}

/** What somebody waits to be told about these scopes. */
export async function openRequests(unit: Unit, scopeIds: readonly string[]): Promise<readonly OpenRequest[]> {
  const rows = await unit.query<{ finding_id: string; scope_id: string; requested_at: Date }>(
    'select finding_id, scope_id, requested_at from rescan_request where scope_id = any($1::uuid[]) and answered_at is null', [scopeIds], { name: 'dedup_rescans_open' },
  );
  return rows.map((row) => ({ findingId: row.finding_id, scopeId: row.scope_id, requestedAt: timeText(row.requested_at) }));
}

/** Answers by what the scopes hold after their scans: present, gone, or not there at all (merged away meanwhile). */
export async function answerRequests(unit: Unit, asked: readonly { readonly findingId: string; readonly scopeId: string; readonly scanId: string }[], at: string): Promise<void> {
  await unit.query(
    `with asked as (select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as a(finding_id, scope_id, scan_id)),
       held as (select a.*, (select case min(o.absences) when 0 then 'still-there' else case when count(*) = 0 then 'withdrawn' else 'gone' end end
                             from occurrence o where o.finding_id = a.finding_id and o.scope_id = a.scope_id) as outcome from asked a),
       shown as (select distinct on (finding_id) finding_id, scan_id from held where outcome = 'still-there' order by finding_id, scan_id)
     update rescan_request r set answered_at = $4, scan_id = coalesce(h.scan_id, s.scan_id), outcome = coalesce(h.outcome, 'still-there')
     from rescan_request q left join held h on h.finding_id = q.finding_id and h.scope_id = q.scope_id left join shown s on s.finding_id = q.finding_id
     where q.finding_id = any($1::uuid[]) and q.answered_at is null and (h.finding_id is not null or s.finding_id is not null)
       and r.finding_id = q.finding_id and r.scope_id = q.scope_id`,
    [asked.map((one) => one.findingId), asked.map((one) => one.scopeId), asked.map((one) => one.scanId), at], { name: 'dedup_rescans_answer' },
  );
}

export interface RescanOfScope {
  readonly scope: string;
  readonly answeredAt: string;
  readonly outcome: string;
  readonly scanId: string;
}

export interface Rescan {
  readonly requestedAt: string;
  readonly by: string;
  readonly reason: string;
  readonly scopes: readonly RescanOfScope[];
}

/** The last rescan that somebody asked for of a finding. */
export async function rescanOf(unit: Unit, findingId: string): Promise<Rescan | undefined> {
  const rows = await unit.query<{ name: string; requested_at: Date; requested_by: string; reason: string; answered_at: Date | null; outcome: string; scan_id: string | null }>(
    `select s.name, r.requested_at, r.requested_by, r.reason, r.answered_at, r.outcome, r.scan_id from rescan_request r join scope s on s.scope_id = r.scope_id
     where r.finding_id = $1 order by s.name`, [findingId], { name: 'dedup_rescan_of' },
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    requestedAt: timeText(first.requested_at), by: first.requested_by, reason: first.reason,
    scopes: rows.map((row) => ({ scope: row.name, answeredAt: timeText(row.answered_at), outcome: row.outcome, scanId: row.scan_id ?? '' })),
  };
}
