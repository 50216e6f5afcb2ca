import type { Unit } from '@throughline/stream';

export interface TenantRow { readonly tenant_id: string; readonly slug: string; readonly name: string; readonly status: string; readonly version: string; readonly changed_at: Date }

/** Creates the tenant when it is new; the row when it did, undefined when it was there. */
export async function insertTenant(unit: Unit, tenant: { readonly tenantId: string; readonly slug: string; readonly name: string; readonly now: Date }): Promise<TenantRow | undefined> {
  const [row] = await unit.query<TenantRow>(
    `insert into tenants (tenant_id, slug, name, changed_at) values ($1, $2, $3, $4) on conflict do nothing returning *`,
    [tenant.tenantId, tenant.slug, tenant.name, tenant.now]);
  return row;
}

export async function findTenant(unit: Unit, tenantId: string): Promise<TenantRow | undefined> {
  const [row] = await unit.query<TenantRow>(`select * from tenants where tenant_id = $1`, [tenantId]);
  return row;
}
