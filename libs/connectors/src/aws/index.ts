import type { PullDefinition } from '@throughline/connectors/api';
import { AWS_ADDRESS_FIELDS, AWS_SECRET_FIELDS, awsConfig, EVERY_SECONDS } from './config.js';
import { awsConnector } from './connector.js';

export { awsConfig, type AwsConfig } from './config.js';
export { callerAccount, collect as collectAws, plannedCalls as plannedAwsCalls, type AssetRequest, type Collected as CollectedAws, type CollectOptions, type PlannedCall } from './collect.js';
export { awsWebhook } from './webhook.js';

export const awsPull: PullDefinition = {
  connector: awsConnector, config: awsConfig, secretFields: AWS_SECRET_FIELDS, addressFields: AWS_ADDRESS_FIELDS, defaultEverySeconds: EVERY_SECONDS,
};
