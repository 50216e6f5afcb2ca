import { createHash, randomBytes } from 'node:crypto';

/**
 * API tokens are `tl_` and 32 random bytes in base64url. They are stored as SHA-256 only: with 256 random bits a slow
 * hash adds nothing, and the look-up stays one indexed read.
 */
export const TOKEN_PATTERN = /^tl_[A-Za-z0-9_-]{32,86}$/;

export const newToken = (): string => `tl_${randomBytes(32).toString('base64url')}`;

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** What may be shown of a token. */
export const lastFour = (token: string): string => token.slice(-4);

export interface TokenRecord {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export type TokenState = 'valid' | 'expired' | 'revoked';

export function tokenState(token: Pick<TokenRecord, 'expiresAt' | 'revokedAt'>, now: Date): TokenState {
  if (token.revokedAt && token.revokedAt <= now) return 'revoked';
  return token.expiresAt && token.expiresAt <= now ? 'expired' : 'valid';
}
