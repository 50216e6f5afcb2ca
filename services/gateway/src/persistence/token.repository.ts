import type { Unit } from '@throughline/stream';
import type { TokenRecord } from '../domain/api-token.js';

interface TokenRow { token_id: string; tenant_id: string; name: string; role: string; scopes: string[]; expires_at: Date | null; revoked_at: Date | null; last_four: string; created_at: Date; created_by: string; last_used_at: Date | null }

export interface TokenListing { readonly id: string; readonly name: string; readonly role: string; readonly scopes: readonly string[]; readonly lastFour: string; readonly createdAt: string; readonly createdBy: string; readonly expiresAt: string | null; readonly revokedAt: string | null; readonly lastUsedAt: string | null }

/** The tenant and id of a token, by its hash; read before a tenant is known. */
export async function findTokenIndex(unit: Unit, hash: Buffer): Promise<{ readonly tenantId: string; readonly tokenId: string } | undefined> {
  const [row] = await unit.query<{ tenant_id: string; token_id: string }>(
    `select i.tenant_id, i.token_id from token_index i join tenants t using (tenant_id) where i.token_hash = $1 and t.status = 'active'`, [hash]);
  return row && { tenantId: row.tenant_id, tokenId: row.token_id };
}

/** Reads the token and notes its use, at most once a minute so that reads stay reads. */
export async function findToken(unit: Unit, tokenId: string, now: Date): Promise<TokenRecord | undefined> {
  const [row] = await unit.query<TokenRow>(`select * from tokens where token_id = $1`, [tokenId]);
  if (!row) return undefined;
  await unit.query(`update tokens set last_used_at = $2 where token_id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')`, [tokenId, now]);
  return { id: row.token_id, tenantId: row.tenant_id, name: row.name, role: row.role, scopes: row.scopes, expiresAt: row.expires_at, revokedAt: row.revoked_at };
}

export interface NewToken { readonly tenantId: string; readonly tokenId: string; readonly name: string; readonly role: string; readonly scopes: readonly string[]; readonly hash: Buffer; readonly lastFour: string; readonly createdAt: Date; readonly createdBy: string; readonly expiresAt: Date | null }

/** Adds a token; false when this very token is there already. */
export async function insertToken(unit: Unit, token: NewToken): Promise<boolean> {
  const inserted = await unit.query(`insert into token_index (token_hash, tenant_id, token_id) values ($1, $2, $3) on conflict do nothing returning token_id`, [token.hash, token.tenantId, token.tokenId]);
  if (inserted.length === 0) return false;
  await unit.query(
    `insert into tokens (tenant_id, token_id, name, role, scopes, last_four, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [token.tenantId, token.tokenId, token.name, token.role, token.scopes, token.lastFour, token.createdAt, token.createdBy, token.expiresAt]);
  return true;
}

export async function listTokens(unit: Unit, limit: number, after: string | undefined): Promise<readonly TokenListing[]> {
  const rows = await unit.query<TokenRow>(`select * from tokens where ($2::uuid is null or token_id > $2) order by token_id limit $1`, [limit, after ?? null]);
  return rows.map((row) => ({ id: row.token_id, name: row.name, role: row.role, scopes: row.scopes, lastFour: row.last_four, createdAt: row.created_at.toISOString(), createdBy: row.created_by, expiresAt: row.expires_at?.toISOString() ?? null, revokedAt: row.revoked_at?.toISOString() ?? null, lastUsedAt: row.last_used_at?.toISOString() ?? null }));
}

/** Revokes a token; false when the tenant has none of this id or it is revoked already. */
export async function revokeToken(unit: Unit, tokenId: string, now: Date): Promise<boolean> {
  const rows = await unit.query(`update tokens set revoked_at = $2 where token_id = $1 and revoked_at is null returning token_id`, [tokenId, now]);
  return rows.length > 0;
}
