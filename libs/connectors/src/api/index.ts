export * from './connector.js';
export * from './facts.js';
