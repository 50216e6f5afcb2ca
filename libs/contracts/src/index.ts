export * from './codec.js';
export * from './compatibility.js';
export * from './errors.js';
export * from './event-id.js';
export * from './generated/index.js';
export * from './registry-client.js';
export * from './schema-ids.js';
