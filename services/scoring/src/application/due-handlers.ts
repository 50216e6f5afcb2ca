import { tenantId, type TenantId } from '@throughline/domain';
import type { Database, DueHandler, DueWork, LeasedDueHandler } from '@throughline/persistence';
import { auditMessage, systemCaller } from '@throughline/service-kit';
import { done, reject, type Outcome } from '@throughline/stream';
import { lapseException, scopeOf } from '../persistence/exception.repository.js';
import { activationById } from '../persistence/activation.repository.js';
import { changedAfter, intelCursor, moveIntelCursor } from '../persistence/intel.repository.js';
import { baselinesOf, inScope, liveFindings, staleOfAsset, stepsDue, withIdentifiers } from '../persistence/rejoin.repository.js';
import { DUE } from './due-kinds.js';
import type { JudgeTools } from './judge-batch.js';
import { PAGE, rejoinPages, rejudge } from './rejoin.js';

const LEASE_MS = 10 * 60_000;
const ADVISORIES = 200;
const SLA_EVERY_MS = 30_000;

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
    [DUE.rejoinPolicy]: leased(async (database, tenant) => {
      await rejoinPages(database, tenant, (unit, after) => liveFindings(unit, tenant, after, PAGE), 'decision', tools);
      return done;
    }),
    [DUE.slaSteps]: leased(async (database, tenant) => {
      const now = tools.clock.now();
      const moved = await rejoinSteps(database, tenant, now, tools);
      return { kind: 'again', dueAt: new Date(now.getTime() + (moved ? 0 : SLA_EVERY_MS)) };
    }),
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
