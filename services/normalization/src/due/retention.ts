import type { Clock, TenantId } from '@throughline/domain';
import { scheduleDue, type DueHandler, type Unit } from '@throughline/persistence';
import { skip } from '@throughline/stream';
import { dropOld, isScheduled } from '../persistence/retention.repository.js';

export const RETENTION = 'retention';
const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;

/** One row a tenant keeps the retention going; where it is there, it is left alone, since scheduling would move it. */
export async function ensureRetention(unit: Unit, tenantId: TenantId, now: Date): Promise<void> {
  if (!(await isScheduled(unit, RETENTION, tenantId))) await scheduleDue(unit, { kind: RETENTION, key: tenantId, tenantId, dueAt: new Date(now.getTime() + DAY_MS) });
}

/** Drops parser runs and quarantined results of a tenant after 90 days, and comes again the next day. */
export function retention(clock: Clock): DueHandler {
  return async ({ tenantId }, unit) => {
    if (tenantId === null) return skip('no tenant');
    const now = clock.now().getTime();
    await dropOld(unit, new Date(now - KEPT_DAYS * DAY_MS));
    return { kind: 'again', dueAt: new Date(now + DAY_MS) };
  };
}
