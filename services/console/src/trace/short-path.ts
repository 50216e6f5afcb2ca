import { shortName } from '../lib/format.js';

/** Hops that say where a request enters and where it ends; the others only connect. */
const SHOWN: Readonly<Record<string, string>> = { 'endpoint': 'endpoint', 'lb': 'load-balancer', 'load-balancer': 'load-balancer', 'listener-rule': 'listener-rule', 'listener': 'listener', 'service': 'service' };

export interface ShortHop { readonly urn: string; readonly kind: string; readonly text: string }

/** The way of a request in short form, from outside in: `shop.acme.example → shop-public → pay`. */
export function shortPath(path: readonly string[]): readonly ShortHop[] {
  const outward = path.findIndex((urn) => urn.startsWith('endpoint:')) > path.findIndex((urn) => urn.startsWith('service:'));
  const inward = outward ? [...path].reverse() : path;
  const hops = inward.flatMap((urn): ShortHop[] => { const kind = SHOWN[urn.slice(0, urn.indexOf(':'))]; return kind && kind !== 'listener' && kind !== 'listener-rule' ? [{ urn, kind, text: nameIn(urn) }] : []; });
  // A durable service and what runs as it share the end of the way.
  return hops.filter((hop, index) => !(hop.kind === 'service' && hops[index + 1]?.kind === 'service'));
}

/** A load balancer's ARN ends in an id; its name stands before it. */
function nameIn(urn: string): string {
  return /loadbalancer\/(?:app|net|gwy)\/([^/]+)/.exec(urn)?.[1] ?? shortName(urn);
}
