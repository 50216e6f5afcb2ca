import { FeedRefused } from '@throughline/connectors/api';
import type { Clock, TenantId } from '@throughline/domain';
import type { Database, DueOutcome, LeasedDueHandler } from '@throughline/persistence';
import type { Logger } from '@throughline/observability';
import { join } from 'node:path';
import type { IngestionConfig } from '../config.js';
import { intervalOf, isFeed } from '../connectors/schema.js';
import type { Outbound } from '../outbound/outbound.js';
import { UploadRefused } from '../domain/refusal.js';
import { loadFeed } from '../intel/load-feed.js';
import { countFeed } from '../metrics.js';
import { clearErrors, findConnector, noteError, noteSuccess } from '../persistence/connector.repository.js';

const LEASE_MS = 15 * 60_000;
/** After a failure the next try comes sooner, but not at once: the feed's server is somebody else's. */
const RETRY_MS = 30 * 60_000;

/** Loads a feed and asks for the next time. A failed load keeps the last good data and is shown beside the connector. */
export function connectorSync(config: IngestionConfig, clock: Clock, logger: Logger, outbound: Outbound): LeasedDueHandler {
  return {
    leaseMs: LEASE_MS,
    async handle({ key, tenantId }, database): Promise<DueOutcome> {
      if (tenantId === null) return { kind: 'skip', reason: 'no tenant' };
      const connector = await database.run([tenantId], (unit) => findConnector(unit, tenantId, key));
      if (connector === undefined || !isFeed(connector.kind)) return { kind: 'skip', reason: 'the connector is gone' };
      const interval = intervalOf(connector.config['schedule']);
      try {
        const loaded = await loadFeed(connector.kind, connector.config, { database, clock, spoolDir: join(config.BLOB_DIR, '.incoming'), outbound: outbound.forConnector(tenantId, [connector.config['url']].filter((url) => typeof url === 'string')) });
        countFeed(1, { feed: connector.kind, result: 'loaded' });
        logger.info({ event: 'feed.loaded', connector: key, ...loaded }, 'feed loaded');
        await database.run([tenantId], async (unit) => {
          await noteSuccess(unit, tenantId, key, { loads: 1, announced: loaded.announced }, clock.now());
          await clearErrors(unit, tenantId, key);
        });
        return { kind: 'again', dueAt: new Date(clock.now().getTime() + interval) };
      } catch (error) {
        await tellFailure(database, tenantId, key, error, clock.now());
        countFeed(1, { feed: connector.kind, result: failureOf(error).code });
        logger.warn({ event: 'feed.failed', connector: key, code: failureOf(error).code }, 'feed was not loaded; the last good one stays');
        return { kind: 'again', dueAt: new Date(clock.now().getTime() + Math.min(interval, RETRY_MS)) };
      }
    },
  };
}

async function tellFailure(database: Database, tenantId: TenantId, connectorId: string, error: unknown, now: Date): Promise<void> {
  const { code, message } = failureOf(error);
  await database.run([tenantId], (unit) => noteError(unit, tenantId, connectorId, { at: now.toISOString(), code, message: message.slice(0, 500) }));
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof FeedRefused) return error;
  if (error instanceof UploadRefused) return error.refusal;
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unreachable';
  return { code, message: error instanceof Error ? error.message : 'the feed could not be had' };
}
