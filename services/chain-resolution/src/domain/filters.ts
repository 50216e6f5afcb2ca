import { isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import { everyone, letting, lettingRanges, nobody, onlyIf } from './sources.js';
import type { Sources } from './sources.js';
import { IPV4_ONLY } from './ranges.js';

/** What the facts of one node on a way say about who passes it, whatever the kind of the node. */
export function nodeFilters(facts: Asset): Sources[] {
  const { attributes, urn } = facts;
  if (facts.retiredAt !== null) return [nobody(`${urn} is gone`)];
  return [
    ...(attributes['enabled'] === false ? [nobody(`${urn} is switched off`)] : []), ...authentication(facts), ...targets(attributes), ...action(attributes),
    ...firewall(attributes['waf']), ...sourceConditions(attributes['conditions']),
    ...(Array.isArray(attributes['allowedCidrs']) ? [lettingRanges(text(attributes['name']) || urn, texts(attributes['allowedCidrs']))] : []),
    ...(attributes['ipAddressType'] === 'ipv4' ? [{ ...letting(IPV4_ONLY, ''), reasons: [] }] : []),
  ];
}

/** `none` says that nobody is asked for anything. */
function authentication(facts: Asset): Sources[] {
  const how = text(facts.attributes['authentication']);
  return how === '' || how.toLowerCase() === 'none' ? [] : [onlyIf(`authenticated: ${how}`, `${facts.urn} asks for authentication (${how})`)];
}

/** Targets in these states get no new connections. */
const IDLE: ReadonlySet<string> = new Set(['draining', 'unused', 'deregistering']);

/**
 * A target group with targets serves. Also when none of them is healthy: the load balancers of AWS then send to all of
 * them ("fail open"), so that ill health hides nothing, unless the group says `failOpen: false` (Kubernetes sends nothing
 * to what is not ready). One whose targets all drain or are unused gets no connection.
 */
function targets(attributes: Asset['attributes']): Sources[] {
  const states = targetStates(attributes);
  if (!states) return [];
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  if (total === 0) return [nobody('no target is registered')];
  const serving = Object.entries(states).filter(([state]) => !IDLE.has(state)).reduce((sum, [, count]) => sum + count, 0);
  if (serving === 0) return [nobody('all targets are draining or unused')];
  if (states['healthy'] || states['unknown']) return [];
  if (attributes['failOpen'] === false) return [nobody('no target is ready')];
  return [everyone(`none of ${total} targets is healthy: the load balancer fails open and sends to all of them`)];
}

/** Counts by state: as stated (a list of ten thousand targets is sent as counts and a sample), else of the list. */
function targetStates(attributes: Asset['attributes']): Record<string, number> | undefined {
  const { targetHealth, targets: listed, targetCount } = attributes;
  if (isRecord(targetHealth) && (targetCount !== 0)) return Object.fromEntries(Object.entries(targetHealth).map(([state, count]) => [state, Number(count) || 0]));
  if (targetCount === 0) return {};
  if (!Array.isArray(listed)) return undefined;
  const states: Record<string, number> = {};
  for (const target of listed) {
    const state = (isRecord(target) && text(target['health']).toLowerCase()) || 'unknown';
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}

function action(attributes: Asset['attributes']): Sources[] {
  const type = text(attributes['actionType']);
  return type && type !== 'forward' ? [nobody(`the rule answers with ${type}`)] : [];
}

/** Hosts, paths, methods and queries anyone can send, so that they limit what is asked for and not who asks. */
function sourceConditions(conditions: unknown): Sources[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.filter(isRecord).filter((condition) => condition['field'] === 'source-ip').map((condition) => lettingRanges('the rule', texts(condition['values'])));
}

/** Headers whose name says that their value is a secret between a door and its origin. */
const SECRET_HEADER = /secret|token|key|auth|verify|origin|shared/i;

/** Conditions on such headers: only who knows the value gets in, which is a limit unless a door on the way adds it. */
export function headerConditions(facts: Asset | undefined): string[] {
  const conditions = facts?.attributes['conditions'];
  if (!Array.isArray(conditions)) return [];
  return conditions.filter(isRecord).filter((condition) => condition['field'] === 'http-header').map((condition) => texts(condition['values'])[0]?.split(':')[0] ?? '')
    .filter((name) => SECRET_HEADER.test(name)).map((name) => `requests with the header ${name.slice(0, 100)}`);
}

/** A firewall that allows by default only filters; one that blocks by default lets its lists through. */
function firewall(waf: unknown): Sources[] {
  if (!isRecord(waf) || text(waf['defaultAction']) !== 'block') return [];
  const allowed = texts(waf['allowedCidrs']);
  return [allowed.length ? lettingRanges('the firewall', allowed) : onlyIf('what the firewall allows', 'the firewall blocks by default')];
}
