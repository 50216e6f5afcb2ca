/** Branded ids: a tenant's id cannot be passed where a finding's is asked for. All are lower-case UUIDs. */
declare const brand: unique symbol;
export type Branded<T, B extends string> = T & { readonly [brand]: B };
export type TenantId = Branded<string, 'TenantId'>;
export type ScanId = Branded<string, 'ScanId'>;
export type FindingId = Branded<string, 'FindingId'>;
export type Urn = Branded<string, 'Urn'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** Brands a tenant id; throws TypeError when it is no UUID, since every query is isolated by it. */
export function tenantId(value: string): TenantId {
  if (!UUID.test(value)) throw new TypeError(`not a tenant id: ${value.slice(0, 64)}`);
  return value as TenantId;
}

/** The tenant that a new installation starts with. */
export const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000001' as TenantId;
