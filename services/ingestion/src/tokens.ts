/** Injection tokens of what this service builds before Nest starts. */
export const BLOBS = Symbol('BLOBS');
export const KEYRING = Symbol('KEYRING');
