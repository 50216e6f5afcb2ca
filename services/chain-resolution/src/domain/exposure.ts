import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { headerConditions, nodeFilters } from './filters.js';
import { audienceOf, isEmpty, rangeSet } from './ranges.js';
import { admits, groupSources } from './security-groups.js';
import type { Assets, Socket } from './security-groups.js';
import { allOf, assuming, everyone, nobody, onlyIf, onlyPrivate, unknown, verdictOf } from './sources.js';
import type { Sources } from './sources.js';
import { subnetSources } from './subnets.js';
import { widest } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Exposure of one running service, with the nodes that prove it, from the service outwards. */
export interface ServiceExposure extends Verdict {
  readonly path: readonly Urn[];
}

/** A way from a service outwards: target group, rule, listener, load balancer, endpoint; the service comes first. */
export type Way = readonly Urn[];

export interface Surroundings {
  readonly ways: readonly Way[];
  /** Steps of ways that carry no traffic, as `from|to`: forwards of weight 0. */
  readonly silent?: ReadonlySet<string>;
  /** Tasks of the service, for those whose own address is public. */
  readonly tasks?: readonly Urn[];
}

/**
 * The truth table (exposure.spec.ts holds its lines). Whoever wants to reach the service must pass everything along a
 * way, so that a way lets through the intersection of what its parts do; over several ways the widest decides. Required
 * are the scheme of a load balancer and what its security groups admit: where one is missing, the way is unknown.
 * Refining facts (targets, subnets, network ACL, groups of the service, firewall, authentication) count where observed,
 * and are listed as assumed where their absence matters, since it proves nothing.
 */
export function serviceExposure(service: Urn, around: Surroundings, assets: Assets): ServiceExposure {
  const facts = assets.get(service);
  const stopped = facts ? stoppedReason(facts) : undefined;
  if (stopped) return { ...verdictOf(nobody(stopped)), path: [service] };
  const judged = withoutDoors(around.ways, assets).map((way): ServiceExposure => ({ ...verdictOf(waySources(way, around.silent, assets)), path: way }));
  const direct = directSources(facts, around, assets).map((sources): ServiceExposure => ({ ...verdictOf(sources), path: [service] }));
  return widest([...judged, ...direct]) ?? { ...verdictOf(unknown('no way to the service was observed')), path: [service] };
}

function stoppedReason(service: Asset): string | undefined {
  if (service.retiredAt !== null) return 'the service is gone';
  const { status, desiredCount, runningCount } = service.attributes;
  if (text(status).toUpperCase() === 'INACTIVE') return 'the service is inactive';
  const running = typeof runningCount === 'number' ? runningCount : 0;
  return desiredCount === 0 && running === 0 ? 'no task of the service runs' : undefined;
}

/** The ways, and where a door stands on one, the way that ends before it: who knows the balancer's own name need not use the door. */
function withoutDoors(ways: readonly Way[], assets: Assets): Way[] {
  const found = new Map<string, Way>();
  for (const way of ways) {
    for (const end of [...doorsOf(way, assets), way.length]) {
      const part = way.slice(0, end);
      if (end === way.length || part.some((node) => kindOf(node) === 'load-balancer')) found.set(part.join('|'), part);
    }
  }
  return [...found.values()];
}

/** Places of the nodes on a way that answer in the stead of what is behind them. */
const doorsOf = (way: Way, assets: Assets): number[] => way.flatMap((node, index) => (index > 0 && typeof assets.get(node)?.attributes['public'] === 'boolean' ? [index] : []));

/** Past every load balancer: a function's own URL, public addresses; where there is no balancer at all, private ones. */
function directSources(service: Asset | undefined, around: Surroundings, assets: Assets): Sources[] {
  if (!service) return [];
  const { assignPublicIp, functionUrl, loadBalancers } = service.attributes;
  const found: Sources[] = [];
  if (isRecord(functionUrl)) found.push(allOf([functionSources(text(functionUrl['authType'])), ...nodeFilters(service)]));
  if (assignPublicIp === true) found.push(publicAddress(service, 'tasks get a public address', portOf(service), assets));
  for (const task of assignPublicIp === undefined ? around.tasks ?? [] : []) {
    const facts = assets.get(task);
    if (facts?.retiredAt === null && isPublic(text(facts.attributes['publicIp']))) found.push(publicAddress(facts, 'a task has a public address', portOf(service), assets));
  }
  if (found.length > 0 || around.ways.length > 0 || assignPublicIp !== false) return found;
  if (!Array.isArray(loadBalancers)) return [unknown('load balancers of the service were not observed')];
  if (loadBalancers.length > 0) return [unknown('the service has a load balancer, to which no way was observed')];
  return [allOf([onlyPrivate('the service has private addresses only and no load balancer'), groupSources(service, { port: portOf(service), protocol: 'any' }, assets)])];
}

function functionSources(authType: string): Sources {
  switch (authType.toUpperCase()) {
    case 'NONE': return everyone('the function has a URL that asks for no authentication');
    case 'AWS_IAM': return onlyIf('authenticated: iam', 'the function has a URL that asks for IAM authentication');
    default: return unknown('how the URL of the function authenticates was not observed');
  }
}

function publicAddress(node: Asset, reason: string, port: number | undefined, assets: Assets): Sources {
  const socket: Socket = { port, protocol: 'any' };
  return allOf([everyone(reason), groupSources(node, socket, assets), subnetSources(node, socket, assets), ...nodeFilters(node)]);
}

const isPublic = (address: string): boolean => address !== '' && ['public-range', 'internet'].includes(audienceOf(rangeSet([address]).set));

/**
 * What a way lets through. A door in front of a load balancer (CDN, API gateway) asks it in its clients' stead, so that
 * what is inside the door decides only whether the door itself is let in.
 */
function waySources(way: Way, silent: ReadonlySet<string> | undefined, assets: Assets): Sources {
  if (silent && way.some((node, index) => silent.has(`${node}|${way[index + 1] ?? ''}`))) return nobody('the way gets no traffic (weight 0)');
  const starts = [0, ...doorsOf(way, assets)];
  const segments = starts.map((start, index) => way.slice(start, starts[index + 1]));
  const [inner = [], ...outer] = segments;
  const balanced = inner.some((node) => kindOf(node) === 'load-balancer');
  if (!balanced && outer.length === 0) return unknown('the way ends before a load balancer');
  const inside = insideSources(inner, assets);
  // a header that a door adds is no limit to its clients
  if (outer.length === 0) return allOf([inside, ...inner.flatMap((node) => headerConditions(assets.get(node))).map((condition) => onlyIf(condition, `the rule wants ${condition}`))]);
  const isOpen = inner.some((node) => schemeOf(assets.get(node)) === 'internet-facing');
  return outer.reduce((sources, segment) => allOf([throughDoor(sources, isOpen), doorSources(segment, assets)]), inside);
}

function doorSources(segment: Way, assets: Assets): Sources {
  const [door, ...rest] = segment.map((node) => assets.get(node));
  const open = door?.attributes['public'] === true ? everyone(`${door.urn} is public`) : onlyPrivate(`${segment[0] ?? ''} is private`);
  return allOf([open, ...[door, ...rest].flatMap((facts) => (facts ? nodeFilters(facts) : []))]);
}

/**
 * All clients of a door, if the door is let in; the address of who asks the door plays no part any more. A door asks an
 * open balancer over public addresses; one that lets in private ones only may or may not be asked from inside its network.
 */
function throughDoor(inside: Sources, isOpen: boolean): Sources {
  const said = { conditions: inside.conditions.filter((condition) => !condition.startsWith('through ')), reasons: inside.reasons, assumed: inside.assumed };
  if (isEmpty(inside.possible)) return inside;
  if (isEmpty(inside.sure) || (isOpen && audienceOf(inside.sure) === 'private')) return { ...inside, ...unknown(''), ...said };
  const assumed = audienceOf(inside.sure) === 'public-range' ? [...said.assumed, 'the ranges that are let in are those of the door'] : said.assumed;
  return { ...everyone(''), ...said, assumed };
}

/** From the service to the outermost load balancer (or, where a door forwards to the service itself, to the service). */
function insideSources(way: Way, assets: Assets): Sources {
  const nodes = way.map((node) => ({ node, kind: kindOf(node), facts: assets.get(node) }));
  const balancers = nodes.filter((item) => item.kind === 'load-balancer');
  const listeners = nodes.filter((item) => item.kind === 'listener').map((item) => item.facts);
  const front = balancers.at(-1);
  const parts = nodes.flatMap((item) => (item.facts ? nodeFilters(item.facts) : []));
  if (front) parts.push(...balancerSources(front.node, front.facts, socketOf(listeners.at(-1)), assets));
  // an inner load balancer sees the clients of the outer one, by whose address its groups filter
  for (const [index, inner] of balancers.slice(0, -1).entries()) {
    if (inner.facts && front?.facts) parts.push(innerSources(inner.facts, front.facts, socketOf(listeners[index]), assets));
  }
  const [service, first] = [nodes[0]?.facts, balancers[0]?.facts];
  if (service && first && Array.isArray(first.attributes['securityGroups'])) {
    const group = nodes.find((item) => item.kind === 'target-group')?.facts;
    parts.push(admits(service, first, { port: portOf(group) ?? portOf(service), protocol: 'any' }, assets));
  }
  return parts.length > 0 ? allOf(parts) : assuming('the door forwards to the service');
}

function innerSources(inner: Asset, front: Asset, socket: Socket, assets: Assets): Sources {
  const named = new Set(texts(front.attributes['securityGroups']));
  const refers = texts(inner.attributes['securityGroups']).length > 0 && named.size > 0;
  const admitted = refers ? admits(inner, front, socket, assets) : undefined;
  return admitted && !isEmpty(admitted.sure) && admitted.assumed.length === 0 ? admitted : groupSources(inner, socket, assets);
}

function balancerSources(node: Urn, facts: Asset | undefined, socket: Socket, assets: Assets): Sources[] {
  const name = text(facts?.attributes['name']) || node;
  if (!facts) return [unknown(`${name} was not observed`)];
  if (text(facts.attributes['state']).toLowerCase() === 'failed') return [nobody(`${name} failed to start`)];
  const groups = needsGroups(facts) ? [groupSources(facts, socket, assets)] : [];
  switch (schemeOf(facts)) {
    case 'internet-facing': return [everyone(`${name} is internet-facing`), ...groups, ...(needsGroups(facts) ? [subnetSources(facts, socket, assets)] : [])];
    case 'internal': return [onlyPrivate(`${name} is internal`), ...groups];
    default: return [unknown(`the scheme of ${name} was not observed`), ...groups];
  }
}

/** Outside EC2 there are no security groups: who says whom the balancer lets in by `allowedCidrs` has said it. */
const needsGroups = (facts: Asset): boolean => Array.isArray(facts.attributes['securityGroups']) || !Array.isArray(facts.attributes['allowedCidrs']);

/** As stated, else by the addresses that it answers on. */
function schemeOf(facts: Asset | undefined): string {
  const scheme = text(facts?.attributes['scheme']);
  const addresses = rangeSet(texts(facts?.attributes['addresses'])).set;
  if (scheme !== '' || isEmpty(addresses)) return scheme;
  return audienceOf(addresses) === 'private' ? 'internal' : 'internet-facing';
}

function socketOf(listener: Asset | undefined): Socket {
  const protocol = text(listener?.attributes['protocol']).toUpperCase();
  return { port: portOf(listener), protocol: protocol === 'TCP_UDP' || protocol === '' ? 'any' : ['UDP', 'QUIC'].includes(protocol) ? 'udp' : 'tcp' };
}

function portOf(facts: Asset | undefined): number | undefined {
  const port = facts?.attributes['port'];
  return typeof port === 'number' ? port : undefined;
}
