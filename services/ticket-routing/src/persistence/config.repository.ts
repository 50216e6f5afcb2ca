import type { Unit } from '@throughline/stream';
import type { RoutingRule, RuleCondition } from '../domain/rule.js';

interface RuleRow { slug: string; destination: string; priority: number; enabled: boolean; condition: RuleCondition; version: number; changed_by: string; reason: string; changed_at: Date }
interface DestinationRow { slug: string; kind: string; shown: object; sealed: Buffer; status: 'active' | 'parked'; parked_reason: string; version: number; changed_by: string; reason: string; changed_at: Date }

export interface Versioned { readonly version: number; readonly changedBy: string; readonly reason: string; readonly changedAt: string }
export type StoredRule = RoutingRule & Versioned;
export interface StoredDestination extends Versioned { readonly slug: string; readonly kind: string; readonly shown: object; readonly sealed: Buffer; readonly status: 'active' | 'parked'; readonly parkedReason: string }

const versioned = (row: { version: number; changed_by: string; reason: string; changed_at: Date }): Versioned => ({ version: row.version, changedBy: row.changed_by, reason: row.reason, changedAt: row.changed_at.toISOString() });

/** The rules of one tenant (of the unit's tenants there must be one only, or `tenantId` narrows). */
export async function rulesOf(unit: Unit, tenantId: string): Promise<readonly StoredRule[]> {
  const rows = await unit.query<RuleRow>(`select * from routing_rules where tenant_id = $1 order by priority, slug limit 1000`, [tenantId], { name: 'tr_rules' });
  return rows.map((row) => ({ slug: row.slug, destination: row.destination, priority: row.priority, enabled: row.enabled, when: row.condition, ...versioned(row) }));
}

export async function saveRule(unit: Unit, tenantId: string, rule: RoutingRule, actor: string, reason: string, now: Date): Promise<void> {
  await unit.query(
    `insert into routing_rules as r (tenant_id, slug, destination, priority, enabled, condition, changed_by, reason, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, slug) do update set destination = excluded.destination, priority = excluded.priority, enabled = excluded.enabled, condition = excluded.condition,
       changed_by = excluded.changed_by, reason = excluded.reason, changed_at = excluded.changed_at, version = r.version + 1`,
    [tenantId, rule.slug, rule.destination, rule.priority, rule.enabled, JSON.stringify(rule.when), actor, reason, now]);
}

export async function deleteRule(unit: Unit, slug: string): Promise<boolean> {
  return (await unit.query(`delete from routing_rules where slug = $1 returning slug`, [slug])).length > 0;
}

export async function destinationsOf(unit: Unit): Promise<readonly StoredDestination[]> {
  return (await unit.query<DestinationRow>(`select * from destinations order by slug limit 1000`)).map(toDestination);
}

export async function destinationOf(unit: Unit, tenantId: string, slug: string): Promise<StoredDestination | undefined> {
  const [row] = await unit.query<DestinationRow>(`select * from destinations where tenant_id = $1 and slug = $2`, [tenantId, slug]);
  return row && toDestination(row);
}

/** Creates or replaces; a parked destination becomes active again, since someone has just set it right. */
export async function saveDestination(unit: Unit, tenantId: string, value: { readonly slug: string; readonly kind: string; readonly shown: object; readonly sealed: Buffer }, actor: string, reason: string, now: Date): Promise<void> {
  await unit.query(
    `insert into destinations as d (tenant_id, slug, kind, shown, sealed, changed_by, reason, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant_id, slug) do update set kind = excluded.kind, shown = excluded.shown, sealed = excluded.sealed, status = 'active', parked_reason = '',
       changed_by = excluded.changed_by, reason = excluded.reason, changed_at = excluded.changed_at, version = d.version + 1`,
    [tenantId, value.slug, value.kind, JSON.stringify(value.shown), value.sealed, actor, reason, now]);
}

export async function parkDestination(unit: Unit, slug: string, reason: string): Promise<void> {
  await unit.query(`update destinations set status = 'parked', parked_reason = $2 where slug = $1`, [slug, reason]);
}

/** Deletes a destination that no rule and no ticket uses; false when there is none or it is in use. */
export async function deleteDestination(unit: Unit, slug: string): Promise<boolean> {
  return (await unit.query(`delete from destinations where slug = $1 and not exists (select from routing_rules r where r.destination = $1) and not exists (select from tickets t where t.destination = $1) returning slug`, [slug])).length > 0;
}

function toDestination(row: DestinationRow): StoredDestination {
  return { slug: row.slug, kind: row.kind, shown: row.shown, sealed: row.sealed, status: row.status, parkedReason: row.parked_reason, ...versioned(row) };
}
