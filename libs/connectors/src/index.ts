import type { PullDefinition, WebhookConnector } from './api/index.js';
import { awsPull, awsWebhook } from './aws/index.js';
import { githubDefinition, githubWebhook } from './github/connector.js';
import { gitlab, gitlabWebhook } from './gitlab/index.js';
import { kubernetes } from './kubernetes/index.js';

export * from './api/index.js';
export { awsConfig, awsWebhook, callerAccount, collectAws, plannedAwsCalls, type AwsConfig, type CollectedAws, type CollectOptions } from './aws/index.js';
export { parseEpss } from './epss/parse.js';
export { githubWebhook } from './github/connector.js';
export { parseKev } from './kev/parse.js';
export { parseOsv } from './osv/parse.js';
export { kubernetesFacts, KUBERNETES_RESOURCES, readObjects as readKubernetesObjects, ruleOf as kubernetesRuleOf, type KubernetesOptions, type KubernetesResource } from './kubernetes/index.js';

/** Systems that are pulled, by kind. A new one adds its folder's definition here and nothing anywhere else. */
export const PULL_CONNECTORS: Readonly<Record<string, PullDefinition>> = { aws: awsPull, github: githubDefinition, gitlab, kubernetes };

/** Systems that call us, by kind. */
export const WEBHOOK_CONNECTORS: Readonly<Record<string, WebhookConnector>> = { [awsWebhook.kind]: awsWebhook, [githubWebhook.kind]: githubWebhook, [gitlabWebhook.kind]: gitlabWebhook };
