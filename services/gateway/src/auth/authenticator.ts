import { isOneOf, ROLES, tenantId, type Clock } from '@throughline/domain';
import { problem, type Caller } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { hashToken, TOKEN_PATTERN, tokenState } from '../domain/api-token.js';
import { findToken, findTokenIndex } from '../persistence/token.repository.js';

/** How long an answer is believed; a revoked token works at most this long (FAULTS 60). */
const CACHE_MS = 5_000;
const CACHE_ENTRIES = 10_000;

interface Cached { readonly caller: Caller | 'unknown' | 'expired' | 'revoked'; readonly until: number }

/** Turns an API token into the caller it stands for. */
export class Authenticator {
  readonly #cache = new Map<string, Cached>();

  constructor(private readonly store: StateStore, private readonly clock: Clock) {}

  /** Throws 401 with the same body for every token that is not valid, so that nothing can be enumerated. */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const token = bearer(authorization);
    const caller = token === undefined ? 'unknown' : await this.#lookUp(token);
    if (typeof caller === 'string') {
      throw problem(401, 'not_authenticated', 'Send a valid API token as `Authorization: Bearer <token>`.', {}, { 'www-authenticate': 'Bearer' });
    }
    return caller;
  }

  /** Forgets what is cached, for this process's own revocations to work at once. */
  forget(): void {
    this.#cache.clear();
  }

  async #lookUp(token: string): Promise<Cached['caller']> {
    const hash = hashToken(token);
    const cacheKey = hash.toString('base64');
    const now = this.clock.now();
    const cached = this.#cache.get(cacheKey);
    if (cached && cached.until > now.getTime()) return cached.caller;
    const caller = await this.#read(hash, now);
    if (this.#cache.size >= CACHE_ENTRIES) this.#cache.clear();
    this.#cache.set(cacheKey, { caller, until: now.getTime() + CACHE_MS });
    return caller;
  }

  async #read(hash: Buffer, now: Date): Promise<Cached['caller']> {
    const index = await this.store.run([], (unit) => findTokenIndex(unit, hash));
    if (!index) return 'unknown';
    const tenant = tenantId(index.tenantId);
    const token = await this.store.run([tenant], (unit) => findToken(unit, index.tokenId, now));
    if (!token || !isOneOf(ROLES, token.role)) return 'unknown';
    const state = tokenState(token, now);
    return state === 'valid' ? { tenantId: tenant, actor: `token:${token.id}`, name: token.name, role: token.role, scopes: token.scopes } : state;
  }
}

function bearer(authorization: string | undefined): string | undefined {
  const token = authorization?.startsWith('Bearer ') ? authorization.slice(7).trim() : undefined;
  return token !== undefined && TOKEN_PATTERN.test(token) ? token : undefined;
}
