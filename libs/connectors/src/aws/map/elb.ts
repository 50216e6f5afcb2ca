import type { Action, Listener, LoadBalancer, Rule, RuleCondition, Tag, TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Fact } from '@throughline/connectors/api';
import { accountUrn, arnUrn } from '../arn.js';
import type { Place } from '../scope.js';
import { tagsOf, type Say } from '../say.js';

/** What a web ACL lets through, as far as addresses decide it. */
export interface Firewall {
  readonly webAcl: string;
  readonly defaultAction: 'allow' | 'block';
  readonly allowedCidrs: readonly string[];
}

export function loadBalancerFacts(say: Say, place: Place, balancer: LoadBalancer, tags: readonly Tag[] | undefined, firewall: Firewall | undefined): Fact[] {
  const node = arnUrn(balancer.LoadBalancerArn, 'load-balancer');
  if (node === undefined) return [];
  const host = balancer.DNSName?.toLowerCase();
  return [
    say.asset(node, {
      name: balancer.LoadBalancerName, dnsName: host, scheme: balancer.Scheme, type: balancer.Type, state: balancer.State?.Code,
      // only a network load balancer may have none, and then lets everyone in
      securityGroups: balancer.SecurityGroups ?? (balancer.Type === 'application' ? undefined : []),
      subnets: balancer.AvailabilityZones?.flatMap(({ SubnetId }) => SubnetId ?? []), vpc: balancer.VpcId, ipAddressType: balancer.IpAddressType, waf: firewall,
      tags: tagsOf(tags?.map(({ Key, Value }) => ({ key: Key, value: Value }))),
    }),
    say.link(node, 'part-of', accountUrn(place.partition, place.account), { since: balancer.CreatedTime }),
    ...(host === undefined || host === '' ? [] : [
      say.asset(`endpoint:${host}`, { host }),
      say.link(node, 'resolves-to', `endpoint:${host}`, { since: balancer.CreatedTime, evidence: { record: 'name of the load balancer' } }),
    ]),
  ];
}

/** A listener; where it has no rules (network load balancers), what it forwards to as well. */
export function listenerFacts(say: Say, listener: Listener, hasRules: boolean): Fact[] {
  const node = arnUrn(listener.ListenerArn, 'listener');
  const balancer = arnUrn(listener.LoadBalancerArn, 'load-balancer');
  if (node === undefined || balancer === undefined) return [];
  // passthrough hands the client's certificate on without asking for one
  const authentication = listener.MutualAuthentication?.Mode === 'verify' ? 'mtls' : undefined;
  return [
    say.asset(node, { port: listener.Port, protocol: listener.Protocol, authentication }),
    say.link(node, 'listens-on', balancer),
    ...(hasRules ? [] : forwardsOf(listener.DefaultActions ?? []).flatMap((forward) => forwardFact(say, forward, node))),
  ];
}

/** A rule; the default one is a rule like any other, so that its authentication is not taken for that of its neighbours. */
export function ruleFacts(say: Say, rule: Rule, listener: string): Fact[] {
  const node = arnUrn(rule.RuleArn, 'listener-rule') ?? (rule.IsDefault ? arnUrn(rule.RuleArn, 'listener') : undefined);
  const parent = arnUrn(listener, 'listener');
  if (node === undefined || parent === undefined) return [];
  const actions = rule.Actions ?? [];
  const forwards = forwardsOf(actions);
  return [
    say.asset(node, {
      priority: rule.IsDefault ? 'default' : rule.Priority, conditions: (rule.Conditions ?? []).map(conditionOf),
      authentication: authenticationOf(actions), actionType: actions.at(-1)?.Type, forwards: forwards.map(({ targetGroup, weight }) => ({ targetGroup, weight })),
    }),
    ...(node === parent ? [] : [say.link(node, 'part-of', parent)]),
    ...forwards.flatMap((forward) => forwardFact(say, forward, node)),
  ];
}

interface Forward { readonly targetGroup: string; readonly weight: number | undefined }

/** Where actions forward to. The list with weights is the whole truth where it is given. */
export function forwardsOf(actions: readonly Action[]): Forward[] {
  return actions.filter(({ Type }) => Type === 'forward').flatMap((action) => {
    const weighted = action.ForwardConfig?.TargetGroups ?? [];
    if (weighted.length > 0) return weighted.flatMap(({ TargetGroupArn, Weight }) => (TargetGroupArn === undefined ? [] : [{ targetGroup: TargetGroupArn, weight: Weight }]));
    return action.TargetGroupArn === undefined ? [] : [{ targetGroup: action.TargetGroupArn, weight: undefined }];
  });
}

/** The weight is evidence: a target group of weight 0 gets no requests. */
function forwardFact(say: Say, { targetGroup, weight }: Forward, to: string): Fact[] {
  const from = arnUrn(targetGroup, 'target-group');
  return from === undefined ? [] : [say.link(from, 'routes-to', to, { evidence: weight === undefined ? {} : { weight } })];
}

/** How a rule authenticates before it forwards; an action that lets the unauthenticated through does not. */
export function authenticationOf(actions: readonly Action[]): string | undefined {
  for (const { Type, AuthenticateOidcConfig, AuthenticateCognitoConfig } of actions) {
    if (Type === 'authenticate-oidc' && AuthenticateOidcConfig?.OnUnauthenticatedRequest !== 'allow') return 'oidc';
    if (Type === 'authenticate-cognito' && AuthenticateCognitoConfig?.OnUnauthenticatedRequest !== 'allow') return 'cognito';
    if (Type === 'jwt-validation') return 'jwt';
  }
  return undefined;
}

function conditionOf(condition: RuleCondition): { readonly field: string; readonly values: readonly string[] } {
  const { Field: field = '', HttpHeaderConfig: header, QueryStringConfig: query } = condition;
  const values = condition.HostHeaderConfig?.Values ?? condition.PathPatternConfig?.Values ?? condition.SourceIpConfig?.Values
    ?? condition.HttpRequestMethodConfig?.Values ?? header?.Values?.map((value) => `${header.HttpHeaderName ?? ''}: ${value}`)
    ?? query?.Values?.map(({ Key, Value }) => (Key === undefined ? Value ?? '' : `${Key}=${Value ?? ''}`)) ?? condition.Values ?? condition.RegexValues ?? [];
  return { field, values };
}

const SAMPLE = 50;

/** A target group: counts of all targets and a sample that shows every state, since ten thousand would fit nowhere. */
export function targetGroupFacts(say: Say, group: TargetGroup, health: readonly TargetHealthDescription[] | undefined): Fact[] {
  const node = arnUrn(group.TargetGroupArn, 'target-group');
  if (node === undefined) return [];
  return [
    say.asset(node, { name: group.TargetGroupName, port: group.Port, protocol: group.Protocol, targetType: group.TargetType, vpc: group.VpcId, ...(health && targetsOf(health)) }),
    ...(health ?? []).flatMap((target) => behindFact(say, group.TargetType, target.Target?.Id, node)),
  ];
}

export function targetsOf(health: readonly TargetHealthDescription[]): { readonly targets: readonly object[]; readonly targetCount: number; readonly targetHealth: Readonly<Record<string, number>> } {
  const states = new Map<string, object[]>();
  for (const { Target, TargetHealth } of health) {
    const state = TargetHealth?.State ?? 'unknown';
    states.set(state, [...(states.get(state)?.slice(0, SAMPLE) ?? []), { id: Target?.Id, port: Target?.Port, health: state }]);
  }
  const share = Math.max(1, Math.floor(SAMPLE / Math.max(states.size, 1)));
  const counts = new Map<string, number>();
  for (const { TargetHealth } of health) counts.set(TargetHealth?.State ?? 'unknown', (counts.get(TargetHealth?.State ?? 'unknown') ?? 0) + 1);
  const all = health.length <= SAMPLE;
  return {
    targets: [...states.values()].flatMap((targets) => (all ? targets : targets.slice(0, share))), targetCount: health.length,
    targetHealth: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** A function or another load balancer behind a target group; tasks are said by their service. */
function behindFact(say: Say, type: string | undefined, id: string | undefined, group: string): Fact[] {
  if (type === 'alb') {
    const inner = arnUrn(id, 'load-balancer');
    return inner === undefined ? [] : [say.link(inner, 'routes-to', group)];
  }
  return type === 'lambda' && id !== undefined ? [say.link(functionUrn(id), 'routes-to', group)] : [];
}

/** A function is one service, whatever version or alias is named: `…:function:pay:live` is `…:function:pay`. */
export const functionUrn = (arn: string): string => `service:${arn.split(':').slice(0, 7).join(':')}`;

