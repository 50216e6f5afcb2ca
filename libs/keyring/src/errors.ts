/** The bytes were not written under this key and context, or were changed, cut or re-ordered since. Never retried. */
export class TamperedError extends Error {
  override readonly name = 'TamperedError';
  readonly code = 'tampered';
}

/** The tenant's keys were destroyed: what they encrypted is gone on purpose, and no new key is made for that tenant. */
export class KeyDestroyedError extends Error {
  override readonly name = 'KeyDestroyedError';
  readonly code = 'key_destroyed';
}

/** A key version that the store does not hold. */
export class KeyMissingError extends Error {
  override readonly name = 'KeyMissingError';
  readonly code = 'key_missing';
}
