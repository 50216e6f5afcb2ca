import type { PullConnector, PullDefinition } from '@throughline/connectors/api';
import { gitlabConfig } from './config.js';
import { gitlabConnector, gitlabWebhook } from './connector.js';

export { gitlabWebhook };

export const gitlab: PullDefinition = {
  connector: gitlabConnector as PullConnector, config: gitlabConfig, secretFields: ['token', 'webhookSecret'], addressFields: ['baseUrl'], defaultEverySeconds: gitlabConnector.everySeconds,
};
