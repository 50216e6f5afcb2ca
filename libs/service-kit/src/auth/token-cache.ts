import type { CallerIdentity, TokenSigner, TokenVerifier } from './internal-token.js';

const ENTRIES = 10_000;
/** A token lives 60 s: used for 20 s it always has time left when it arrives. */
const SIGNED_FOR_MS = 20_000;
/** Shorter than the life of a token plus the tolerated clock difference, so that no token is believed past its end. */
const VERIFIED_FOR_MS = 10_000;

/** Signs once for many requests of a caller: the signature is the same work each time. */
export function cachingSigner(sign: TokenSigner, now: () => number = Date.now): TokenSigner {
  const remember = createMemory<Promise<string>>(SIGNED_FOR_MS, now);
  return (caller) => remember(keyOf(caller), () => sign(caller));
}

/** Verifies a token once in ten seconds; a refusal is not remembered. */
export function cachingVerifier(verify: TokenVerifier, now: () => number = Date.now): TokenVerifier {
  const remember = createMemory<Promise<CallerIdentity>>(VERIFIED_FOR_MS, now);
  return (token) => remember(token, () => verify(token));
}

const keyOf = (caller: CallerIdentity): string => JSON.stringify([caller.tenantId, caller.actor, caller.name, caller.role, caller.scopes]);

/** A bounded memory of promises; one that fails is forgotten at once, and a full memory begins anew. */
function createMemory<T extends Promise<unknown>>(forMs: number, now: () => number): (key: string, make: () => T) => T {
  const known = new Map<string, { readonly value: T; readonly until: number }>();
  return (key, make) => {
    const found = known.get(key);
    if (found && found.until > now()) return found.value;
    if (known.size >= ENTRIES) known.clear();
    const value = make();
    known.set(key, { value, until: now() + forMs });
    value.catch(() => { known.delete(key); });
    return value;
  };
}
