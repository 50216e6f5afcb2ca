import type { TicketChanged } from '@throughline/contracts';
import { isUuid } from '@throughline/domain';
import { done, reject, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { saveTicketHistory, saveTickets } from '../persistence/ticket.repository.js';

/** Keeps our copy of tickets, joined to findings by their fix when they are read. */
export class TicketChangedHandler {
  async handle(records: readonly StreamRecord<TicketChanged>[], unit: Unit): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = records.map(({ value }) => ([value.tenantId, value.ticketId, value.fixId].every(isUuid) ? done : reject('invalid_ticket', 'ids of a ticket are UUIDs')));
    await saveTicketHistory(unit, records.filter((_, index) => outcomes[index] === done).map((record) => record.value));
    const newest = new Map<string, TicketChanged>();
    for (const [index, { value }] of records.entries()) {
      if (outcomes[index] === done && value.version >= (newest.get(value.ticketId)?.version ?? 0)) newest.set(value.ticketId, value);
    }
    await saveTickets(unit, [...newest.values()]);
    return outcomes;
  }
}
