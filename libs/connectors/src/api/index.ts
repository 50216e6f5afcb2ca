export * from './connector.js';
export * from './definition.js';
export * from './deployment-record.js';
export * from './facts.js';
export * from './feed.js';
export * from './json.js';
export * from './plain-context.js';
