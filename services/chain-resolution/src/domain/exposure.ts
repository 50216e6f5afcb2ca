import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { audienceOf } from './network.js';
import { admitsVerdict, securityGroupVerdict, subnetVerdict } from './security-groups.js';
import type { Assets } from './security-groups.js';
import { narrowest, verdict, widest } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Exposure of one running service, with the nodes that prove it, from the service outwards. */
export interface ServiceExposure extends Verdict {
  readonly path: readonly Urn[];
}

/** A way from a service outwards: target group, rule, listener, load balancer, endpoint; the service comes first. */
export type Way = readonly Urn[];

/**
 * The truth table (tests hold its lines). Along a way the narrowest fact decides, over several ways the widest way.
 * Required: the scheme of a load balancer and what its security groups admit; where one is missing the way is unknown.
 * Refining facts (targets, subnets, network ACL, groups of the service, WAF, authentication) count where observed and
 * are listed as assumed where not, since their absence proves nothing.
 */
export function serviceExposure(service: Urn, ways: readonly Way[], assets: Assets): ServiceExposure {
  const facts = assets.get(service);
  const stopped = facts ? stoppedVerdict(facts) : undefined;
  if (stopped) return { ...stopped, path: [service] };
  const judged = ways.map((way): ServiceExposure => ({ ...wayVerdict(way, assets), path: way }));
  const direct = directVerdict(facts, judged.length > 0, assets);
  const all = direct ? [...judged, { ...direct, path: [service] }] : judged;
  return widest(all) ?? { ...verdict('unknown', 'no way to the service was observed'), path: [service] };
}

function stoppedVerdict(service: Asset): Verdict | undefined {
  if (service.retiredAt !== null) return verdict('none', 'the service is gone');
  const { status, desiredCount, runningCount } = service.attributes;
  if (text(status).toUpperCase() === 'INACTIVE') return verdict('none', 'the service is inactive');
  const running = typeof runningCount === 'number' ? runningCount : 0;
  return desiredCount === 0 && running === 0 ? verdict('none', 'no task of the service runs') : undefined;
}

/** Without a load balancer: its own public address. With one, only an address that is known to be public counts. */
function directVerdict(service: Asset | undefined, hasWays: boolean, assets: Assets): Verdict | undefined {
  const isPublic = service?.attributes['assignPublicIp'];
  const port = portOf(service);
  if (service && isPublic === true) {
    return narrowest([
      verdict('internet', 'tasks get a public address'), securityGroupVerdict(service, port, assets), subnetVerdict(service, port, assets),
    ]);
  }
  if (hasWays || !service || isPublic !== false) return undefined;
  if (!Array.isArray(service.attributes['loadBalancers'])) return verdict('unknown', 'load balancers of the service were not observed');
  return narrowest([verdict('internal', 'the service has private addresses only and no load balancer'), securityGroupVerdict(service, port, assets)]);
}

function wayVerdict(way: Way, assets: Assets): Verdict {
  const nodes = way.map((node) => ({ node, facts: assets.get(node) }));
  const listener = nodes.find((item) => kindOf(item.node) === 'listener')?.facts;
  const group = nodes.find((item) => kindOf(item.node) === 'target-group')?.facts;
  const front = nodes.find((item) => kindOf(item.node) === 'load-balancer');
  const service = nodes[0]?.facts;
  const door = nodes.findLast((item) => typeof item.facts?.attributes['public'] === 'boolean')?.facts;
  const verdicts = nodes.flatMap((item) => nodeVerdicts(item.facts));
  if (door) verdicts.push(doorVerdict(door));
  if (front && door?.attributes['public'] !== true) verdicts.push(...balancerVerdicts(front.node, front.facts, portOf(listener), assets));
  if (front?.facts && service && Array.isArray(front.facts.attributes['securityGroups'])) {
    verdicts.push(admitsVerdict(service, front.facts, portOf(group) ?? portOf(service), assets));
  }
  if (!front && !door) verdicts.push(verdict('unknown', 'the way ends before a load balancer'));
  return narrowest(verdicts);
}

/** A door in front of the load balancer (CDN, API gateway) that says itself whether it is public. */
const doorVerdict = (door: Asset): Verdict =>
  (door.attributes['public'] === true ? verdict('internet', `${door.urn} is public`) : verdict('internal', `${door.urn} is private`));

function balancerVerdicts(node: Urn, facts: Asset | undefined, port: number | undefined, assets: Assets): Verdict[] {
  const name = text(facts?.attributes['name']) || node;
  if (!facts) return [verdict('unknown', `${name} was not observed`)];
  if (facts.retiredAt !== null) return [verdict('none', `${name} is gone`)];
  const verdicts = [securityGroupVerdict(facts, port, assets)];
  switch (facts.attributes['scheme']) {
    case 'internet-facing':
      return [verdict('internet', `${name} is internet-facing`), ...verdicts, subnetVerdict(facts, port, assets)];
    case 'internal': return [verdict('internal', `${name} is internal`), ...verdicts];
    default: return [verdict('unknown', `the scheme of ${name} was not observed`), ...verdicts];
  }
}

function nodeVerdicts(facts: Asset | undefined): Verdict[] {
  if (!facts) return [];
  if (facts.retiredAt !== null) return [verdict('none', `${facts.urn} is gone`)];
  const verdicts: Verdict[] = [];
  const { attributes } = facts;
  const authentication = text(attributes['authentication']);
  if (authentication) verdicts.push(verdict('limited', `${facts.urn} asks for authentication (${authentication})`, [`authenticated: ${authentication}`]));
  if (Array.isArray(attributes['targets']) && attributes['targets'].length === 0) verdicts.push(verdict('none', 'no target is registered'));
  const action = text(attributes['actionType']);
  if (action && action !== 'forward') verdicts.push(verdict('none', `the rule answers with ${action}`));
  return [...verdicts, ...conditionVerdicts(attributes['conditions']), ...firewallVerdicts(attributes['waf'])];
}

function conditionVerdicts(conditions: unknown): Verdict[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.filter(isRecord).filter((condition) => condition['field'] === 'source-ip')
    .map((condition) => rangesVerdict('the rule', texts(condition['values'])));
}

/** A firewall that allows by default only filters; one that blocks by default lets its lists through. */
function firewallVerdicts(waf: unknown): Verdict[] {
  if (!isRecord(waf) || text(waf['defaultAction']) !== 'block') return [];
  const allowed = texts(waf['allowedCidrs']);
  return [allowed.length ? rangesVerdict('the firewall', allowed) : verdict('limited', 'the firewall blocks by default', ['what the firewall allows'])];
}

function rangesVerdict(who: string, ranges: readonly string[]): Verdict {
  const verdicts = ranges.map((range) => {
    const audience = audienceOf(range);
    if (audience === undefined) return verdict('unknown', `${who} has a range that cannot be read`);
    if (audience === 'internet') return verdict('internet', `${who} lets in ${range}`);
    return audience === 'private' ? verdict('internal', `${who} lets in ${range}`) : verdict('limited', `${who} lets in ${ranges.join(', ')}`, ranges);
  });
  return widest(verdicts) ?? verdict('none', `${who} lets nobody in`);
}

function portOf(facts: Asset | undefined): number | undefined {
  const port = facts?.attributes['port'];
  return typeof port === 'number' ? port : undefined;
}
