import type { Unit } from '@throughline/stream';
import { DEFAULT_POLICIES, policiesOf, type Policies, type PolicySlug } from '../domain/policy.js';

export interface StoredPolicy {
  readonly slug: PolicySlug;
  readonly version: number;
  readonly spec: object;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: string;
}

interface Row {
  readonly tenant_id: string;
  readonly slug: PolicySlug;
  readonly version: number;
  readonly spec: object;
  readonly author: string;
  readonly reason: string;
  readonly created_at: Date;
}

const NEWEST = `select distinct on (tenant_id, slug) tenant_id, slug, version, spec, author, reason, created_at from policies where tenant_id = any($1::uuid[]) order by tenant_id, slug, version desc`;
const toPolicy = (row: Row): StoredPolicy => ({ slug: row.slug, version: row.version, spec: row.spec, author: row.author, reason: row.reason, createdAt: row.created_at.toISOString() });

/** Policies in force by tenant; a tenant without stored ones is absent and has the defaults. */
export async function loadPolicies(unit: Unit, tenants: readonly string[]): Promise<ReadonlyMap<string, Policies>> {
  const rows = await unit.query<Row>(NEWEST, [tenants], { name: 'scoring_load_policies' });
  return new Map([...Map.groupBy(rows, (row) => row.tenant_id)].map(([tenant, stored]) => [tenant, policiesOf(stored)]));
}

export async function policiesInForce(unit: Unit, tenant: string): Promise<Policies> {
  return (await loadPolicies(unit, [tenant])).get(tenant) ?? DEFAULT_POLICIES;
}

export async function storedPolicies(unit: Unit, tenant: string): Promise<readonly StoredPolicy[]> {
  return (await unit.query<Row>(NEWEST, [[tenant]], { name: 'scoring_load_policies' })).map(toPolicy);
}

/** Adds the next version; every one is kept. */
export async function putPolicy(unit: Unit, tenant: string, policy: Omit<StoredPolicy, 'version'>): Promise<number> {
  const rows = await unit.query<{ version: number }>(
    `insert into policies (tenant_id, slug, version, spec, author, reason, created_at)
     select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 from policies where tenant_id = $1 and slug = $2 returning version`,
    [tenant, policy.slug, JSON.stringify(policy.spec), policy.author, policy.reason, policy.createdAt],
  );
  return rows[0]?.version ?? 0;
}
