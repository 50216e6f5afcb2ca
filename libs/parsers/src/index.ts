export * from './api/index.js';
export * from './detect.js';
export { PARSERS } from './registry.generated.js';
