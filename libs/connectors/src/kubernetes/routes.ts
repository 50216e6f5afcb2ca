import { numberOf, objectOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { EVERYONE, frontOf, isPrivate, sourceRanges, splitList, type Scheme } from './fronts.js';
import { labelsOf, listOf, servicePicks, textsOf, type KubeObject } from './objects.js';
import { isClosed, policiesOver } from './policies.js';
import { inside, type Say } from './say.js';
import type { ClusterView } from './view.js';
import { isReady, type Workload } from './workloads.js';

/** All that is known of one namespace, as its maps need it. */
export interface NamespaceLook {
  readonly say: Say;
  readonly view: ClusterView;
  readonly objects: readonly KubeObject[];
  readonly workloads: readonly Workload[];
  readonly unread: ReadonlySet<string>;
}

export const ofKind = ({ objects }: Pick<NamespaceLook, 'objects'>, kind: string): readonly KubeObject[] => objects.filter((object) => object.kind === kind);

/** What stands in front: a load balancer as its parts, whatever kind of object asked for it. */
export interface Balancer {
  readonly object: KubeObject;
  /** `service`, `ingress`, `gateway`, `nodeport`. */
  readonly via: string;
  readonly type: 'network' | 'application';
  readonly scheme: Scheme;
  /** Ranges that it lets in; undefined: its firewall is not known. */
  readonly ranges: readonly string[] | undefined;
  readonly addresses: readonly string[];
  /** Names under which it is called. */
  readonly hosts: readonly string[];
  readonly evidence: Readonly<Record<string, unknown>>;
}

export const balancerUrn = (cluster: string, object: Pick<KubeObject, 'namespace' | 'name'>, via: string): string => `lb:${inside(cluster, object, via)}`;
export const listenerUrn = (cluster: string, object: Pick<KubeObject, 'namespace' | 'name'>, via: string, name: string | number): string => `listener:${inside(cluster, object, via, name)}`;
export const ruleUrn = (cluster: string, object: KubeObject, via: string, name: string): string => `listener-rule:${inside(cluster, object, via, name)}`;
export const targetUrn = (cluster: string, service: Pick<KubeObject, 'namespace' | 'name'>, port: string | number): string => `target-group:${inside(cluster, service, 'service', port)}`;

/** A load balancer and its names. Outside EC2 there are no security groups: it says itself which ranges it lets in, where that is known. */
export function balancerFacts({ say }: Pick<NamespaceLook, 'say'>, { object, via, type, scheme, ranges, addresses, hosts, evidence }: Balancer): readonly Fact[] {
  const node = balancerUrn(say.cluster, object, via);
  const names = [...new Set([...hosts, ...addresses])].filter((name) => /^[^\s/]+$/.test(name));
  return [
    ...say.node(node, { name: object.name, namespace: object.namespace, runtime: 'kubernetes', via, type, scheme, dnsName: addresses[0], allowedCidrs: ranges, ...evidence }),
    ...names.flatMap((name) => [...say.node(`endpoint:${name}`, { host: name }), ...say.edge(node, 'resolves-to', `endpoint:${name}`, { since: object.createdAt, evidence: { from: `${via} ${object.namespace}/${object.name}` } })]),
  ];
}

export const pickedBy = (service: KubeObject, workloads: readonly Workload[]): readonly Workload[] => workloads.filter(({ podLabels }) => servicePicks(labelsOf(service.spec['selector']), podLabels));

/** Services that something from outside leads to; of the others nothing leads out, and they are no way. */
export function frontedServices(look: NamespaceLook): ReadonlySet<string> {
  const open = ofKind(look, 'Service').filter(({ spec }) => ['LoadBalancer', 'NodePort'].includes(textOf(spec['type'])) || textsOf(spec['externalIPs']).length > 0).map(({ name }) => name);
  return new Set([...open, ...ofKind(look, 'Ingress').flatMap(ingressBackends), ...ROUTE_KINDS.flatMap((kind) => ofKind(look, kind)).flatMap(routeBackends)]);
}

export const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute'] as const;

const routeBackends = ({ spec }: KubeObject): readonly string[] => listOf(spec['rules']).flatMap((rule) => listOf(rule['backendRefs'])).map((backend) => textOf(backend['name']));

function ingressBackends({ spec }: KubeObject): readonly string[] {
  const paths = listOf(spec['rules']).flatMap((rule) => listOf(objectOf(rule['http'])['paths']));
  return [...paths.map((path) => path['backend']), spec['defaultBackend']].map((backend) => textOf(objectOf(objectOf(backend)['service'])['name'])).filter(Boolean);
}

/** Each port of each Service that is led to as a target group, and the ways in that a Service opens by itself. */
export function serviceRoutes(look: NamespaceLook): readonly Fact[] {
  const fronted = frontedServices(look);
  return ofKind(look, 'Service').filter(({ name }) => fronted.has(name)).flatMap((service) => {
    const picked = pickedBy(service, look.workloads);
    return [...listOf(service.spec['ports']).flatMap((port) => targetFacts(look, service, port, picked)), ...doorFacts(look, service)];
  });
}

function targetFacts(look: NamespaceLook, service: KubeObject, port: JsonObject, picked: readonly Workload[]): readonly Fact[] {
  const { say, unread } = look;
  const number = numberOf(port['port']) ?? 0;
  const target = targetUrn(say.cluster, service, number);
  const targetPort = podPort(port, picked);
  // One entry a workload and not a pod: pods come and go, and their number says nothing of who reaches them.
  const targets = picked.map(({ urn, pods }) => ({ id: urn, port: targetPort, health: pods.some(isReady) ? 'healthy' : 'unhealthy' }));
  const selected = Object.keys(labelsOf(service.spec['selector'])).length > 0;
  const closed = picked.length > 0 && picked.every(({ podLabels }) => isClosed(policiesOver(ofKind(look, 'NetworkPolicy'), podLabels), targetPort));
  return [
    ...say.node(target, {
      name: `${service.namespace}/${service.name}:${number}`, runtime: 'kubernetes', port: targetPort, protocol: textOf(port['protocol']) || 'TCP', failOpen: false,
      targets: selected && !unread.has('Pod') ? targets : undefined, allowedCidrs: closed ? [] : undefined,
    }),
    ...picked.flatMap(({ urn }) => say.edge(urn, 'routes-to', target, { since: service.createdAt, evidence: { service: `${service.namespace}/${service.name}`, port: targetPort } })),
  ];
}

function podPort(port: JsonObject, picked: readonly Workload[]): number | undefined {
  const given = port['targetPort'];
  if (typeof given === 'string') return picked.flatMap(({ ports }) => ports).find(({ name }) => name === given)?.port;
  return numberOf(given) ?? numberOf(port['port']);
}

/** Load balancer, external addresses and node ports of a Service. */
function doorFacts(look: NamespaceLook, service: KubeObject): readonly Fact[] {
  const front = frontOf(service);
  const external = textsOf(service.spec['externalIPs']);
  const hosts = splitList(service.annotations['external-dns.alpha.kubernetes.io/hostname'] ?? '').map((host) => host.replace(/\.$/, '').toLowerCase());
  const ranges = sourceRanges(service);
  const common = { object: service, type: 'network' as const, ranges: ranges.length > 0 ? ranges : EVERYONE, hosts };
  const doors: Balancer[] = [
    ...(front ? [{ ...common, via: 'service', scheme: front.scheme, addresses: front.addresses, evidence: { status: front.addresses.length > 0 ? 'provisioned' : 'pending' } }] : []),
    ...(external.length > 0 ? [{ ...common, via: 'external-ip', scheme: external.every(isPrivate) ? 'internal' as const : 'internet-facing' as const, addresses: external, evidence: {} }] : []),
    ...(textOf(service.spec['type']) === 'NodePort' ? [nodePort(look, common)] : []),
  ];
  return doors.flatMap((door) => [...balancerFacts(look, door), ...listOf(service.spec['ports']).flatMap((port) => listenerFacts(look, door, port))]);
}

/** Node ports are open on every node. Whether a firewall stands before nodes with a public address is not seen from here. */
function nodePort({ view }: NamespaceLook, common: Pick<Balancer, 'object' | 'type' | 'hosts'>): Balancer {
  return { ...common, via: 'nodeport', scheme: view.publicNodes === false ? 'internal' : undefined, ranges: undefined, addresses: [], evidence: { publicNodes: view.publicNodes ?? 'unknown' } };
}

function listenerFacts({ say }: NamespaceLook, { object, via }: Balancer, port: JsonObject): readonly Fact[] {
  const number = numberOf(port['port']) ?? 0;
  const listener = listenerUrn(say.cluster, object, via, number);
  const since = object.createdAt;
  return [
    ...say.node(listener, { port: (via === 'nodeport' ? numberOf(port['nodePort']) : undefined) ?? number, protocol: textOf(port['protocol']) || 'TCP', runtime: 'kubernetes' }),
    ...say.edge(targetUrn(say.cluster, object, number), 'routes-to', listener, { since }), ...say.edge(listener, 'listens-on', balancerUrn(say.cluster, object, via), { since }),
  ];
}

/** Target groups of AWS that its controller fills with the pods of a Service: the chain goes on in the AWS account. */
export function bindingFacts(look: NamespaceLook): readonly Fact[] {
  const { say, workloads } = look;
  return ofKind(look, 'TargetGroupBinding').flatMap((binding) => {
    const arn = textOf(binding.spec['targetGroupARN']);
    const service = boundService(look, binding);
    if (!arn.startsWith('arn:') || service === undefined) return [];
    return pickedBy(service, workloads).flatMap(({ urn }) => say.edge(urn, 'routes-to', `target-group:${arn}`, { since: binding.createdAt, evidence: { binding: `${binding.namespace}/${binding.name}`, service: service.name } }));
  });
}

const boundService = (look: NamespaceLook, binding: KubeObject): KubeObject | undefined => ofKind(look, 'Service').find(({ name }) => name === textOf(objectOf(binding.spec['serviceRef'])['name']));

/** Names of Services that target groups of AWS lead to. */
export const boundServices = (look: NamespaceLook): ReadonlySet<string> => new Set(ofKind(look, 'TargetGroupBinding').flatMap((binding) => boundService(look, binding)?.name ?? []));

