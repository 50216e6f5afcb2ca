import { tenantId, type TenantId } from '@throughline/domain';
import { scheduleDue, type Database, type DueHandler, type DueWork, type LeasedDueHandler } from '@throughline/persistence';
import { auditMessage, systemCaller } from '@throughline/service-kit';
import { done, reject, type Outcome } from '@throughline/stream';
import { lapseException, scopeOf } from '../persistence/exception.repository.js';
import { activationById } from '../persistence/activation.repository.js';
import { changedAfter, intelCursor, moveIntelCursor } from '../persistence/intel.repository.js';
import { baselinesOf, inScope, liveFindings, staleOfAsset, stepsDue, withIdentifiers } from '../persistence/rejoin.repository.js';
import { contextKey } from '../persistence/context.repository.js';
import { dropOld, intelIsBehind, staleAssets } from '../persistence/sweep.repository.js';
import { DUE } from './due-kinds.js';
import type { JudgeTools } from './judge-batch.js';
import { PAGE, rejoinPages, rejudge } from './rejoin.js';

const LEASE_MS = 10 * 60_000;
const ADVISORIES = 200;
const SLA_EVERY_MS = 30_000;
const SWEEP_EVERY_MS = 3_600_000;
const SWEPT_ASSETS = 1000;

/**
 * Judging anew runs in pages of its own transactions while the row is leased: nobody waits for it, and a worker that
 * dies leaves it due again after the lease.
 */
export function dueHandlers(tools: JudgeTools): Readonly<Record<string, DueHandler | LeasedDueHandler>> {
  const leased = (handle: (database: Database, tenant: TenantId, work: DueWork) => Promise<Outcome | { kind: 'again'; dueAt: Date }>): LeasedDueHandler => ({
    leaseMs: LEASE_MS,
    handle: async (work, database) => (work.tenantId === null ? reject('no_tenant', 'this work is of a tenant') : handle(database, tenantId(work.tenantId), work)),
  });
  return {
    [DUE.rejoinAsset]: leased(async (database, tenant, work) => {
      const asset = String(work.payload['asset'] ?? '');
      await rejoinPages(database, tenant, (unit, after) => staleOfAsset(unit, tenant, asset, after, PAGE), 'chain', tools);
      return done;
    }),
    [DUE.rejoinIntel]: leased((database, tenant) => rejoinIntel(database, tenant, tools)),
    [DUE.rejoinException]: leased(async (database, tenant, work) => {
      const scope = await database.run([tenant], (unit) => scopeOf(unit, tenant, work.key));
      if (scope) await rejoinPages(database, tenant, (unit, after) => inScope(unit, tenant, scope, after, PAGE), 'decision', tools);
      return done;
    }),
    [DUE.lapse]: leased(async (database, tenant, work) => {
      const scope = await database.run([tenant], async (unit) => {
        const lapsed = await lapseException(unit, tenant, work.key, tools.clock.now().toISOString());
        if (lapsed) unit.announce(auditMessage(systemCaller(tenant), 'exception.lapse', work.key, { reason: 'its time is over' }, tools.clock.now()));
        return scopeOf(unit, tenant, work.key);
      });
      if (scope) await rejoinPages(database, tenant, (unit, after) => inScope(unit, tenant, scope, after, PAGE), 'decision', tools);
      return done;
    }),
    [DUE.rejoinActivation]: leased(async (database, tenant, work) => {
      const activation = await database.run([tenant], (unit) => activationById(unit, tenant, work.key));
      if (activation) await rejoinPages(database, tenant, (unit, after) => baselinesOf(unit, tenant, activation.kind, activation.name, after, PAGE), 'decision', tools);
      return done;
    }),
    [DUE.rejoinMerged]: leased(async (database, tenant, work) => {
      await database.run([tenant], (unit) => rejudge(unit, tenant, [work.key], 'decision', tools));
      return done;
    }),
    [DUE.rejoinPolicy]: leased(async (database, tenant) => {
      await rejoinPages(database, tenant, (unit, after) => liveFindings(unit, tenant, after, PAGE), 'decision', tools);
      return done;
    }),
    [DUE.slaSteps]: leased(async (database, tenant) => {
      const now = tools.clock.now();
      const moved = await rejoinSteps(database, tenant, now, tools);
      return { kind: 'again', dueAt: new Date(now.getTime() + (moved ? 0 : SLA_EVERY_MS)) };
    }),
    [DUE.sweep]: leased((database, tenant) => sweep(database, tenant, tools)),
  };
}

/** Follows the sequence of changed advisories; the cursor moves after their findings were judged, so a crash repeats at most one step. */
async function rejoinIntel(database: Database, tenant: TenantId, tools: JudgeTools): Promise<Outcome> {
  for (;;) {
    const changed = await database.run([tenant], async (unit) => changedAfter(unit, await intelCursor(unit, tenant), ADVISORIES));
    const last = changed.at(-1);
    if (last === undefined) return done;
    const advisories = changed.map((row) => row.advisory);
    await rejoinPages(database, tenant, (unit, after) => withIdentifiers(unit, tenant, advisories, after, PAGE), 'intel', tools);
    await database.run([tenant], (unit) => moveIntelCursor(unit, tenant, last.sequence));
  }
}

/** One page of clocks that reached a step; true when there may be more. */
async function rejoinSteps(database: Database, tenant: TenantId, now: Date, tools: JudgeTools): Promise<boolean> {
  return database.run([tenant], async (unit) => {
    const due = await stepsDue(unit, tenant, now.toISOString(), PAGE);
    await rejudge(unit, tenant, due, 'time', tools);
    return due.length === PAGE;
  });
}

/** Schedules what a lost piece of due work left behind, and drops what is past its retention. */
async function sweep(database: Database, tenant: TenantId, tools: JudgeTools): Promise<{ kind: 'again'; dueAt: Date }> {
  const now = tools.clock.now();
  await database.run([tenant], async (unit) => {
    const assets = await staleAssets(unit, tenant, SWEPT_ASSETS);
    const rejoins = assets.map((asset) => ({ kind: DUE.rejoinAsset, key: contextKey(tenant, asset), tenantId: tenant, dueAt: now, payload: { asset } }));
    const intel = await intelIsBehind(unit, tenant) ? [{ kind: DUE.rejoinIntel, key: tenant, tenantId: tenant, dueAt: now }] : [];
    await scheduleDue(unit, ...rejoins, ...intel);
    await dropOld(unit, tenant, now.toISOString());
  });
  return { kind: 'again', dueAt: new Date(now.getTime() + SWEEP_EVERY_MS) };
}
