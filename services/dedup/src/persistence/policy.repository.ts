import type { Unit } from '@throughline/persistence';
import type { Policy } from '../domain/policy.js';
import { timeText } from './rows.js';

/** The policy in force of each tenant, in one query; `fallback` for those that never wrote one. */
export async function loadPolicies(unit: Unit, tenantIds: readonly string[], fallback: Policy): Promise<ReadonlyMap<string, Policy>> {
  const asked = [...new Set(tenantIds)];
  const rows = await unit.query<{ tenant_id: string; policy: Policy }>(
    `select t.tenant_id, p.policy from unnest($1::uuid[]) as t(tenant_id)
     cross join lateral (select policy from identity_policy where tenant_id = t.tenant_id order by version desc limit 1) p`,
    [asked], { name: 'dedup_policies' },
  );
  const written = new Map(rows.map((row) => [row.tenant_id, row.policy]));
  return new Map(asked.map((tenant) => [tenant, written.get(tenant) ?? fallback]));
}

/** The same of one tenant. */
export const loadPolicy = async (unit: Unit, tenantId: string, fallback: Policy): Promise<Policy> => (await loadPolicies(unit, [tenantId], fallback)).get(tenantId) ?? fallback;

/** A policy as written once. */
export interface StoredPolicy {
  readonly policy: Policy;
  /** 0: never written, the service's own is in force. */
  readonly version: number;
  readonly author: string;
  readonly reason: string;
  readonly decidedAt: string;
}

export async function currentPolicy(unit: Unit, tenantId: string, fallback: Policy): Promise<StoredPolicy> {
  const [row] = await unit.query<{ policy: Policy; version: number; author: string; reason: string; decided_at: Date }>(
    'select policy, version, author, reason, decided_at from identity_policy where tenant_id = $1 order by version desc limit 1', [tenantId],
  );
  if (row === undefined) return { policy: fallback, version: 0, author: '', reason: '', decidedAt: '' };
  const { decided_at, ...rest } = row;
  return { ...rest, decidedAt: timeText(decided_at) };
}

/** Adds a version; two writers of the same one are told apart by the primary key. */
export async function addPolicy(unit: Unit, tenantId: string, { policy, version, author, reason, decidedAt }: StoredPolicy): Promise<void> {
  await unit.query(
    'insert into identity_policy (tenant_id, version, policy, author, reason, decided_at) values ($1, $2, $3::jsonb, $4, $5, $6)',
    [tenantId, version, JSON.stringify(policy), author, reason, decidedAt],
  );
}
