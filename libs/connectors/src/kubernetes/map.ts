import type { Fact, PullGap } from '@throughline/connectors/api';
import { gatewayRoutes } from './gateway.js';
import { pinnedImage } from './images.js';
import { ingressRoutes } from './ingress.js';
import { inOrder, type KubeObject } from './objects.js';
import { policiesOver, policyFacts, policyUrns } from './policies.js';
import { ruleOf, type Resource } from './resources.js';
import { bindingFacts, frontedServices, ofKind, pickedBy, ROUTE_KINDS, serviceRoutes, type NamespaceLook } from './routes.js';
import { LABEL_NAMES, saying, tagsOf, type LabelNames, type Say } from './say.js';
import { viewOf, type ClusterView } from './view.js';
import { runningContainers, workloadsOf, type Workload } from './workloads.js';

export interface KubernetesOptions {
  /** Name of the cluster in `service:<cluster>/<namespace>/<name>`. */
  readonly cluster: string;
  readonly now: Date;
  readonly labels?: LabelNames;
  /** Kinds that could not be read: their absence means nothing. */
  readonly unread?: readonly string[];
}

/** All facts of a cluster from its objects, in whatever order they come. Pure. */
export function kubernetesFacts(objects: readonly KubeObject[], options: KubernetesOptions): readonly Fact[] {
  const view = viewOf(objects, options.unread ?? []);
  const namespaces = [...new Set(objects.filter(({ kind, namespace }) => namespace !== '' && kind !== 'Node').map(({ namespace }) => namespace))].sort();
  return distinct([...clusterFacts(options), ...namespaces.flatMap((name) => namespaceFacts(objects.filter(({ namespace }) => namespace === name), name, view, options))]);
}

export const clusterFacts = ({ cluster, now }: KubernetesOptions): readonly Fact[] => saying(cluster, now).node(`cluster:${cluster}`, { name: cluster, runtime: 'kubernetes' });

/** Facts of one namespace. Pure. */
export function namespaceFacts(listed: readonly KubeObject[], namespace: string, view: ClusterView, { cluster, now, labels = LABEL_NAMES, unread = [] }: KubernetesOptions): readonly Fact[] {
  const say = saying(cluster, now);
  const objects = inOrder(listed);
  const look: NamespaceLook = { say, view, objects, workloads: workloadsOf(objects, cluster), unread: new Set([...view.unread, ...unread]) };
  const around = view.namespaces[namespace];
  return distinct([
    ...look.workloads.flatMap((workload) => workloadFacts(look, workload, labels, around)), ...ofKind(look, 'NetworkPolicy').flatMap((policy) => policyFacts(say, policy)),
    ...serviceRoutes(look), ...ingressRoutes(look), ...gatewayRoutes(look), ...bindingFacts(look),
  ]);
}

/** Several objects say the same of an environment or a name. */
const distinct = (facts: readonly Fact[]): readonly Fact[] => [...new Map(facts.map((fact) => [fact.naturalKey, fact])).values()];

function workloadFacts(look: NamespaceLook, workload: Workload, labels: LabelNames, namespace: ClusterView['namespaces'][string] | undefined): readonly Fact[] {
  const { say } = look;
  const { urn, createdAt } = workload;
  const tags = tagsOf(labels, workload, { labels: workload.podLabels, annotations: {} }, namespace);
  return [
    ...say.node(urn, { ...serviceAttributes(look, workload), tags }), ...say.edge(urn, 'part-of', `cluster:${say.cluster}`, { since: createdAt }),
    ...(tags.environment ? [...say.node(`environment:${tags.environment}`, { name: tags.environment }), ...say.edge(urn, 'member-of', `environment:${tags.environment}`, { method: 'tag', since: createdAt, evidence: { source: 'label' } })] : []),
    ...(tags.application ? [...say.node(`application:${tags.application}`, { name: tags.application }), ...say.edge(urn, 'member-of', `application:${tags.application}`, { method: 'tag', since: createdAt, evidence: { source: 'label' } })] : []),
    ...imageFacts(say, workload, tags.environment),
  ];
}

function serviceAttributes(look: NamespaceLook, workload: Workload): Readonly<Record<string, unknown>> {
  const { namespace, kind, name, desired, running, hostNetwork, ports, podLabels } = workload;
  const fronted = frontedServices(look);
  const services = ofKind(look, 'Service').filter((service) => fronted.has(service.name) && pickedBy(service, [workload]).length > 0).map((service) => service.name);
  const policies = policiesOver(ofKind(look, 'NetworkPolicy'), podLabels);
  // Pods share the address of their node only with the host's network; whether that one is public is known of the nodes.
  const publicAddress = hostNetwork ? (look.view.publicNodes === false ? false : undefined) : false;
  return {
    name, namespace, workload: kind, runtime: 'kubernetes', status: 'ACTIVE', desiredCount: desired, runningCount: running, port: ports[0]?.port, assignPublicIp: publicAddress,
    loadBalancers: ['Service', 'Ingress', ...ROUTE_KINDS].some((needed) => look.unread.has(needed)) ? undefined : services,
    securityGroups: policies.length === 0 ? undefined : policyUrns(look.say.cluster, policies),
  };
}

/** What the pods run, and without pods what a template pins by digest: a tag alone names no image. */
function imageFacts(say: Say, workload: Workload, environment: string | undefined): readonly Fact[] {
  const running = runningContainers(workload);
  const template = `task-definition:${say.cluster}/${workload.namespace}/${workload.kind.toLowerCase()}/${workload.name}`;
  const pinned = workload.containers.flatMap(({ name, image }) => { const urn = pinnedImage(image); return urn === undefined ? [] : [{ name, urn }]; });
  return [
    ...running.flatMap(({ image, container, imageId, since }) => [...say.node(image, {}), ...say.edge(image, 'runs-as', workload.urn, { since, evidence: { container, imageId, environment } })]),
    ...(running.length > 0 || pinned.length === 0 ? [] : [
      ...say.node(template, { name: workload.name, runtime: 'kubernetes' }), ...say.edge(template, 'runs-as', workload.urn, { since: workload.createdAt }),
      ...pinned.flatMap(({ name, urn }) => say.edge(urn, 'runs-as', template, { since: workload.createdAt, evidence: { container: name } })),
    ]),
  ];
}

/** What is not known because a kind could not be listed, and the line of the role that mends it. */
export function forbidden(resource: Resource, namespace: string): PullGap {
  return {
    scope: namespace === '' ? 'cluster' : `namespace/${namespace}`, code: 'access_denied', reason: `the list of ${resource.plural} was refused: ${resource.costs} is not known`,
    remedy: `add to the ${resource.namespaced ? 'Role or ClusterRole' : 'ClusterRole'}: ${ruleOf(resource)}`,
  };
}
