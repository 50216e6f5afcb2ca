import { numberOf, objectOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { EVERYONE, schemeOf, splitList, statusAddresses, type Scheme } from './fronts.js';
import { listOf, type KubeObject, type Labels } from './objects.js';
import { balancerFacts, balancerUrn, boundServices, listenerUrn, ofKind, ruleUrn, targetUrn, type NamespaceLook } from './routes.js';

/** What a rule of an Ingress asks of a caller. */
export interface Guards { readonly authentication: string; readonly ranges: readonly string[] }

/** Annotations that hold the callers' address ranges; all of them narrow. */
const RANGES = [
  'nginx.ingress.kubernetes.io/whitelist-source-range', 'nginx.ingress.kubernetes.io/allowlist-source-range', 'nginx.org/allow-list', 'haproxy.org/allow-list', 'haproxy.org/whitelist',
  'haproxy-ingress.github.io/allowlist-source-range', 'haproxy-ingress.github.io/whitelist-source-range', 'ingress.kubernetes.io/whitelist-source-range', 'alb.ingress.kubernetes.io/inbound-cidrs',
];

/** Annotations that ask callers to sign in, and the word for it. */
const SIGN_IN: readonly (readonly [name: string, word: (value: string) => string])[] = [
  ['nginx.ingress.kubernetes.io/auth-url', () => 'external'], ['nginx.ingress.kubernetes.io/auth-type', (value) => value], ['alb.ingress.kubernetes.io/auth-type', (value) => (value === 'none' ? '' : value)],
  ['haproxy.org/auth-type', (value) => value], ['haproxy-ingress.github.io/auth-url', () => 'external'], ['haproxy-ingress.github.io/auth-secret', () => 'basic'],
];

export function guardsOf(annotations: Labels): Guards {
  const ranges = RANGES.flatMap((name) => splitList((annotations[name] ?? '').replace(/[\s\n]+/g, ',')));
  const signIn = SIGN_IN.map(([name, word]) => (annotations[name] === undefined ? '' : word(annotations[name]))).find(Boolean) ?? '';
  // nginx asks for a client certificate unless told to take any.
  const certificate = annotations['nginx.ingress.kubernetes.io/auth-tls-secret'] !== undefined && !/^(off|optional|optional_no_ca)$/.test(annotations['nginx.ingress.kubernetes.io/auth-tls-verify-client'] ?? 'on');
  return { authentication: signIn || (certificate ? 'mtls' : ''), ranges };
}

interface Class { readonly name: string; readonly controller: string }

function classOf({ spec, annotations }: KubeObject, { view }: NamespaceLook): Class {
  const name = textOf(spec['ingressClassName']) || (annotations['kubernetes.io/ingress.class'] ?? '');
  return { name, controller: view.ingressClasses[name] ?? '' };
}

const isAlb = ({ name, controller }: Class): boolean => controller === 'ingress.k8s.aws/alb' || name === 'alb';

interface Facing { readonly scheme: Scheme; readonly ranges: readonly string[] | undefined; readonly behind?: string }

/**
 * Whom an Ingress faces. Clouds that make a load balancer an Ingress say it by class or annotation; controllers inside
 * the cluster are reached through the load balancer of their own Service, which is found by the address that both show.
 */
function facing(ingress: KubeObject, look: NamespaceLook): Facing {
  const ingressClass = classOf(ingress, look);
  const { annotations } = ingress;
  const addresses = statusAddresses(ingress);
  if (isAlb(ingressClass)) {
    const scheme = annotations['alb.ingress.kubernetes.io/scheme'] === 'internet-facing' ? 'internet-facing' : schemeOf({}, addresses) ?? 'internal';
    // Without groups of its own the controller makes one that lets in `inbound-cidrs`, else everyone; the ranges are on the rules.
    return { scheme, ranges: annotations['alb.ingress.kubernetes.io/security-groups'] === undefined ? EVERYONE : undefined };
  }
  if (/^gce-internal$/.test(ingressClass.name)) return { scheme: 'internal', ranges: EVERYONE };
  if (/^gce$/.test(ingressClass.name)) return { scheme: 'internet-facing', ranges: EVERYONE };
  if (ingressClass.controller === 'azure/application-gateway' || ingressClass.name === 'azure/application-gateway') {
    return { scheme: annotations['appgw.ingress.kubernetes.io/use-private-ip'] === 'true' ? 'internal' : schemeOf({}, addresses) ?? 'internet-facing', ranges: EVERYONE };
  }
  const front = look.view.fronts.find((one) => one.addresses.some((address) => addresses.includes(address)));
  if (front) return { scheme: front.scheme, ranges: front.ranges.length > 0 ? front.ranges : EVERYONE, behind: balancerUrn(look.say.cluster, front, 'service') };
  return { scheme: schemeOf(annotations, addresses), ranges: EVERYONE };
}

/** Ways in through Ingresses. */
export function ingressRoutes(look: NamespaceLook): readonly Fact[] {
  const bound = boundServices(look);
  return ofKind(look, 'Ingress').flatMap((ingress) => {
    const { scheme, ranges, behind } = facing(ingress, look);
    // Where a target group of AWS leads to the Service, the real load balancer is read from AWS, with its security groups.
    const skipped = isAlb(classOf(ingress, look)) ? bound : new Set<string>();
    const routes = routesOf(ingress).filter(({ service }) => !skipped.has(service));
    if (routes.length === 0) return [];
    const hosts = routes.map(({ host }) => host.toLowerCase()).filter(Boolean);
    const balancer = { object: ingress, via: 'ingress', type: 'application' as const, scheme, ranges, addresses: statusAddresses(ingress), hosts, evidence: { class: classOf(ingress, look).name, behind } };
    return [...balancerFacts(look, balancer), ...listenerFacts(look, ingress), ...routes.flatMap((route) => ruleFacts(look, ingress, route))];
  });
}

interface Route { readonly host: string; readonly path: string; readonly service: string; readonly port: number | string }

function routesOf({ spec }: KubeObject): readonly Route[] {
  const route = (backend: unknown, host: string, path: string): readonly Route[] => {
    const service = objectOf(objectOf(backend)['service']);
    const port = objectOf(service['port']);
    return textOf(service['name']) === '' ? [] : [{ host, path, service: textOf(service['name']), port: numberOf(port['number']) ?? textOf(port['name']) }];
  };
  const rules = listOf(spec['rules']).flatMap((rule) => listOf(objectOf(rule['http'])['paths']).flatMap((path: JsonObject) => route(path['backend'], textOf(rule['host']), textOf(path['path']) || '/')));
  return [...rules, ...route(spec['defaultBackend'], '', '/')];
}

const LISTENER = 'http';

function listenerFacts({ say }: NamespaceLook, ingress: KubeObject): readonly Fact[] {
  const encrypted = listOf(ingress.spec['tls']).length > 0 || ingress.annotations['alb.ingress.kubernetes.io/certificate-arn'] !== undefined;
  const listener = listenerUrn(say.cluster, ingress, 'ingress', LISTENER);
  return [...say.node(listener, { port: encrypted ? 443 : 80, protocol: encrypted ? 'HTTPS' : 'HTTP', runtime: 'kubernetes' }), ...say.edge(listener, 'listens-on', balancerUrn(say.cluster, ingress, 'ingress'), { since: ingress.createdAt })];
}

function ruleFacts(look: NamespaceLook, ingress: KubeObject, { host, path, service, port }: Route): readonly Fact[] {
  const { say } = look;
  const { authentication, ranges } = guardsOf(ingress.annotations);
  const rule = ruleUrn(say.cluster, ingress, 'ingress', `${host || '*'}${path}`);
  const conditions = [
    ...(host === '' ? [] : [{ field: 'host-header', values: [host] }]), { field: 'path-pattern', values: [path] }, ...(ranges.length === 0 ? [] : [{ field: 'source-ip', values: ranges }]),
  ];
  return [
    ...say.node(rule, { conditions, authentication, actionType: 'forward', runtime: 'kubernetes', ...opaque(ingress.annotations) }),
    ...say.edge(targetUrn(say.cluster, { namespace: ingress.namespace, name: service }, portNumber(look, service, port)), 'routes-to', rule, { since: ingress.createdAt }),
    ...say.edge(rule, 'part-of', listenerUrn(say.cluster, ingress, 'ingress', LISTENER), { since: ingress.createdAt }),
  ];
}

/** Middlewares of Traefik may ask for a sign-in or ranges: they are named, so that nobody takes their content for known. */
const opaque = (annotations: Labels): Readonly<Record<string, unknown>> => ({ middlewares: annotations['traefik.ingress.kubernetes.io/router.middlewares'] });

/** A backend's port: a number, or a name that the Service explains. */
function portNumber(look: NamespaceLook, service: string, port: number | string): number | string {
  if (typeof port === 'number') return port;
  const ports = ofKind(look, 'Service').filter(({ name }) => name === service).flatMap(({ spec }) => listOf(spec['ports']));
  return numberOf(ports.find((one) => textOf(one['name']) === port)?.['port']) ?? port;
}
