export * from './envelope.js';
export * from './errors.js';
export * from './framing.js';
export * from './outcome.js';
export * from './ports.js';
export * from './retry-policy.js';
export * from './trace.js';
export * from './logger.js';
