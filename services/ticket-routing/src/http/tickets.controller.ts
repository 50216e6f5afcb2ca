import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { isUuid } from '@throughline/domain';
import { ApiZod, Caller, DATABASE, decodeCursor, listQuery, page, problem, zodQuery, type Caller as CallerType, type Page } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { z } from 'zod';
import { findTicket, listTickets, type TicketListRow } from '../persistence/ticket.repository.js';

const query = listQuery.omit({ sort: true }).extend({
  status: z.enum(['pending', 'open', 'in-verification', 'done', 'closed', 'failed', 'parked']).optional().describe('Where the ticket stands.'),
  team: z.string().max(200).optional().describe('Team slug.'), destination: z.string().max(64).optional().describe('Destination.'),
  fix: z.uuid().optional().describe('Fix id.'), finding: z.uuid().optional().describe('A finding of the ticket.'),
});

/** One ticket a fix and destination, with its state there and the last error. */
@Controller('v1/tickets')
export class TicketsController {
  constructor(@Inject(DATABASE) private readonly store: StateStore) {}

  @Get()
  @ApiZod({ summary: 'Tickets, newest first', query, responses: { 200: { description: 'A page of tickets' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(query)) filter: z.infer<typeof query>): Promise<Page<object>> {
    const after = decodeCursor(filter.cursor, 2);
    const rows = await this.store.run([caller.tenantId], (unit) => listTickets(unit, filter, filter.limit + 1, after && [String(after[0]), String(after[1])]));
    const { items, next } = page(rows, filter.limit, (row) => [row.created_at.toISOString(), row.ticket_id]);
    return { items: items.map(present), next };
  }

  @Get(':id')
  @ApiZod({ summary: 'A ticket', params: { id: 'Ticket id' }, responses: { 200: { description: 'The ticket' } } })
  async get(@Caller() caller: CallerType, @Param('id') id: string): Promise<object> {
    const row = isUuid(id) ? await this.store.run([caller.tenantId], (unit) => findTicket(unit, id)) : undefined;
    if (!row) throw problem(404, 'ticket_not_found', 'No ticket has this id.');
    return present(row);
  }
}

function present(row: TicketListRow): object {
  return {
    id: row.ticket_id, fixId: row.fix_id, team: row.team || null, destination: row.destination, status: row.status, title: row.title, band: row.band, externalKey: row.external_key || null, url: row.url || null,
    findings: row.findings, lastSync: row.last_sync?.toISOString() ?? null, lastError: row.last_error || null, createdAt: row.created_at.toISOString(), changedAt: row.changed_at.toISOString(),
  };
}
