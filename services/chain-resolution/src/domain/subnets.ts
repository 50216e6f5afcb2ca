import { ec2Urn, isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { difference, EVERYONE, intersection, isEmpty, NOBODY, PRIVATE, rangeSet, union } from './ranges.js';
import type { RangeSet } from './ranges.js';
import { matches } from './security-groups.js';
import type { Assets, Socket } from './security-groups.js';
import { anyOf, assuming, everyone, letting, nobody, onlyPrivate } from './sources.js';
import type { Sources } from './sources.js';

/**
 * Whom the subnets of a node let through: those with a route to an internet gateway everyone, the others private
 * addresses, both as far as their network ACL does. One subnet is enough, as the name of the node leads to any. What was
 * not observed is assumed open, since these facts can only lower the answer.
 */
export function subnetSources(node: Asset, socket: Socket, assets: Assets): Sources {
  const subnets = texts(node.attributes['subnets']).map((id) => ec2Urn(node.urn, 'subnet', id));
  const parts = subnets.map((subnet) => oneSubnet(subnet ? assets.get(subnet) : undefined, socket));
  const assumed = assuming('the subnets have a route to an internet gateway');
  if (parts.length === 0) return assumed;
  const observed = parts.filter((part) => part !== undefined);
  const found = anyOf(observed);
  const open = intersection(difference(EVERYONE, PRIVATE), found.sure);
  return observed.length < parts.length && isEmpty(open) ? assumed : found;
}

function oneSubnet(subnet: Asset | undefined, socket: Socket): Sources | undefined {
  const routed = subnet?.attributes['internetGateway'];
  if (!subnet || typeof routed !== 'boolean') return undefined;
  const acl = aclSet(subnet, socket);
  const set = intersection(routed ? EVERYONE : PRIVATE, acl);
  const name = text(subnet.attributes['id']) || subnet.urn.split('/').at(-1) || subnet.urn;
  if (isEmpty(set)) return nobody(`the network ACL of ${name} refuses the port from everywhere`);
  if (!routed) return acl === EVERYONE ? onlyPrivate(`${name} has no route to an internet gateway`) : letting(set, `${name} has no route to an internet gateway`);
  return acl === EVERYONE ? everyone(`${name} has a route to an internet gateway`) : letting(set, `the network ACL of ${name} decides who gets in`);
}

/** Who gets in by the rules for what comes in, and gets an answer by those for what goes out: network ACLs keep no state. */
function aclSet(subnet: Asset, socket: Socket): RangeSet {
  const [ingress, egress] = [subnet.attributes['networkAcl'], subnet.attributes['networkAclEgress']];
  const into = Array.isArray(ingress) ? decided(ingress, (rule, allow) => (allow ? matches(rule, socket) : surelyMatches(rule, socket))) : EVERYONE;
  const back = Array.isArray(egress) ? decided(egress, (rule, allow) => matchesEphemeral(rule, socket, allow)) : EVERYONE;
  return into === EVERYONE ? back : back === EVERYONE ? into : intersection(into, back);
}

/** Rules are read in order of their number; the first that is about an address decides about it. */
function decided(rules: readonly unknown[], isAbout: (rule: Readonly<Record<string, unknown>>, allow: boolean) => boolean): RangeSet {
  let [admitted, done] = [NOBODY, NOBODY];
  for (const rule of rules.filter(isRecord).sort((a, b) => numberOf(a) - numberOf(b))) {
    const allow = rule['action'] === 'allow';
    if (!isAbout(rule, allow)) continue;
    const { set } = rangeSet([text(rule['cidr'])]);
    if (allow) admitted = union(admitted, difference(set, done));
    done = union(done, set);
  }
  return admitted;
}

/** The rule that closes every list is written `*`. */
const numberOf = (rule: Readonly<Record<string, unknown>>): number => (Number.isFinite(Number(rule['rule'])) ? Number(rule['rule']) : Number.MAX_SAFE_INTEGER);

/** A rule that refuses counts only where it is about the very port: of an unknown port, some may be open. */
const surelyMatches = (rule: Readonly<Record<string, unknown>>, socket: Socket): boolean =>
  matches(rule, socket) && (socket.port !== undefined || typeof rule['fromPort'] !== 'number' || (Number(rule['fromPort']) <= 0 && Number(rule['toPort']) >= 65_535));

const EPHEMERAL = { from: 1024, to: 65_535 } as const;

/** Answers go to ports that clients choose: a rule that allows some of them lets answers out, one that refuses must refuse all. */
function matchesEphemeral(rule: Readonly<Record<string, unknown>>, socket: Socket, allow: boolean): boolean {
  if (!matches(rule, { ...socket, port: undefined })) return false;
  const { fromPort, toPort } = rule;
  if (typeof fromPort !== 'number' || typeof toPort !== 'number') return true;
  return allow ? fromPort <= EPHEMERAL.to && toPort >= EPHEMERAL.from : fromPort <= EPHEMERAL.from && toPort >= EPHEMERAL.to;
}
