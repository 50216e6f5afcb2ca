import { objectOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { EVERYONE } from './fronts.js';
import { listOf, selects, textsOf, type KubeObject, type Labels } from './objects.js';
import { inside, type Say } from './say.js';

const policyUrn = (cluster: string, policy: KubeObject): string => `cloud-resource:${inside(cluster, policy, 'networkpolicy')}`;

/** A policy rules over incoming traffic unless it says that it is about outgoing only. */
const rulesIngress = ({ spec }: KubeObject): boolean => !Array.isArray(spec['policyTypes']) || textsOf(spec['policyTypes']).includes('Ingress');

/** Policies that rule over pods with these labels. None: everyone in the cluster may come in, as Kubernetes has it. */
export const policiesOver = (policies: readonly KubeObject[], labels: Labels): readonly KubeObject[] =>
  policies.filter((policy) => rulesIngress(policy) && selects(objectOf(policy.spec['podSelector']), labels));

/** Policies rule, and none of them lets anyone in at the port (undefined: at any). */
export const isClosed = (policies: readonly KubeObject[], port: number | undefined): boolean =>
  policies.length > 0 && policies.flatMap(ingressOf).every(({ fromPort, toPort }) => port !== undefined && fromPort !== undefined && toPort !== undefined && (port < fromPort || port > toPort));

export const policyUrns = (cluster: string, policies: readonly KubeObject[]): readonly string[] => policies.map((policy) => policyUrn(cluster, policy)).sort();

/**
 * A network policy is told as a security group: what it admits adds up over policies just the same, and none that admits
 * means that nobody comes in. Peers that are pods or namespaces are told as a list whose members are not looked up.
 */
export function policyFacts(say: Say, policy: KubeObject): readonly Fact[] {
  if (!rulesIngress(policy)) return [];
  return say.node(policyUrn(say.cluster, policy), { type: 'security-group', name: `network policy ${policy.namespace}/${policy.name}`, ingress: ingressOf(policy), runtime: 'kubernetes' });
}

const ingressOf = (policy: KubeObject): readonly (Port & Peers)[] => listOf(policy.spec['ingress']).flatMap((rule) => portsOf(rule).map((port) => ({ ...port, ...peersOf(rule) })));

interface Port { readonly protocol: string; readonly fromPort?: number; readonly toPort?: number }

/** A named port stands for numbers that differ by pod: it is told as any port. */
function portsOf(rule: JsonObject): readonly Port[] {
  const ports = listOf(rule['ports']);
  if (ports.length === 0) return [{ protocol: '-1' }];
  return ports.map((port): Port => {
    const from = port['port'];
    const protocol = (textOf(port['protocol']) || 'TCP').toLowerCase();
    return typeof from === 'number' ? { protocol, fromPort: from, toPort: typeof port['endPort'] === 'number' ? port['endPort'] : from } : { protocol };
  });
}

interface Peers { readonly cidrs: readonly string[]; readonly prefixLists: readonly string[] }

function peersOf(rule: JsonObject): Peers {
  const peers = listOf(rule['from']);
  if (peers.length === 0) return { cidrs: EVERYONE, prefixLists: [] };
  const cidrs = peers.map((peer) => textOf(objectOf(peer['ipBlock'])['cidr'])).filter(Boolean);
  const selectors = peers.filter((peer) => peer['podSelector'] !== undefined || peer['namespaceSelector'] !== undefined);
  return { cidrs, prefixLists: selectors.map((peer) => `pods ${describe(peer['podSelector'])} in namespaces ${peer['namespaceSelector'] === undefined ? 'of the policy' : describe(peer['namespaceSelector'])}`) };
}

function describe(selector: unknown): string {
  const text = JSON.stringify(selector ?? {});
  return text === '{}' ? 'all' : text.slice(0, 300);
}
