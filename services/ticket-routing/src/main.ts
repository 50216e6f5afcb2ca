import { derivedId } from '@throughline/contracts';
import { systemClock, type TenantId } from '@throughline/domain';
import { openKeyring } from '@throughline/keyring';
import { startDueWorker } from '@throughline/persistence';
import { runService } from '@throughline/service-kit';
import { createDestination, destinationConfig, SafeHttp, type Ticket } from '@throughline/ticketing';
import { TicketRoutingModule } from './app.module.js';
import { readConfig } from './config.js';
import { SYNC } from './consumers/risk-changed.handler.js';
import { syncTicket } from './sync/sync-ticket.js';
import { sealContext } from './tokens.js';

/** A call may take 10 s, and a create may be a search of three pages and an update. */
const LEASE_MS = 60_000;

const config = readConfig();
const keyring = await openKeyring({ masterKeyFile: config.MASTER_KEY_FILE });
const http = new SafeHttp(config.ALLOWED_HOSTS);

/** The first push of a ticket has one id whatever its content, so that a receiver knows a repeat. */
const eventId = (ticket: Ticket, kind: string): string => derivedId(ticket.id, kind, kind === 'opened' ? 0 : ticket.version);

const open = async (tenant: TenantId, slug: string, sealed: Buffer) => {
  const stored = destinationConfig.parse(JSON.parse((await keyring.open(tenant, sealContext(slug), sealed)).toString('utf8')));
  return createDestination(stored, { http, now: () => systemClock.now(), eventId });
};

await runService({
  name: 'ticket-routing',
  config,
  // Most risks make no ticket: they are passed over many at a time, and a ticket may be half a second later.
  gather: { minBytes: 512 * 1024, maxWaitMs: 500 },
  module: () => TicketRoutingModule.with(keyring, http),
  start: (parts) => {
    const worker = startDueWorker(parts.database, {
      logger: parts.logger, pollMs: 500, concurrency: 2,
      kinds: { [SYNC]: { leaseMs: LEASE_MS, handle: (work, database) => syncTicket(work, database, { clock: systemClock, publicUrl: config.PUBLIC_URL, open }) } },
    });
    return Promise.resolve(async () => {
      await worker.stop();
      await http.close();
    });
  },
});
