import { textOf } from '@throughline/connectors/api';
import { frontOf, isPrivate, type Front } from './fronts.js';
import { inOrder, listOf, type KubeObject, type Labels } from './objects.js';

/** What several namespaces need of each other and of the cluster; small JSON, since a pull carries it in its cursor. */
export interface ClusterView {
  readonly namespaces: Readonly<Record<string, { readonly labels: Labels; readonly annotations: Labels }>>;
  /** IngressClass → controller; `''` is the default class. */
  readonly ingressClasses: Readonly<Record<string, string>>;
  readonly gatewayClasses: Readonly<Record<string, string>>;
  readonly fronts: readonly Front[];
  readonly gateways: readonly GatewayView[];
  /** Whether a node has a public address; undefined: nodes could not be read. */
  readonly publicNodes: boolean | undefined;
  /** Kinds that could not be read. */
  readonly unread: readonly string[];
}

export interface GatewayView { readonly namespace: string; readonly name: string; readonly listeners: readonly { readonly name: string; readonly port: number; readonly hostname: string }[] }

const MAX_FRONTS = 500;

export function viewOf(listed: readonly KubeObject[], unread: readonly string[]): ClusterView {
  const objects = inOrder(listed);
  const of = (kind: string): readonly KubeObject[] => objects.filter((object) => object.kind === kind);
  const ingressClasses = of('IngressClass').flatMap((one) => {
    const controller = textOf(one.spec['controller']);
    return [[one.name, controller] as const, ...(one.annotations['ingressclass.kubernetes.io/is-default-class'] === 'true' ? [['', controller] as const] : [])];
  });
  return {
    namespaces: Object.fromEntries(of('Namespace').map(({ name, labels, annotations }) => [name, { labels, annotations: backstageOnly(annotations) }])),
    ingressClasses: Object.fromEntries(ingressClasses), gatewayClasses: Object.fromEntries(of('GatewayClass').map((one) => [one.name, textOf(one.spec['controllerName'])])),
    fronts: of('Service').flatMap((service) => frontOf(service) ?? []).filter(({ addresses }) => addresses.length > 0).slice(0, MAX_FRONTS),
    gateways: of('Gateway').map(gatewayView), publicNodes: unread.includes('Node') ? undefined : of('Node').some(isPublicNode), unread,
  };
}

/** Annotations of namespaces can be long, and only these are read. */
const backstageOnly = (annotations: Labels): Labels => Object.fromEntries(Object.entries(annotations).filter(([name]) => name.startsWith('backstage.io/')));

export function gatewayView({ namespace, name, spec }: KubeObject): GatewayView {
  return { namespace, name, listeners: listOf(spec['listeners']).map((listener) => ({ name: textOf(listener['name']), port: Number(listener['port'] ?? 0), hostname: textOf(listener['hostname']) })) };
}

const isPublicNode = ({ status }: KubeObject): boolean => listOf(status['addresses']).some((address) => textOf(address['type']) === 'ExternalIP' && textOf(address['address']) !== '' && !isPrivate(textOf(address['address'])));
