import type { Urn } from '@throughline/domain';
import { ec2Urn, isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { audienceOf, EVERYONE, intersection, isEmpty, publicRanges, rangeSet } from './ranges.js';
import { anyOf, assuming, everyone, lettingRanges, nobody, onlyIf, onlyPrivate, unknown } from './sources.js';
import type { Sources } from './sources.js';

export type Assets = ReadonlyMap<Urn, Asset>;

/** Where something listens; an undefined port stands for any. */
export interface Socket {
  readonly port: number | undefined;
  readonly protocol: 'tcp' | 'udp' | 'any';
}

/** The list that AWS keeps of the addresses from which CloudFront asks origins. */
const CLOUDFRONT = 'com.amazonaws.global.cloudfront.origin-facing';

/**
 * Whom the security groups of a node let in. A group that refers to another lets private addresses of its members in,
 * whoever they are, so no recursion is needed and cycles are harmless. Groups that nobody observed make the answer
 * unknown, unless an observed one is open already.
 */
export function groupSources(node: Asset, socket: Socket, assets: Assets): Sources {
  const name = text(node.attributes['name']) || node.urn;
  if (!Array.isArray(node.attributes['securityGroups'])) return unknown(`security groups of ${name} were not observed`);
  const ids = texts(node.attributes['securityGroups']);
  if (ids.length === 0) {
    return text(node.attributes['type']) === 'network' ? everyone(`${name} has no security group, which lets everyone in`) : nobody(`${name} has no security group`);
  }
  const rules = ids.map((id) => ({ id, ingress: ingressOf(ec2Urn(node.urn, 'security-group', id), assets) }));
  const parts = rules.flatMap(({ id, ingress }) => (ingress ? ingress.filter((rule) => matches(rule, socket)).map((rule) => ruleSources(id, rule)) : [unknown(`security group ${id} was not observed`)]));
  const found = parts.length > 0 ? anyOf(parts) : nobody(`no security group of ${name} lets anyone in${socket.port === undefined ? '' : ` at port ${socket.port}`}`);
  const behindCloudFront = rules.some(({ ingress }) => ingress?.some((rule) => matches(rule, socket) && texts(rule['prefixLists']).includes(CLOUDFRONT)));
  return behindCloudFront ? orThroughCloudFront(found) : found;
}

/** Anyone may ask through a distribution of CloudFront, and nobody past it, but for the ranges that are let in beside it. */
function orThroughCloudFront(found: Sources): Sources {
  if (audienceOf(found.sure) === 'internet') return { ...found, sure: EVERYONE, possible: EVERYONE };
  const ranges = publicRanges(found.sure, 20);
  return { ...onlyIf(['through CloudFront', ...ranges.map((range) => `from ${range}`)].join(' or '), 'its security groups let CloudFront in'), reasons: found.reasons, assumed: found.assumed };
}

function ingressOf(group: Urn | undefined, assets: Assets): Record<string, unknown>[] | undefined {
  const ingress = group ? assets.get(group)?.attributes['ingress'] : undefined;
  return Array.isArray(ingress) ? ingress.filter(isRecord) : undefined;
}

function ruleSources(id: string, rule: Readonly<Record<string, unknown>>): Sources {
  const cidrs = texts(rule['cidrs']);
  return anyOf([
    ...(cidrs.length > 0 ? [lettingRanges(id, cidrs)] : []),
    ...texts(rule['securityGroups']).map((other) => onlyPrivate(`${id} lets in members of ${other}`)),
    ...texts(rule['prefixLists']).map((list) => (list === CLOUDFRONT ? nobody(`${id} lets in CloudFront`) : unknown(`${id} lets in prefix list ${list}, which was not observed`))),
  ]);
}

/** Whether a rule that allows may be about a socket. */
export function matches(rule: Readonly<Record<string, unknown>>, socket: Socket): boolean {
  const protocol = text(rule['protocol']) || '-1';
  if (protocol === '-1') return true;
  if (protocol === 'icmp' || protocol === 'icmpv6' || (socket.protocol !== 'any' && ['tcp', 'udp'].includes(protocol) && protocol !== socket.protocol)) return false;
  const { fromPort, toPort } = rule;
  if (socket.port === undefined || typeof fromPort !== 'number' || typeof toPort !== 'number') return true;
  return fromPort <= socket.port && socket.port <= toPort;
}

/**
 * Whether the groups of a service admit the load balancer in front of it: by its group, or by its addresses (those of
 * its subnets; where they are not known, any range counts). This filters the balancer and not its clients: all or nobody.
 */
export function admits(target: Asset, front: Asset, socket: Socket, assets: Assets): Sources {
  const groups = texts(target.attributes['securityGroups']).map((id) => ec2Urn(target.urn, 'security-group', id));
  const found = groups.map((group) => ({ group, ingress: ingressOf(group, assets) }));
  const assumed = assuming('the security groups of the service admit the load balancer');
  if (!groups.length) return assumed;
  const fronts = new Set(texts(front.attributes['securityGroups']).map((id) => ec2Urn(front.urn, 'security-group', id)));
  const addresses = addressesOf(front, assets);
  const rules = found.flatMap(({ group, ingress }) => (ingress ?? []).filter((rule) => matches(rule, socket)).map((rule) => ({ group, rule })));
  const byGroup = rules.some(({ group, rule }) => texts(rule['securityGroups']).some((id) => group !== undefined && fronts.has(ec2Urn(group, 'security-group', id))));
  const byAddress = rules.some(({ rule }) => !isEmpty(intersection(rangeSet(texts(rule['cidrs'])).set, addresses)));
  if (byGroup || byAddress) return everyone('the security groups of the service admit the load balancer');
  const open = found.some(({ ingress }) => ingress === undefined) || rules.some(({ rule }) => texts(rule['prefixLists']).length > 0);
  return open ? assumed : nobody('no security group of the service admits the load balancer');
}

function addressesOf(front: Asset, assets: Assets): typeof EVERYONE {
  const subnets = texts(front.attributes['subnets']).map((id) => ec2Urn(front.urn, 'subnet', id));
  const ranges = subnets.map((subnet) => (subnet ? text(assets.get(subnet)?.attributes['cidr']) : ''));
  return ranges.length > 0 && ranges.every((range) => range !== '') ? rangeSet(ranges).set : EVERYONE;
}
