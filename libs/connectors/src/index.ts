export * from './api/index.js';
export { parseEpss } from './epss/parse.js';
export { githubWebhook } from './github/connector.js';
export { parseKev } from './kev/parse.js';
