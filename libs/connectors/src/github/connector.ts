import type { PullDefinition, WebhookConnector, WebhookRequest } from '@throughline/connectors/api';
import { githubConfig, githubSecretFields } from './config.js';
import { mapGithub } from './map.js';
import { githubPull } from './pull.js';
import { verifyGithub } from './verify.js';

const NAME = /^[\x21-\x7e]{1,100}$/;

/** GitHub by webhook. */
export const githubWebhook: WebhookConnector = { kind: 'github', verify: verifyGithub, identify, map: mapGithub };

/** GitHub by its API. */
export const githubDefinition: PullDefinition = {
  connector: githubPull, config: githubConfig, secretFields: githubSecretFields, addressFields: ['baseUrl'], defaultEverySeconds: githubPull.everySeconds,
};

function identify({ headers }: WebhookRequest): { readonly delivery: string; readonly name: string } | string {
  const delivery = headers['x-github-delivery'] ?? '';
  const name = headers['x-github-event'] ?? '';
  return NAME.test(delivery) && NAME.test(name) ? { delivery, name } : 'X-GitHub-Delivery and X-GitHub-Event are needed.';
}
