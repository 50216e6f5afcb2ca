import { textOf } from '@throughline/connectors/api';
import { isIP } from 'node:net';
import { listOf, textsOf, type KubeObject, type Labels } from './objects.js';

export type Scheme = 'internet-facing' | 'internal' | undefined;

/** Annotations by which cloud providers take an internal load balancer for a Service (their documentation, 2025). */
const INTERNAL: readonly (readonly [name: string, internal: RegExp, external: RegExp])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/, /^internet-facing$/],
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(true|0\.0\.0\.0\/0)$/, /^false$/],
  ['networking.gke.io/load-balancer-type', /^internal$/i, /^external$/i],
  ['cloud.google.com/load-balancer-type', /^internal$/i, /^external$/i],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/, /^false$/],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', /^true$/, /^false$/],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/, /^false$/],
  ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', /^intranet$/, /^internet$/],
  ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', /^private$/, /^public$/],
];

export function annotatedScheme(annotations: Labels): Scheme {
  for (const [name, internal, external] of INTERNAL) {
    const value = annotations[name];
    if (value !== undefined && internal.test(value)) return 'internal';
    if (value !== undefined && external.test(value)) return 'internet-facing';
  }
  return undefined;
}

/** Private by RFC 1918, 6598, 4193, loopback and link-local. */
export const isPrivate = (address: string): boolean =>
  /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)/i.test(address);

/**
 * Whom a load balancer faces. A public address is a fact and outranks what an annotation asked for; a private one says
 * internal unless the annotation knows better (an address that is translated). A name alone says nothing, but for
 * `internal-…` of AWS. Undefined: not known, which is never taken for internal.
 */
export function schemeOf(annotations: Labels, addresses: readonly string[]): Scheme {
  const numbers = addresses.filter((address) => isIP(address) !== 0);
  if (numbers.some((address) => !isPrivate(address))) return 'internet-facing';
  const annotated = annotatedScheme(annotations);
  if (annotated !== undefined) return annotated;
  if (numbers.length > 0 && numbers.length === addresses.length) return 'internal';
  if (addresses.some((address) => /^internal-.+\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(address))) return 'internal';
  return undefined;
}

/** Addresses in `status.loadBalancer.ingress` of a Service or an Ingress. */
export const statusAddresses = ({ status }: Pick<KubeObject, 'status'>): readonly string[] =>
  listOf((status['loadBalancer'] as { ingress?: unknown } | undefined)?.ingress).flatMap((entry) => [textOf(entry['hostname']), textOf(entry['ip'])]).filter(Boolean).map((address) => address.toLowerCase());

/** A load balancer that stands before controllers: an Ingress or a Gateway with one of its addresses is reached through it. */
export interface Front { readonly namespace: string; readonly name: string; readonly addresses: readonly string[]; readonly scheme: Scheme; readonly ranges: readonly string[] }

export function frontOf(service: KubeObject): Front | undefined {
  if (textOf(service.spec['type']) !== 'LoadBalancer') return undefined;
  const addresses = statusAddresses(service);
  return { namespace: service.namespace, name: service.name, addresses, scheme: schemeOf(service.annotations, addresses), ranges: sourceRanges(service) };
}

/** `loadBalancerSourceRanges`, or the annotation of AWS's controller; empty: everyone. */
export function sourceRanges({ spec, annotations }: KubeObject): readonly string[] {
  const given = textsOf(spec['loadBalancerSourceRanges']);
  return given.length > 0 ? given : splitList(annotations['service.beta.kubernetes.io/load-balancer-source-ranges'] ?? '');
}

export const splitList = (text: string): readonly string[] => text.split(',').map((part) => part.trim()).filter(Boolean);
export const EVERYONE: readonly string[] = ['0.0.0.0/0', '::/0'];
