export * from './database.js';
export * from './engines.js';
export * from './fake-clock.js';
export * from './peers/index.js';
export * from './platform.js';
export * from './topics.js';
export * from './until.js';
