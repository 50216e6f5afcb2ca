import { tenantId, type Clock, type TenantId } from '@throughline/domain';
import type { Database, DueOutcome, DueWork } from '@throughline/persistence';
import { done, retry, skip, type Unit } from '@throughline/stream';
import { DestinationError, markerOf, type Destination, type ExternalTicket, type Ticket } from '@throughline/ticketing/api';
import { contentHashOf, proofOf, ticketOf } from '../domain/content.js';
import { planOf, type Command, type Plan } from '../domain/plan.js';
import { announceTicket } from './ticket-message.js';
import { destinationOf, parkDestination } from '../persistence/config.repository.js';
import { lockTicket, membersOf, noteCommand, noteFailure, updateTicket, type TicketRow } from '../persistence/ticket.repository.js';

export interface SyncParts {
  readonly clock: Clock;
  readonly publicUrl: string;
  /** Opens a stored destination with its secrets. */
  readonly open: (tenant: TenantId, slug: string, sealed: Buffer) => Promise<Destination>;
}

/** What a first transaction decided and noted, before the destination is called. */
interface Errand { readonly ticket: Ticket; readonly row: TicketRow; readonly plan: Plan; readonly hash: string; readonly mayHaveBeenSent: boolean; readonly destination: { readonly slug: string; readonly sealed: Buffer } }

/**
 * Brings one ticket to its destination in three steps: note the command (committed), call, note the answer (committed).
 * A crash after the call leaves the command noted, so that the next attempt searches and adopts before it creates
 * (FAULTS 35, 39): a ticket is never made twice.
 */
export async function syncTicket(work: DueWork, database: Database, parts: SyncParts): Promise<DueOutcome> {
  const ticketId = work.payload['ticketId'];
  if (!work.tenantId || typeof ticketId !== 'string') return skip('no ticket id');
  const tenant = tenantId(work.tenantId);
  const errand = await database.run([tenant], (unit) => prepare(unit, tenant, ticketId, parts));
  if (!errand) return done;
  try {
    const destination = await parts.open(tenant, errand.destination.slug, errand.destination.sealed);
    const answer = await carryOut(destination, errand);
    await database.run([tenant], (unit) => confirm(unit, tenant, errand, answer, parts.clock.now()));
    return done;
  } catch (error) {
    if (error instanceof DestinationError) return database.run([tenant], (unit) => fail(unit, tenant, errand, error, parts.clock.now()));
    throw error;
  }
}

async function prepare(unit: Unit, tenant: TenantId, ticketId: string, parts: SyncParts): Promise<Errand | undefined> {
  const row = await lockTicket(unit, ticketId);
  const members = row ? await membersOf(unit, ticketId) : [];
  if (!row || members.length === 0) return undefined;
  const frame = { id: ticketId, marker: markerOf(ticketId), link: `${parts.publicUrl}/fixes/${row.fix_id}` };
  const draft = ticketOf({ ...frame, version: 0 }, members, proofOf(members));
  const hash = contentHashOf(draft);
  const plan = planOf({ status: row.status, externalKey: row.external_key, externalStatus: row.external_status, sentHash: row.sent_hash }, members, hash);
  if (plan.command === 'none') {
    if (row.status !== plan.status) announceTicket(unit, tenant, await updateTicket(unit, ticketId, { ...keep(row), status: plan.status, title: draft.title, band: draft.band, team: draft.team }, parts.clock.now()), members.map((m) => m.id));
    return undefined;
  }
  const destination = await destinationOf(unit, tenant, row.destination);
  // A parked destination takes nothing until it is set right; saving it schedules its tickets anew (FAULTS 37).
  if (!destination || destination.status === 'parked') {
    const parked = await noteFailure(unit, ticketId, 'parked', destination?.parkedReason ?? 'the destination was deleted', parts.clock.now());
    if (parked) announceTicket(unit, tenant, parked, members.map((m) => m.id));
    return undefined;
  }
  const repeated = row.command === plan.command && row.command_hash === hash;
  const version = repeated ? Number(row.command_version) : Number(row.command_version) + 1;
  await noteCommand(unit, ticketId, plan.command, version, hash);
  return { ticket: { ...draft, version }, row, plan, hash, mayHaveBeenSent: row.command === 'create', destination };
}

async function carryOut(destination: Destination, errand: Errand): Promise<ExternalTicket> {
  const { ticket, row, plan } = errand;
  switch (plan.command) {
    case 'create': {
      const found = errand.mayHaveBeenSent && destination.capabilities.search ? await destination.find(ticket) : undefined;
      return found ? destination.update(found.key, ticket) : destination.create(ticket);
    }
    case 'update': return destination.update(row.external_key, ticket);
    case 'close': return destination.close(row.external_key, ticket);
    case 'reopen': return destination.reopen(row.external_key, ticket);
    case 'none': throw new TypeError('nothing to carry out');
  }
}

async function confirm(unit: Unit, tenant: TenantId, errand: Errand, answer: ExternalTicket, now: Date): Promise<void> {
  const row = await updateTicket(unit, errand.ticket.id, {
    status: errand.plan.status, title: errand.ticket.title, band: errand.ticket.band, team: errand.ticket.team,
    externalKey: answer.key, externalStatus: closedBy(errand.plan.command) ? 'closed' : answer.status, url: answer.url, sentHash: errand.hash, lastSync: now, lastError: '',
  }, now);
  announceTicket(unit, tenant, row, errand.ticket.findings.map((finding) => finding.id));
}

async function fail(unit: Unit, tenant: TenantId, errand: Errand, error: DestinationError, now: Date): Promise<DueOutcome> {
  const findings = errand.ticket.findings.map((finding) => finding.id);
  const note = async (status: TicketRow['status']): Promise<void> => {
    const row = await noteFailure(unit, errand.ticket.id, status, error.message.slice(0, 500), now);
    if (row) announceTicket(unit, tenant, row, findings);
  };
  switch (error.kind) {
    case 'retry':
      await note(errand.row.status);
      return error.retryAfterMs === undefined ? retry(error.message) : { kind: 'again', dueAt: new Date(now.getTime() + error.retryAfterMs) };
    case 'auth':
      await parkDestination(unit, errand.destination.slug, error.message);
      await note('parked');
      return done;
    case 'rejected':
      await note('failed');
      return done;
    case 'gone': {
      // Deleted or moved by hand: it is not created again for the same findings (FAULTS 38).
      const row = await updateTicket(unit, errand.ticket.id, { ...keep(errand.row), status: 'closed', externalStatus: 'closed', sentHash: errand.hash, lastError: 'the ticket is gone at the destination' }, now);
      announceTicket(unit, tenant, row, findings);
      return done;
    }
  }
}

const closedBy = (command: Command): boolean => command === 'close';

function keep(row: TicketRow) {
  return { status: row.status, title: row.title, band: row.band, team: row.team, externalKey: row.external_key, externalStatus: row.external_status, url: row.url, sentHash: row.sent_hash, lastSync: row.last_sync, lastError: row.last_error };
}
