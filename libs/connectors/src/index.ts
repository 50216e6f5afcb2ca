import type { PullDefinition, WebhookConnector } from './api/index.js';
import { githubWebhook } from './github/connector.js';

export * from './api/index.js';
export { parseEpss } from './epss/parse.js';
export { githubWebhook } from './github/connector.js';
export { parseKev } from './kev/parse.js';

/** Systems that are pulled, by kind. A new one adds its folder's definition here and nothing anywhere else. */
export const PULL_CONNECTORS: Readonly<Record<string, PullDefinition>> = {};

/** Systems that call us, by kind. */
export const WEBHOOK_CONNECTORS: Readonly<Record<string, WebhookConnector>> = { [githubWebhook.kind]: githubWebhook };
