import type { PullDefinition, PullPage } from '@throughline/connectors/api';
import { newId } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import type { Logger } from '@throughline/observability';
import type { Database, DueOutcome } from '@throughline/persistence';
import { errorCode, isTransient } from '@throughline/stream';
import { intervalOf } from '../connectors/schema.js';
import { openSecrets, toldText, type Secrets } from '../connectors/secrets.js';
import { countPull } from '../metrics.js';
import type { Outbound } from '../outbound/outbound.js';
import { findConnector, noteError, type ConnectorRow } from '../persistence/connector.repository.js';
import { beginPull, countFailure, type PullKey, type PullRow } from '../persistence/pull.repository.js';
import type { UploadService } from '../upload/upload.service.js';
import { checkedPage } from './checked-page.js';
import { takeScans } from './pulled-scans.js';
import { HeldPagesFirst } from './publish-page.js';
import { abandonPull, PullMoved, storeHeld, storePage, type StoredPage } from './store-page.js';

export interface PullLimits {
  /** A pull that takes longer gives its slot back, so that a large system does not keep the small ones waiting. */
  readonly sliceMs: number;
  /** Time for one page. */
  readonly pageMs: number;
  /** Failed attempts at one page before the pull begins anew: a cursor can be one that the system has forgotten. */
  readonly maxFailures: number;
}

export const PULL_LIMITS: PullLimits = { sliceMs: 60_000, pageMs: 90_000, maxFailures: 8 };
export const REFRESH_LIMITS: PullLimits = { sliceMs: 20_000, pageMs: 30_000, maxFailures: 4 };

export interface PullParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly uploads: UploadService;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outbound: Outbound;
  /** Aborted when the service stops: the page in hand is thrown away and asked for again. */
  readonly stop: AbortSignal;
}

const MOVED_MS = 5_000;
const again = (dueAt: Date): DueOutcome => ({ kind: 'again', dueAt });

/** One slice of a pull: pages until it ends, has to wait, fails, or its time is over. */
export class PullRun {
  readonly #key: PullKey;
  readonly #intervalMs: number;

  constructor(private readonly parts: PullParts, private readonly connector: ConnectorRow, focus: string, private readonly definition: PullDefinition, private readonly limits: PullLimits) {
    this.#key = { tenantId: connector.tenant_id, connectorId: connector.connector_id, focus };
    this.#intervalMs = intervalOf(connector.config['schedule'], definition.defaultEverySeconds * 1000);
  }

  async run(): Promise<DueOutcome> {
    const { database, clock, stop } = this.parts;
    const secrets = await openSecrets(this.parts.keyring, this.connector);
    const { schedule: _schedule, ...stored } = this.connector.config;
    const config = this.definition.config.safeParse({ ...stored, ...secrets });
    if (!config.success) return this.#unusable(config.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    let at = await database.run([this.#key.tenantId], (unit) => beginPull(unit, this.#key, newId(), this.#key.focus === '' ? this.connector.cursor?.cursor ?? null : null, clock.now()));
    for (const endsAt = performance.now() + this.limits.sliceMs; ;) {
      try {
        const { pull, ended, rerun } = await this.#page(config.data, secrets, at);
        countPull(1, { kind: this.connector.kind, result: 'page' });
        if (ended) return this.#next(at, pull, rerun);
        if (pull.waits_until !== null && pull.waits_until > clock.now()) return again(pull.waits_until);
        if (performance.now() > endsAt) return again(clock.now());
        at = pull;
      } catch (error) {
        if (error instanceof PullMoved) return this.#moved();
        if (stop.aborted) return again(clock.now());
        if (!(error instanceof PageFailed) && isTransient(error)) throw error;
        return this.#failed(at, error, secrets);
      }
    }
  }

  async #page(config: unknown, secrets: Secrets, at: PullRow): Promise<StoredPage> {
    const { database, clock } = this.parts;
    const { tenantId, connectorId } = this.#key;
    const page = checkedPage(await this.#pull(config, at));
    const scans = await takeScans(this.parts, tenantId, connectorId, page.scans ?? [], clock.now());
    const gaps = page.gaps.map(({ scope, code, reason, remedy }) => ({ scope: toldText(scope, secrets, 500), code: toldText(code, secrets, 100), reason: toldText(reason, secrets, 1000), remedy: toldText(remedy, secrets, 1000) }));
    const store = (from: PullRow): Promise<StoredPage> => database.run([tenantId], async (unit) => {
      const known = await findConnector(unit, tenantId, connectorId);
      if (known === undefined) throw new PullMoved();
      return storePage(unit, { key: this.#key, at: from, page: { ...page, gaps }, scans, knownGaps: known.gaps, now: clock.now() });
    });
    return store(at).catch(async (error: unknown) => {
      if (!(error instanceof HeldPagesFirst)) throw error;
      return store(await this.#letOut(at, error.inventory));
    });
  }

  async #letOut(from: PullRow, inventory: string): Promise<PullRow> {
    const { database, clock } = this.parts;
    for (let at = from; ;) {
      const held = await database.run([this.#key.tenantId], (unit) => storeHeld(unit, this.#key, at, inventory, clock.now()));
      if (!held.more) return held.at;
      at = held.at;
    }
  }

  async #pull(config: unknown, { cursor }: PullRow): Promise<PullPage> {
    const { clock, stop, outbound } = this.parts;
    const { focus, tenantId } = this.#key;
    const memory = this.connector.cursor?.memory ?? null;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(this.limits.pageMs)]);
    const { fetch, agents } = outbound.forConnector(tenantId, addressesOf(this.definition, this.connector));
    try {
      const page = this.definition.connector.pull(config, cursor, { signal, clock, fetch, agents, ...(focus !== '' && { focus }), ...(memory !== null && { memory }) });
      return await Promise.race([page, aborted(signal)]);
    } catch (error) {
      throw new PageFailed(error);
    }
  }

  /** When the connector is looked at next. A refresh ends, unless the scope changed while it was read. */
  #next(at: PullRow, pull: PullRow, rerun: boolean): DueOutcome {
    const { clock, logger } = this.parts;
    const now = clock.now();
    logger.info({ event: 'pull.ended', connector: this.#key.connectorId, focus: this.#key.focus !== '', pages: pull.pages, gaps: pull.gaps.length, ms: now.getTime() - at.started_at.getTime() }, 'pull ended');
    countPull(1, { kind: this.connector.kind, result: 'ended' });
    if (this.#key.focus !== '') return rerun ? again(now) : { kind: 'done' };
    const waits = pull.waits_until?.getTime() ?? 0;
    return again(new Date(Math.max(at.started_at.getTime() + this.#intervalMs, now.getTime() + 1000, waits)));
  }

  async #failed(at: PullRow, error: unknown, secrets: Secrets): Promise<DueOutcome> {
    const { database, clock, logger } = this.parts;
    const { tenantId, connectorId, focus } = this.#key;
    const { code, message } = failureOf(error);
    const told = toldText(message, secrets, 500);
    const now = clock.now();
    logger.warn({ event: 'pull.failed', connector: connectorId, focus: focus !== '', page: at.pages, code }, 'a page of a pull failed');
    countPull(1, { kind: this.connector.kind, result: code });
    const givenUp = await database.run([tenantId], async (unit) => {
      const failures = await countFailure(unit, this.#key, at);
      if (failures === undefined) return undefined;
      const over = failures >= this.limits.maxFailures;
      if (over) await abandonPull(unit, this.#key, at, now);
      await noteError(unit, tenantId, connectorId, { at: now.toISOString(), code, message: over ? `${told} (${failures} times at page ${at.pages + 1}; the next pull begins anew)` : told });
      return over;
    });
    if (givenUp === undefined) return this.#moved();
    if (!givenUp) return { kind: 'retry', reason: code };
    return focus === '' ? again(new Date(now.getTime() + this.#intervalMs)) : { kind: 'done' };
  }

  /**
   * Another worker is ahead. The row of this work may be the only one that is left, so it is looked at again soon: ending
   * it here could end the pulls of the connector for good.
   */
  #moved(): DueOutcome {
    return again(new Date(this.parts.clock.now().getTime() + MOVED_MS));
  }

  async #unusable(message: string): Promise<DueOutcome> {
    const { database, clock } = this.parts;
    const { tenantId, connectorId, focus } = this.#key;
    await database.run([tenantId], (unit) => noteError(unit, tenantId, connectorId, { at: clock.now().toISOString(), code: 'invalid_config', message: `this version wants the connector saved again: ${message}`.slice(0, 500) }));
    return focus === '' ? again(new Date(clock.now().getTime() + this.#intervalMs)) : { kind: 'done' };
  }
}

/** The connector threw, in contrast to our own database. */
class PageFailed extends Error {
  override readonly name = 'PageFailed';
  constructor(override readonly cause: unknown) {
    super('a page could not be had');
  }
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof PageFailed ? error.cause : error;
  return { code: errorCode(cause).slice(0, 100), message: cause instanceof Error ? cause.message : 'the connector failed' };
}

/** Values of the fields that point the connector elsewhere. */
export const addressesOf = ({ addressFields }: PullDefinition, { config }: Pick<ConnectorRow, 'config'>): readonly string[] =>
  addressFields.flatMap((name) => (typeof config[name] === 'string' ? [config[name]] : []));

/** A connector that does not listen to its signal must not keep the slot. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(Object.assign(new Error('the page took too long'), { code: 'page_timeout' }));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
