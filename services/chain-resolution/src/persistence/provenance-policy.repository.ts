import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { NO_POLICY } from '../domain/provenance/policy.js';
import type { ProvenancePolicy, VersionedPolicy } from '../domain/provenance/policy.js';

export interface StoredPolicy extends VersionedPolicy {
  readonly author: string;
  readonly reason: string;
  readonly updatedAt: Date;
}

const KEY = ['policies', 'provenance'] as const;

/** The policy in force, which lies among the definitions, as a definition of its own kind. */
export async function loadPolicy(unit: Unit, tenant: TenantId): Promise<StoredPolicy | undefined> {
  const rows = await unit.query<{ version: number; body: ProvenancePolicy; author: string; reason: string; updated_at: Date }>(
    'select version, body, author, reason, updated_at from definitions where tenant_id = $1 and kind = $2 and slug = $3', [tenant, ...KEY], { name: 'provenance_policy' },
  );
  const [row] = rows;
  return row && { ...row.body, version: row.version, author: row.author, reason: row.reason, updatedAt: row.updated_at };
}

export const policyInForce = async (unit: Unit, tenant: TenantId): Promise<VersionedPolicy> => (await loadPolicy(unit, tenant)) ?? NO_POLICY;

/** Replaces the policy; every version is kept. */
export async function savePolicy(unit: Unit, tenant: TenantId, stored: StoredPolicy): Promise<void> {
  const { version, author, reason, updatedAt, ...body } = stored;
  const values = [tenant, ...KEY, version, JSON.stringify(body), author, reason, updatedAt.toISOString()];
  await unit.query(
    `insert into definitions (tenant_id, kind, slug, version, body, author, reason, updated_at) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
     on conflict (tenant_id, kind, slug) do update set version = excluded.version, body = excluded.body, author = excluded.author, reason = excluded.reason, updated_at = excluded.updated_at`,
    values, { name: 'provenance_policy_save' },
  );
  await unit.query(
    'insert into definition_versions (tenant_id, kind, slug, version, body, author, reason, recorded_at, deleted) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, false)',
    values, { name: 'provenance_policy_version' },
  );
}
