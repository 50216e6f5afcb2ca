export * from './errors.js';
export * from './event-id.js';
export * from './generated/index.js';
