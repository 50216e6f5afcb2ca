import type { PullConnector, PullDefinition } from '@throughline/connectors/api';
import { kubernetesConfig } from './config.js';
import { kubernetesConnector } from './connector.js';

export { kubernetesFacts, type KubernetesOptions } from './map.js';
export { readObjects, type KubeObject } from './objects.js';
export { ALL_RESOURCES as KUBERNETES_RESOURCES, ruleOf, type Resource as KubernetesResource } from './resources.js';
export { kubernetesConnector };

export const kubernetes: PullDefinition = {
  connector: kubernetesConnector as PullConnector, config: kubernetesConfig, secretFields: ['token'], addressFields: ['server'], defaultEverySeconds: kubernetesConnector.everySeconds,
};
