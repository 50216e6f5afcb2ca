/** Injection tokens of what ServiceModule provides. */
export const CONFIG = Symbol('CONFIG');
export const DATABASE = Symbol('DATABASE');
export const CODEC = Symbol('CODEC');
export const CLOCK = Symbol('CLOCK');
export const PRODUCER = Symbol('PRODUCER');
export const LOGGER = Symbol('LOGGER');
export const READINESS = Symbol('READINESS');
export const TOKEN_VERIFIER = Symbol('TOKEN_VERIFIER');
