export * from './outcome.js';
export * from './ports.js';
