import type { Decision } from '@throughline/domain';
import type { Unit } from '@throughline/stream';
import type { ExceptionInForce, ExceptionScope } from '../domain/exception.js';
import type { Activation } from '../domain/judge.js';

/** Approved exceptions by tenant; whether one is in force at a time is the domain's question. */
export async function loadExceptions(unit: Unit, tenants: readonly string[]): Promise<ReadonlyMap<string, readonly ExceptionInForce[]>> {
  const rows = await unit.query<{ tenant_id: string; exception_id: string; decision: Decision; scope: ExceptionScope; starts_at: Date; expires_at: Date }>(
    `select tenant_id, exception_id, decision, scope, starts_at, expires_at from exceptions where status = 'approved' and tenant_id = any($1::uuid[])`,
    [tenants], { name: 'scoring_load_exceptions' },
  );
  return Map.groupBy(rows.map((row) => ({
    tenantId: row.tenant_id, id: row.exception_id, decision: row.decision, scope: row.scope, startsAt: row.starts_at.toISOString(), expiresAt: row.expires_at.toISOString(),
  })), (exception) => exception.tenantId);
}

export async function loadActivations(unit: Unit, tenants: readonly string[]): Promise<ReadonlyMap<string, readonly Activation[]>> {
  const rows = await unit.query<{ tenant_id: string; kind: Activation['kind']; name: string; activated_at: Date }>(
    'select tenant_id, kind, name, activated_at from activations where tenant_id = any($1::uuid[])', [tenants], { name: 'scoring_load_activations' },
  );
  return Map.groupBy(rows.map((row) => ({ tenantId: row.tenant_id, kind: row.kind, name: row.name, activatedAt: row.activated_at.toISOString() })), (row) => row.tenantId);
}
