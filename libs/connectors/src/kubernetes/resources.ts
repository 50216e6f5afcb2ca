/** A kind that is read: where the API server lists it, and what is not known without it. */
export interface Resource {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Custom resources are not in every cluster: their absence is no gap. */
  readonly custom?: boolean;
  readonly costs: string;
}

const core = (kind: string, plural: string, costs: string, namespaced = true): Resource => ({ kind, group: '', version: 'v1', plural, namespaced, costs });
const of = (group: string, kind: string, plural: string, costs: string, more: Partial<Resource> = {}): Resource => ({ kind, group, version: 'v1', plural, namespaced: true, costs, ...more });

export const NAMESPACES = core('Namespace', 'namespaces', 'which namespaces there are, and the environments that their labels name', false);
export const SERVICES = core('Service', 'services', 'what leads to the workloads, and whether it has a public address');
const GATEWAY_API = 'gateway.networking.k8s.io';
export const GATEWAYS = of(GATEWAY_API, 'Gateway', 'gateways', 'gateways and their addresses', { custom: true });

/** Read once a pull: they decide about several namespaces. */
export const CLUSTER_RESOURCES: readonly Resource[] = [
  core('Node', 'nodes', 'whether nodes have public addresses, so that a NodePort is reached from outside', false),
  of('networking.k8s.io', 'IngressClass', 'ingressclasses', 'which controller serves an Ingress', { namespaced: false }),
  of(GATEWAY_API, 'GatewayClass', 'gatewayclasses', 'which controller serves a Gateway', { namespaced: false, custom: true }),
];

export const NAMESPACE_RESOURCES: readonly Resource[] = [
  of('apps', 'Deployment', 'deployments', 'workloads'), of('apps', 'StatefulSet', 'statefulsets', 'workloads'), of('apps', 'DaemonSet', 'daemonsets', 'workloads'),
  of('apps', 'ReplicaSet', 'replicasets', 'to which workload a pod belongs'), of('batch', 'CronJob', 'cronjobs', 'workloads'), of('batch', 'Job', 'jobs', 'to which CronJob a pod belongs'),
  core('Pod', 'pods', 'which image digests truly run'), SERVICES, of('networking.k8s.io', 'Ingress', 'ingresses', 'what leads in from outside'),
  of('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', 'who is kept away from the pods'),
  of(GATEWAY_API, 'HTTPRoute', 'httproutes', 'what leads in from gateways', { custom: true }), of(GATEWAY_API, 'GRPCRoute', 'grpcroutes', 'what leads in from gateways', { custom: true }),
  of('elbv2.k8s.aws', 'TargetGroupBinding', 'targetgroupbindings', 'which target group of AWS leads to a Service', { version: 'v1beta1', custom: true }),
];

export const ALL_RESOURCES: readonly Resource[] = [NAMESPACES, ...CLUSTER_RESOURCES, GATEWAYS, ...NAMESPACE_RESOURCES];

/** Path of the list at the API server. */
export function pathOf({ group, version, plural, namespaced }: Resource, namespace: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced && namespace !== '' ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}` : `${root}/${plural}`;
}

/** The line of a (Cluster)Role that would let us read it. */
export const ruleOf = ({ group, plural }: Resource): string => `{apiGroups: ["${group}"], resources: ["${plural}"], verbs: ["list"]}`;
