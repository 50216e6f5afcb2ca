import type { Unit } from '@throughline/stream';
import type { MemberSnapshot } from '../domain/content.js';
import type { Command, TicketStatus } from '../domain/plan.js';

export interface TicketRow {
  readonly ticket_id: string; readonly fix_id: string; readonly destination: string; readonly team: string; readonly status: TicketStatus; readonly version: string; readonly title: string; readonly band: string;
  readonly external_key: string; readonly external_status: 'none' | 'open' | 'closed'; readonly url: string; readonly sent_hash: string; readonly command: Command; readonly command_version: string; readonly command_hash: string;
  readonly last_sync: Date | null; readonly last_error: string; readonly created_at: Date; readonly changed_at: Date;
}

/** Tickets that these findings are members of, by finding. */
export async function membershipOf(unit: Unit, tenantId: string, findingIds: readonly string[]): Promise<ReadonlyMap<string, { readonly ticketId: string; readonly fixId: string; readonly destination: string; readonly riskVersion: number }>> {
  const rows = await unit.query<{ finding_id: string; ticket_id: string; fix_id: string; destination: string; risk_version: string }>(
    `select m.finding_id, m.ticket_id, m.risk_version, t.fix_id, t.destination from members m join tickets t using (tenant_id, ticket_id) where m.tenant_id = $1 and m.finding_id = any($2::uuid[])`,
    [tenantId, findingIds], { name: 'tr_membership' });
  return new Map(rows.map((row) => [row.finding_id, { ticketId: row.ticket_id, fixId: row.fix_id, destination: row.destination, riskVersion: Number(row.risk_version) }]));
}

export interface NewTicket { readonly ticketId: string; readonly fixId: string; readonly destination: string; readonly team: string; readonly title: string; readonly band: string }

/** Adds tickets that are new; those that exist stay as they are (their key is fix and destination). */
export async function insertTickets(unit: Unit, tenantId: string, tickets: readonly NewTicket[], now: Date): Promise<void> {
  const sorted = [...tickets].sort((a, b) => (a.ticketId < b.ticketId ? -1 : 1));
  const column = <K extends keyof NewTicket>(key: K) => sorted.map((ticket) => ticket[key]);
  await unit.query(
    `insert into tickets (tenant_id, ticket_id, fix_id, destination, team, title, band, created_at, changed_at)
     select $1::uuid, id, fix, destination, team, title, band, $8::timestamptz, $8::timestamptz from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) as n(id, fix, destination, team, title, band)
     on conflict do nothing`,
    [tenantId, column('ticketId'), column('fixId'), column('destination'), column('team'), column('title'), column('band'), now], { name: 'tr_insert_tickets' });
}

export interface MemberWrite { readonly ticketId: string; readonly riskVersion: number; readonly snapshot: MemberSnapshot }

/** Writes members whose risk is newer than the stored one. */
export async function upsertMembers(unit: Unit, tenantId: string, members: readonly MemberWrite[]): Promise<void> {
  const sorted = [...members].sort((a, b) => (a.snapshot.id < b.snapshot.id ? -1 : 1));
  await unit.query(
    `insert into members as m (tenant_id, finding_id, ticket_id, risk_version, snapshot)
     select $1::uuid, f, t, v, s from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::jsonb[]) as n(f, t, v, s)
     on conflict (tenant_id, finding_id) do update set ticket_id = excluded.ticket_id, risk_version = excluded.risk_version, snapshot = excluded.snapshot where m.risk_version < excluded.risk_version`,
    [tenantId, sorted.map((m) => m.snapshot.id), sorted.map((m) => m.ticketId), sorted.map((m) => m.riskVersion), sorted.map((m) => JSON.stringify(m.snapshot))], { name: 'tr_upsert_members' });
}

/** The ticket, locked until the unit ends. */
export async function lockTicket(unit: Unit, ticketId: string): Promise<TicketRow | undefined> {
  const [row] = await unit.query<TicketRow>(`select * from tickets where ticket_id = $1 for update`, [ticketId]);
  return row;
}

export async function membersOf(unit: Unit, ticketId: string): Promise<readonly MemberSnapshot[]> {
  return (await unit.query<{ snapshot: MemberSnapshot }>(`select snapshot from members where ticket_id = $1 order by finding_id limit 10000`, [ticketId])).map((row) => row.snapshot);
}

/** Notes a command before it is sent. */
export async function noteCommand(unit: Unit, ticketId: string, command: Command, version: number, hash: string): Promise<void> {
  await unit.query(`update tickets set command = $2, command_version = $3, command_hash = $4 where ticket_id = $1`, [ticketId, command, version, hash]);
}

export interface TicketUpdate { readonly status: TicketStatus; readonly title: string; readonly band: string; readonly team: string; readonly externalKey: string; readonly externalStatus: 'none' | 'open' | 'closed'; readonly url: string; readonly sentHash: string; readonly lastSync: Date | null; readonly lastError: string }

/** Writes what is now true and ends the command; the row as it is then. */
export async function updateTicket(unit: Unit, ticketId: string, update: TicketUpdate, now: Date): Promise<TicketRow> {
  const [row] = await unit.query<TicketRow>(
    `update tickets set status = $2, title = $3, band = $4, team = $5, external_key = $6, external_status = $7, url = $8, sent_hash = $9, last_sync = coalesce($10, last_sync), last_error = $11,
       command = 'none', version = version + 1, changed_at = $12 where ticket_id = $1 returning *`,
    [ticketId, update.status, update.title, update.band, update.team, update.externalKey, update.externalStatus, update.url, update.sentHash, update.lastSync, update.lastError, now]);
  if (!row) throw new Error(`ticket ${ticketId} vanished inside its own transaction`);
  return row;
}

/** Notes a failure; the command stays noted, since it may have been carried out. */
export async function noteFailure(unit: Unit, ticketId: string, status: TicketStatus, error: string, now: Date): Promise<TicketRow | undefined> {
  const [row] = await unit.query<TicketRow>(
    `update tickets set status = $2, last_error = $3, version = version + 1, changed_at = $4 where ticket_id = $1 and (status <> $2 or last_error <> $3) returning *`, [ticketId, status, error, now]);
  return row;
}

export async function ticketsOfDestination(unit: Unit, slug: string): Promise<readonly string[]> {
  return (await unit.query<{ ticket_id: string }>(`select ticket_id from tickets where destination = $1 and status in ('parked', 'failed') limit 10000`, [slug])).map((row) => row.ticket_id);
}

export interface TicketFilter { readonly status?: string | undefined; readonly team?: string | undefined; readonly fix?: string | undefined; readonly finding?: string | undefined; readonly destination?: string | undefined }
export interface TicketListRow extends TicketRow { readonly findings: string[] }

/** Newest first (ids of tickets are random: the order is by creation, then id). */
export async function listTickets(unit: Unit, filter: TicketFilter, limit: number, after: readonly [string, string] | undefined): Promise<readonly TicketListRow[]> {
  return unit.query<TicketListRow>(
    `select t.*, coalesce((select array_agg(m.finding_id::text order by m.finding_id) from members m where m.tenant_id = t.tenant_id and m.ticket_id = t.ticket_id), '{}') as findings from tickets t
     where ($1::text is null or t.status = $1) and ($2::text is null or t.team = $2) and ($3::uuid is null or t.fix_id = $3) and ($4::text is null or t.destination = $4)
       and ($5::uuid is null or exists (select from members m where m.tenant_id = t.tenant_id and m.ticket_id = t.ticket_id and m.finding_id = $5))
       and ($6::timestamptz is null or (t.created_at, t.ticket_id) < ($6::timestamptz, $7::uuid))
     order by t.created_at desc, t.ticket_id desc limit $8`,
    [filter.status ?? null, filter.team ?? null, filter.fix ?? null, filter.destination ?? null, filter.finding ?? null, after?.[0] ?? null, after?.[1] ?? null, limit]);
}

export async function findTicket(unit: Unit, ticketId: string): Promise<TicketListRow | undefined> {
  const [row] = await unit.query<TicketListRow>(`select t.*, coalesce((select array_agg(m.finding_id::text order by m.finding_id) from members m where m.tenant_id = t.tenant_id and m.ticket_id = t.ticket_id), '{}') as findings from tickets t where t.ticket_id = $1`, [ticketId]);
  return row;
}
