import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { claimKey, groupOf, isOpen } from '../domain/claims.js';
import type { Json, LinkClaim } from '../domain/claims.js';
import { keyUuid } from './keys.js';

interface ClaimRow {
  readonly claim_id: string;
  readonly from_urn: Urn;
  readonly kind: string;
  readonly to_urn: Urn;
  readonly source: string;
  readonly method: string;
  readonly variant: string;
  readonly scope: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly evidence: Json;
  readonly starts: number[];
  readonly ends: number[];
  readonly affirmed_at: number;
  readonly content_at: number;
}

const COLUMNS = 'claim_id, from_urn, kind, to_urn, source, method, variant, scope, verified, confidence, evidence, starts, ends, affirmed_at, content_at';

const claimOfRow = (row: ClaimRow): LinkClaim => remembered(row.claim_id, {
  from: row.from_urn, kind: row.kind, to: row.to_urn, source: row.source, method: row.method, variant: row.variant, scope: row.scope,
  verified: row.verified, confidence: row.confidence, evidence: row.evidence, starts: row.starts, ends: row.ends,
  affirmedAt: row.affirmed_at, contentAt: row.content_at,
});

const ids = new WeakMap<LinkClaim, string>();

/** Asked for several times a claim, so the hash is kept with the object. */
export function claimId(claim: LinkClaim): string {
  const known = ids.get(claim);
  if (known !== undefined) return known;
  const id = keyUuid(claimKey(claim));
  ids.set(claim, id);
  return id;
}

function remembered(id: string, claim: LinkClaim): LinkClaim {
  ids.set(claim, id);
  return claim;
}

export const groupId = (claim: Pick<LinkClaim, 'from' | 'kind' | 'to'>): string => keyUuid(groupOf(claim));

export async function loadClaims(unit: Unit, tenant: TenantId, ids: readonly string[]): Promise<Map<string, LinkClaim>> {
  if (ids.length === 0) return new Map();
  const rows = await unit.query<ClaimRow>(`select ${COLUMNS} from link_claims where tenant_id = $1 and claim_id = any($2::uuid[])`, [tenant, [...ids]], { name: 'claims_by_id' });
  return new Map(rows.map((row) => [row.claim_id, claimOfRow(row)]));
}

export async function loadClaimsOfGroups(unit: Unit, tenant: TenantId, groups: readonly string[]): Promise<LinkClaim[]> {
  if (groups.length === 0) return [];
  const rows = await unit.query<ClaimRow>(`select ${COLUMNS} from link_claims where tenant_id = $1 and group_id = any($2::uuid[])`, [tenant, [...groups]], { name: 'claims_by_group' });
  return rows.map(claimOfRow);
}

/** Open claims of a source that an inventory of the scope did not hold. */
export async function loadAbsentClaims(unit: Unit, tenant: TenantId, source: string, scope: string, sequence: number): Promise<LinkClaim[]> {
  const rows = await unit.query<ClaimRow>(
    `select ${COLUMNS} from link_claims c where tenant_id = $1 and source = $2 and scope = $3 and is_open and not exists (
       select from (select unnest(claims) as id from inventory_parts p where p.tenant_id = $1 and p.source = $2 and p.scope = $3 and p.sequence = $4) held
       where held.id = c.claim_id)`,
    [tenant, source, scope, sequence], { name: 'claims_absent' },
  );
  return rows.map(claimOfRow);
}

/** Open claims of a source outside inventories, e.g. what an older version of a definition stated. */
export async function loadOpenClaims(unit: Unit, tenant: TenantId, source: string): Promise<LinkClaim[]> {
  const rows = await unit.query<ClaimRow>(`select ${COLUMNS} from link_claims where tenant_id = $1 and source = $2 and scope = '' and is_open`, [tenant, source], { name: 'claims_open' });
  return rows.map(claimOfRow);
}

export interface Speaker {
  readonly source: string;
  readonly scope: string;
}

/** Everything that some sources state and have not ended. */
export async function loadStatedBy(unit: Unit, tenant: TenantId, speakers: readonly Speaker[]): Promise<LinkClaim[]> {
  if (speakers.length === 0) return [];
  const rows = await unit.query<ClaimRow>(
    `select ${COLUMNS} from link_claims where tenant_id = $1 and is_open and (source, scope) in (select * from unnest($2::text[], $3::text[]))`,
    [tenant, speakers.map((one) => one.source), speakers.map((one) => one.scope)], { name: 'claims_stated_by' },
  );
  return rows.map(claimOfRow);
}

/** For conclusions of our own that no longer follow; what a source said is never deleted. */
export async function deleteClaims(unit: Unit, tenant: TenantId, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await unit.query('delete from link_claims where tenant_id = $1 and claim_id = any($2::uuid[])', [tenant, [...ids]], { name: 'claims_delete' });
}

export async function saveClaims(unit: Unit, tenant: TenantId, claims: readonly LinkClaim[]): Promise<void> {
  if (claims.length === 0) return;
  // arrays of arrays must be rectangular in Postgres, so the time arrays travel as JSON
  const rows = claims.map((claim) => ({
    claim_id: claimId(claim), group_id: groupId(claim), from_urn: claim.from, kind: claim.kind, to_urn: claim.to, source: claim.source, method: claim.method,
    variant: claim.variant, scope: claim.scope, verified: claim.verified, confidence: claim.confidence, evidence: claim.evidence, starts: claim.starts, ends: claim.ends,
    affirmed_at: claim.affirmedAt, content_at: claim.contentAt, is_open: isOpen(claim),
  })).sort((a, b) => (a.claim_id < b.claim_id ? -1 : 1));
  await unit.query(
    `insert into link_claims (tenant_id, claim_id, group_id, from_urn, kind, to_urn, source, method, variant, scope, verified, confidence, evidence, starts, ends, affirmed_at, content_at, is_open)
     select $1, r.* from jsonb_to_recordset($2::jsonb) as r(claim_id uuid, group_id uuid, from_urn text, kind text, to_urn text, source text, method text, variant text,
       scope text, verified boolean, confidence double precision, evidence jsonb, starts double precision[], ends double precision[], affirmed_at double precision,
       content_at double precision, is_open boolean)
     on conflict (tenant_id, claim_id) do update set scope = excluded.scope, verified = excluded.verified, confidence = excluded.confidence, evidence = excluded.evidence,
       starts = excluded.starts, ends = excluded.ends, affirmed_at = excluded.affirmed_at, content_at = excluded.content_at, is_open = excluded.is_open`,
    [tenant, JSON.stringify(rows)], { name: 'claims_save' },
  );
}
