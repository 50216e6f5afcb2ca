export * from './destination.js';
export * from './http-failure.js';
export * from './render.js';
export * from './safe-fetch.js';
