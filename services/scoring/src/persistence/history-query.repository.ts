import type { Unit } from '@throughline/stream';
import type { Told } from '../domain/told.js';

/** One thing that happened to a finding: a judgement or a record of it, or a state of its ticket. */
export interface HistoryView {
  readonly source: 'finding' | 'ticket';
  readonly at: string;
  /** Of a finding: its risk's version and its own. Of a ticket: its version. */
  readonly version: number;
  readonly findingVersion: number;
  readonly cause: string;
  readonly scanId: string | null;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly told: Told | null;
  readonly ticket: { readonly id: string; readonly status: string; readonly key: string; readonly destination: string; readonly error: string } | null;
}

/** Where a page of a history ended. */
export type HistoryCursor = readonly [at: string, source: string, version: number, findingVersion: number];

interface Row {
  readonly source: 'finding' | 'ticket'; readonly at: Date; readonly version: string; readonly finding_version: string; readonly cause: string; readonly scan_id: string | null;
  readonly changes: HistoryView['changes'] | null; readonly told: Told | null; readonly ticket: HistoryView['ticket'];
}

/** Newest first, after a cursor. States of a ticket that were there before the finding are not its history. */
export async function historyOf(unit: Unit, tenant: string, finding: { readonly id: string; readonly fixId: string; readonly since: string }, after: HistoryCursor | null, limit: number): Promise<readonly HistoryView[]> {
  const rows = await unit.query<Row>(
    `select source, at, version, finding_version, cause, scan_id, changes, told, ticket from (
       select 'finding' as source, at, risk_version as version, finding_version, cause, scan_id, changes, told, null::json as ticket
       from finding_history where tenant_id = $1 and finding_id = $2
       union all
       select 'ticket', at, version, 0, 'ticket', null, null, null, json_build_object('id', ticket_id, 'status', status, 'key', external_key, 'destination', destination, 'error', error)
       from ticket_history where tenant_id = $1 and fix_id = $3 and at >= $4) h
     where $5::timestamptz is null or (at, source, version, finding_version) < ($5::timestamptz, $6::text, $7::bigint, $8::bigint)
     order by at desc, source desc, version desc, finding_version desc limit $9`,
    [tenant, finding.id, finding.fixId, finding.since, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, after?.[3] ?? null, limit],
  );
  return rows.map((row) => ({
    source: row.source, at: row.at.toISOString(), version: Number(row.version), findingVersion: Number(row.finding_version), cause: row.cause, scanId: row.scan_id,
    changes: row.changes ?? {}, told: row.told, ticket: row.ticket,
  }));
}

/** Who decided, and why. */
export interface Decider {
  readonly who: string;
  readonly why: string;
}

/** Who began or ended these exceptions, by id. */
export async function exceptionDeciders(unit: Unit, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, { readonly began: Decider; readonly ended: Decider | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await unit.query<{ exception_id: string; status: string; reason: string; by: string; ended_by: string | null }>(
    'select exception_id, status, reason, coalesce(approved_by, requested_by) as by, ended_by from exceptions where tenant_id = $1 and exception_id = any($2::uuid[])', [tenant, ids],
  );
  return new Map(rows.map((row) => [row.exception_id, {
    began: { who: row.by, why: row.reason },
    ended: row.ended_by === null ? null : { who: row.ended_by, why: row.status === 'lapsed' ? 'the exception lapsed' : 'the exception was revoked' },
  }]));
}

/** The newest activation of a finding's repository, team or application, or the newest policy, that was there at a time. */
export async function deciderBefore(unit: Unit, tenant: string, kind: 'activation' | 'policy', at: string, names: readonly (readonly [kind: string, name: string])[]): Promise<Decider | undefined> {
  const [found] = kind === 'activation'
    ? await unit.query<Decider>(
      `select a.activated_by as who, concat(a.kind, ' ', a.name, ' was activated: ', a.reason) as why from activations a join unnest($3::text[], $4::text[]) as n (kind, name) using (kind, name)
       where a.tenant_id = $1 and a.activated_at <= $2 order by a.activated_at desc limit 1`,
      [tenant, at, names.map(([one]) => one), names.map(([, name]) => name)])
    : await unit.query<Decider>(`select author as who, concat('policy ', slug, ' version ', version, ': ', reason) as why from policies where tenant_id = $1 and created_at <= $2 order by created_at desc limit 1`, [tenant, at]);
  return found;
}
