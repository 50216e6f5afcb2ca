import { derivedId, TOPICS, type TicketChanged } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/stream';
import type { TicketRow } from '../persistence/ticket.repository.js';

/** Announces the whole state of a ticket; team and band stand in the headers, so that a subscriber filters without decoding. */
export function announceTicket(unit: Unit, tenant: TenantId, row: TicketRow, findings: readonly string[]): void {
  const value: TicketChanged = {
    tenantId: tenant, ticketId: row.ticket_id, version: Number(row.version), fixId: row.fix_id, team: row.team, destination: row.destination, status: row.status,
    externalKey: row.external_key, url: row.url, title: row.title, findings: [...findings].sort(), band: row.band, lastSync: row.last_sync?.toISOString() ?? '', lastError: row.last_error, changedAt: row.changed_at.toISOString(),
  };
  unit.announce({ topic: TOPICS.ticketChanged, key: [tenant, row.ticket_id], value, tenantId: tenant, eventId: derivedId(row.ticket_id, 'ticket.changed', value.version), headers: { team: row.team, band: row.band } });
}
