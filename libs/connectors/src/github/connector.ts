import type { WebhookConnector } from '@throughline/connectors/api';
import { mapGithub } from './map.js';
import { verifyGithub } from './verify.js';

/** GitHub by webhook. Pulling (CODEOWNERS, runs that were missed) is not built yet. */
export const githubWebhook: WebhookConnector = { kind: 'github', verify: verifyGithub, map: mapGithub };
