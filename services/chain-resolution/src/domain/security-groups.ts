import type { Urn } from '@throughline/domain';
import { ec2Urn, isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { audienceOf } from './network.js';
import { assumption, verdict, widest } from './verdict.js';
import type { Verdict } from './verdict.js';

export type Assets = ReadonlyMap<Urn, Asset>;

/**
 * Who the security groups of a node let in at a port (undefined: at any). A group that refers to another group lets
 * private addresses of its members in, whoever they are, so no recursion is needed and cycles are harmless.
 * Security groups that nobody observed make the answer unknown, unless an observed one is open already.
 */
export function securityGroupVerdict(node: Asset, port: number | undefined, assets: Assets): Verdict {
  const name = text(node.attributes['name']) || node.urn;
  if (!Array.isArray(node.attributes['securityGroups'])) return verdict('unknown', `security groups of ${name} were not observed`);
  const ids = texts(node.attributes['securityGroups']);
  if (ids.length === 0) {
    return text(node.attributes['type']) === 'network'
      ? verdict('internet', `${name} has no security group, which lets everyone in`)
      : verdict('none', `${name} has no security group`);
  }
  const verdicts = ids.flatMap((id) => groupVerdicts(id, ec2Urn(node.urn, 'security-group', id), port, assets));
  return widest(verdicts) ?? verdict('none', `no security group of ${name} lets anyone in${port ? ` at port ${port}` : ''}`);
}

function groupVerdicts(id: string, group: Urn | undefined, port: number | undefined, assets: Assets): Verdict[] {
  const facts = group ? assets.get(group) : undefined;
  if (!facts || !Array.isArray(facts.attributes['ingress'])) return [verdict('unknown', `security group ${id} was not observed`)];
  const rules = facts.attributes['ingress'].filter(isRecord).filter((rule) => matchesPort(rule, port));
  const limited = rules.flatMap((rule) => texts(rule['cidrs'])).filter((cidr) => audienceOf(cidr) === 'public-range');
  return rules.flatMap((rule) => [
    ...texts(rule['cidrs']).map((cidr) => cidrVerdict(id, cidr, limited)),
    ...texts(rule['securityGroups']).map((other) => verdict('internal', `${id} lets in members of ${other}`)),
    ...texts(rule['prefixLists']).map((list) => verdict('unknown', `${id} lets in prefix list ${list}, which was not observed`)),
  ]);
}

function cidrVerdict(id: string, cidr: string, limited: readonly string[]): Verdict {
  switch (audienceOf(cidr)) {
    case 'internet': return verdict('internet', `${id} lets in ${cidr}`);
    case 'public-range': return verdict('limited', `${id} lets in ${limited.join(', ')}`, limited);
    case 'private': return verdict('internal', `${id} lets in ${cidr}`);
    default: return verdict('unknown', `${id} has a range that cannot be read: ${cidr.slice(0, 64)}`);
  }
}

export function matchesPort(rule: Readonly<Record<string, unknown>>, port: number | undefined): boolean {
  const protocol = text(rule['protocol']) || '-1';
  if (protocol === 'icmp' || protocol === 'icmpv6') return false;
  const { fromPort, toPort } = rule;
  if (protocol === '-1' || port === undefined || typeof fromPort !== 'number' || typeof toPort !== 'number') return true;
  return fromPort <= port && port <= toPort;
}

/** Whether the target's groups admit the load balancer in front of it: by its group, or by an address range. */
export function admitsVerdict(target: Asset, front: Asset, port: number | undefined, assets: Assets): Verdict {
  const groups = texts(target.attributes['securityGroups']).map((id) => ec2Urn(target.urn, 'security-group', id));
  const facts = groups.map((group) => (group ? assets.get(group) : undefined));
  const known = facts.filter((item): item is Asset => item !== undefined && Array.isArray(item.attributes['ingress']));
  if (!groups.length || known.length < facts.length) return assumption('the security groups of the service admit the load balancer');
  const frontGroups = new Set(texts(front.attributes['securityGroups']).map((id) => ec2Urn(front.urn, 'security-group', id)));
  const admitted = known.some((group) => (group.attributes['ingress'] as unknown[]).filter(isRecord).some((rule) =>
    matchesPort(rule, port) && (texts(rule['cidrs']).length > 0 || texts(rule['prefixLists']).length > 0
      || texts(rule['securityGroups']).some((id) => frontGroups.has(ec2Urn(group.urn, 'security-group', id))))));
  return admitted
    ? verdict('internet', 'the security groups of the service admit the load balancer')
    : verdict('none', 'no security group of the service admits the load balancer');
}

/** Routes and network ACLs of the subnets: facts that can only lower the answer. */
export function subnetVerdict(node: Asset, port: number | undefined, assets: Assets): Verdict {
  const subnets = texts(node.attributes['subnets']).map((id) => ec2Urn(node.urn, 'subnet', id));
  const facts = subnets.map((subnet) => (subnet ? assets.get(subnet) : undefined));
  if (!subnets.length || facts.some((item) => typeof item?.attributes['internetGateway'] !== 'boolean')) {
    const open = facts.some((item) => item?.attributes['internetGateway'] === true && aclAdmits(item, port));
    return open ? verdict('internet', 'a subnet has a route to an internet gateway') : assumption('the subnets have a route to an internet gateway');
  }
  const routed = facts.filter((item): item is Asset => item?.attributes['internetGateway'] === true);
  if (!routed.length) return verdict('internal', 'no subnet has a route to an internet gateway');
  if (!routed.some((item) => aclAdmits(item, port))) return verdict('none', 'the network ACL refuses the port from everywhere');
  return verdict('internet', 'a subnet has a route to an internet gateway');
}

/** Network ACL rules are read in order of their number; the first that matches decides. Ranges narrower than the internet are passed over. */
function aclAdmits(subnet: Asset, port: number | undefined): boolean {
  const rules = subnet.attributes['networkAcl'];
  if (!Array.isArray(rules)) return true;
  const ordered = rules.filter(isRecord).sort((a, b) => Number(a['rule'] ?? 0) - Number(b['rule'] ?? 0));
  for (const rule of ordered) {
    if (!matchesPort(rule, port)) continue;
    if (rule['action'] === 'allow') return true;
    if (audienceOf(text(rule['cidr'])) === 'internet') return false;
  }
  return false;
}
