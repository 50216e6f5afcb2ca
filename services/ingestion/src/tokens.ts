/** Injection tokens of what this service builds before Nest starts. */
export const BLOBS = Symbol('BLOBS');
export const KEYRING = Symbol('KEYRING');
export const OUTBOUND = Symbol('OUTBOUND');
export const CONNECTOR_REGISTRY = Symbol('CONNECTOR_REGISTRY');
