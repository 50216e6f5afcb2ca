import type { TenantId } from '@throughline/domain';
import { scheduleDue, type Unit } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { askRerun, dueTimes } from '../persistence/pull.repository.js';
import { CONNECTOR_REFRESH } from './kinds.js';

/** Events come in bursts: a deployment touches a service many times within seconds. */
const DEBOUNCE_MS = 2_000;

export interface Refresh { readonly tenantId: TenantId; readonly connectorId: string; readonly focus: string }

export const refreshKey = ({ connectorId, focus }: Refresh): string => `${connectorId}|${createHash('sha256').update(focus).digest('hex').slice(0, 32)}`;

/**
 * Asks for a look at a scope, in the transaction of the event that named it. What waits already is left where it is, so
 * that a scope which changes without end is read every two seconds and not never. A look under way may have passed the
 * place that changed, so it is told to look once more.
 */
export async function scheduleRefresh(unit: Unit, refresh: Refresh, now: Date): Promise<void> {
  const key = refreshKey(refresh);
  const dueAt = new Date(now.getTime() + DEBOUNCE_MS);
  const waiting = (await dueTimes(unit, CONNECTOR_REFRESH, [key])).get(key);
  await askRerun(unit, refresh);
  if (waiting !== undefined && waiting <= dueAt) return;
  await scheduleDue(unit, { kind: CONNECTOR_REFRESH, key, tenantId: refresh.tenantId, dueAt, payload: { connector: refresh.connectorId, focus: refresh.focus } });
}
