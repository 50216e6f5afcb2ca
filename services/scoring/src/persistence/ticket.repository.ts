import type { TicketChanged } from '@throughline/contracts';
import type { Unit } from '@throughline/stream';

/** Stores newer states; older versions change nothing. */
export async function saveTickets(unit: Unit, tickets: readonly TicketChanged[]): Promise<void> {
  if (tickets.length === 0) return;
  const sorted = [...tickets].sort((a, b) => (a.ticketId < b.ticketId ? -1 : 1));
  await unit.query(
    `insert into tickets as t (tenant_id, ticket_id, version, fix_id, team, destination, status, external_key, url, changed_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])
     on conflict (tenant_id, ticket_id) do update set version = excluded.version, fix_id = excluded.fix_id, team = excluded.team, destination = excluded.destination,
       status = excluded.status, external_key = excluded.external_key, url = excluded.url, changed_at = excluded.changed_at
     where t.version < excluded.version`,
    [
      sorted.map((ticket) => ticket.tenantId), sorted.map((ticket) => ticket.ticketId), sorted.map((ticket) => ticket.version), sorted.map((ticket) => ticket.fixId),
      sorted.map((ticket) => ticket.team), sorted.map((ticket) => ticket.destination), sorted.map((ticket) => ticket.status), sorted.map((ticket) => ticket.externalKey),
      sorted.map((ticket) => ticket.url), sorted.map((ticket) => ticket.changedAt),
    ],
    { name: 'scoring_save_tickets' },
  );
}

/** Keeps the states that differ from the stored one: a sync that found all as it was is no history. Call before `saveTickets`. */
export async function saveTicketHistory(unit: Unit, tickets: readonly TicketChanged[]): Promise<void> {
  if (tickets.length === 0) return;
  await unit.query(
    `insert into ticket_history (tenant_id, ticket_id, version, fix_id, status, external_key, destination, error, at)
     select n.* from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
       as n (tenant_id, ticket_id, version, fix_id, status, external_key, destination, error, at)
     where not exists (select from tickets t where t.tenant_id = n.tenant_id and t.ticket_id = n.ticket_id and t.status = n.status and t.external_key = n.external_key)
     on conflict do nothing`,
    [
      tickets.map((ticket) => ticket.tenantId), tickets.map((ticket) => ticket.ticketId), tickets.map((ticket) => ticket.version), tickets.map((ticket) => ticket.fixId), tickets.map((ticket) => ticket.status),
      tickets.map((ticket) => ticket.externalKey), tickets.map((ticket) => ticket.destination), tickets.map((ticket) => ticket.lastError.slice(0, 2000)), tickets.map((ticket) => ticket.changedAt),
    ],
    { name: 'scoring_save_ticket_history' },
  );
}
