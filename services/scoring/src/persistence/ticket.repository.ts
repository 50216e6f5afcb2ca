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
