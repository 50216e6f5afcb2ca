import { numberOf, objectOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { EVERYONE, schemeOf, type Scheme } from './fronts.js';
import { labelsOf, listOf, textsOf, type KubeObject } from './objects.js';
import { balancerFacts, balancerUrn, listenerUrn, ofKind, ROUTE_KINDS, ruleUrn, targetUrn, type NamespaceLook } from './routes.js';
import { gatewayView, type GatewayView } from './view.js';

/** GKE's classes say whom they face (https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api). */
const INTERNAL_CLASS = /^gke-l7-(rilb|cross-regional-internal-managed-mc|rilb-mc)$/;
const EXTERNAL_CLASS = /^gke-l7-(gxlb|global-external-managed|regional-external-managed)(-mc)?$/;

/** Ways in through Gateways and their routes (Gateway API). */
export function gatewayRoutes(look: NamespaceLook): readonly Fact[] {
  return [...ofKind(look, 'Gateway').flatMap((gateway) => gatewayFacts(look, gateway)), ...ROUTE_KINDS.flatMap((kind) => ofKind(look, kind)).flatMap((route) => routeFacts(look, route))];
}

function gatewayFacts(look: NamespaceLook, gateway: KubeObject): readonly Fact[] {
  const { say, view } = look;
  const addresses = listOf(gateway.status['addresses']).map((address) => textOf(address['value']).toLowerCase()).filter(Boolean);
  const front = view.fronts.find((one) => one.addresses.some((address) => addresses.includes(address)));
  const listeners = gatewayView(gateway).listeners;
  const hosts = listeners.map(({ hostname }) => hostname.toLowerCase()).filter(Boolean);
  const evidence = { class: textOf(gateway.spec['gatewayClassName']), controller: view.gatewayClasses[textOf(gateway.spec['gatewayClassName'])], behind: front && balancerUrn(say.cluster, front, 'service') };
  const balancer = { object: gateway, via: 'gateway', type: 'application' as const, scheme: gatewayScheme(gateway, addresses, front?.scheme), ranges: front && front.ranges.length > 0 ? front.ranges : EVERYONE, addresses, hosts, evidence };
  return [...balancerFacts(look, balancer), ...listOf(gateway.spec['listeners']).flatMap((listener) => listenerFacts(look, gateway, listener))];
}

function gatewayScheme({ spec }: KubeObject, addresses: readonly string[], front: Scheme): Scheme {
  const name = textOf(spec['gatewayClassName']);
  if (INTERNAL_CLASS.test(name)) return 'internal';
  if (EXTERNAL_CLASS.test(name)) return 'internet-facing';
  return front ?? schemeOf(labelsOf(objectOf(spec['infrastructure'])['annotations']), addresses);
}

function listenerFacts({ say }: NamespaceLook, gateway: KubeObject, listener: JsonObject): readonly Fact[] {
  const node = listenerUrn(say.cluster, gateway, 'gateway', textOf(listener['name']));
  // A listener that checks callers' certificates (GEP-91, `frontendValidation`).
  const certificates = Object.keys(objectOf(objectOf(listener['tls'])['frontendValidation'])).length > 0;
  return [
    ...say.node(node, { port: numberOf(listener['port']), protocol: textOf(listener['protocol']), authentication: certificates ? 'mtls' : undefined, runtime: 'kubernetes' }),
    ...say.edge(node, 'listens-on', balancerUrn(say.cluster, gateway, 'gateway'), { since: gateway.createdAt }),
  ];
}

function routeFacts(look: NamespaceLook, route: KubeObject): readonly Fact[] {
  const parents = listOf(route.spec['parentRefs']).filter((parent) => [undefined, 'Gateway'].includes(parent['kind'] as string | undefined) && !isRefused(route, parent));
  if (parents.length === 0) return [];
  const hosts = textsOf(route.spec['hostnames']).map((host) => host.toLowerCase());
  return [
    ...listOf(route.spec['rules']).flatMap((rule, index) => ruleFacts(look, route, rule, index, hosts, parents)),
    ...parents.flatMap((parent) => hosts.flatMap((host) => hostFacts(look, route, parent, host))),
  ];
}

/** A Gateway says of each route that wants to join whether it is let in. */
function isRefused(route: KubeObject, parent: JsonObject): boolean {
  const same = (status: JsonObject): boolean => { const of = objectOf(status['parentRef']); return of['name'] === parent['name'] && (of['namespace'] ?? route.namespace) === (parent['namespace'] ?? route.namespace) && of['sectionName'] === parent['sectionName']; };
  return listOf(route.status['parents']).filter(same).some((status) => listOf(status['conditions']).some(({ type, status: value }) => type === 'Accepted' && value === 'False'));
}

const parentOf = (route: KubeObject, parent: JsonObject): Pick<KubeObject, 'namespace' | 'name'> => ({ namespace: textOf(parent['namespace']) || route.namespace, name: textOf(parent['name']) });

function hostFacts({ say }: NamespaceLook, route: KubeObject, parent: JsonObject, host: string): readonly Fact[] {
  const gateway = balancerUrn(say.cluster, parentOf(route, parent), 'gateway');
  return [...say.node(`endpoint:${host}`, { host }), ...say.edge(gateway, 'resolves-to', `endpoint:${host}`, { since: route.createdAt, evidence: { from: `${route.kind} ${route.namespace}/${route.name}` } })];
}

function ruleFacts(look: NamespaceLook, route: KubeObject, rule: JsonObject, index: number, hosts: readonly string[], parents: readonly JsonObject[]): readonly Fact[] {
  const { say } = look;
  const node = ruleUrn(say.cluster, route, route.kind.toLowerCase(), String(index));
  const paths = listOf(rule['matches']).map((match) => textOf(objectOf(match['path'])['value'])).filter(Boolean);
  const backends = listOf(rule['backendRefs']).filter((backend) => [undefined, 'Service'].includes(backend['kind'] as string | undefined));
  const redirects = backends.length === 0 && listOf(rule['filters']).some(({ type }) => type === 'RequestRedirect');
  const conditions = [...(hosts.length > 0 ? [{ field: 'host-header', values: hosts }] : []), ...(paths.length > 0 ? [{ field: 'path-pattern', values: paths }] : [])];
  const since = route.createdAt;
  return [
    ...say.node(node, { conditions, actionType: redirects ? 'redirect' : 'forward', runtime: 'kubernetes' }),
    ...backends.flatMap((backend) => say.edge(targetUrn(say.cluster, { namespace: textOf(backend['namespace']) || route.namespace, name: textOf(backend['name']) }, numberOf(backend['port']) ?? 0), 'routes-to', node, { since, evidence: { weight: numberOf(backend['weight']) ?? 1 } })),
    ...parents.flatMap((parent) => joined(look, route, parent).flatMap((name) => say.edge(node, 'part-of', listenerUrn(say.cluster, parentOf(route, parent), 'gateway', name), { since }))),
  ];
}

/** Listeners that a route joins: the one it names, else all of the Gateway whose port and host fit. */
function joined(look: NamespaceLook, route: KubeObject, parent: JsonObject): readonly string[] {
  const section = textOf(parent['sectionName']);
  if (section !== '') return [section];
  const { namespace, name } = parentOf(route, parent);
  const gateway = [...look.view.gateways, ...ofKind(look, 'Gateway').map(gatewayView)].find((one): boolean => one.namespace === namespace && one.name === name);
  const port = numberOf(parent['port']);
  return (gateway?.listeners ?? []).filter((listener) => (port === undefined || listener.port === port) && hostFits(listener, textsOf(route.spec['hostnames']))).map((listener) => listener.name);
}

function hostFits({ hostname }: GatewayView['listeners'][number], hosts: readonly string[]): boolean {
  const covers = (pattern: string, host: string): boolean => pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
  return hostname === '' || hosts.length === 0 || hosts.some((host) => covers(hostname, host) || covers(host, hostname));
}
