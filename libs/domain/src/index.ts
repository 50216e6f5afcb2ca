export * from './clock.js';
export * from './codeowners.js';
export * from './ids.js';
export * from './urn.js';
export * from './versions/index.js';
export * from './words.js';
