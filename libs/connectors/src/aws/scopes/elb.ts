import type { ElasticLoadBalancingV2, LoadBalancer, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Fact } from '@throughline/connectors/api';
import { listenerFacts, loadBalancerFacts, ruleFacts, targetGroupFacts } from '../map/elb.js';
import { attempt, type Scope, type ScopeContext, type Step } from '../scope.js';
import { firewallOf } from './firewall.js';

interface Waiting { readonly arn: string; readonly rules: boolean }

type State =
  | { readonly at: 'balancers'; readonly marker?: string | undefined }
  /** Listeners of the load balancers of a page, then the next page. */
  | { readonly at: 'listeners'; readonly left: readonly Waiting[]; readonly marker?: string | undefined; readonly inner?: string | undefined }
  | { readonly at: 'groups'; readonly marker?: string | undefined };

const PAGE = 20;

/** Load balancers, what they listen to, their rules, and the health of what is behind them. */
export const elbScope: Scope = {
  name: 'elb',
  async step(context, given) {
    const state = ('at' in given ? given : { at: 'balancers' }) as State;
    const elb = await context.client('elb');
    switch (state.at) {
      case 'balancers': return balancers(context, elb, state.marker);
      case 'listeners': return listeners(context, elb, state);
      case 'groups': return groups(context, elb, state.marker);
    }
  },
};

async function balancers(context: ScopeContext, elb: ElasticLoadBalancingV2, marker: string | undefined): Promise<Step<State>> {
  const page = await elb.describeLoadBalancers({ PageSize: PAGE, ...(marker !== undefined && { Marker: marker }) });
  const found = page.LoadBalancers ?? [];
  const tags = await tagsOf(context, elb, found);
  const facts: Fact[] = [];
  for (const balancer of found) {
    const firewall = balancer.Type === 'application' ? await firewallOf(context, balancer.LoadBalancerArn) : undefined;
    facts.push(...loadBalancerFacts(context.say(), context.place, balancer, tags.get(balancer.LoadBalancerArn ?? ''), firewall));
  }
  const left = found.flatMap(({ LoadBalancerArn, Type }) => (LoadBalancerArn === undefined ? [] : [{ arn: LoadBalancerArn, rules: Type === 'application' }]));
  return { facts, next: { at: 'listeners', left, marker: page.NextMarker || undefined } };
}

async function tagsOf(context: ScopeContext, elb: ElasticLoadBalancingV2, balancers: readonly LoadBalancer[]): Promise<Map<string, readonly Tag[]>> {
  const arns = balancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []);
  if (arns.length === 0) return new Map();
  const answer = await attempt(context, 'refines', undefined, () => elb.describeTags({ ResourceArns: arns }));
  return new Map((answer?.TagDescriptions ?? []).map(({ ResourceArn = '', Tags = [] }) => [ResourceArn, Tags]));
}

async function listeners(context: ScopeContext, elb: ElasticLoadBalancingV2, state: Extract<State, { at: 'listeners' }>): Promise<Step<State>> {
  const [first, ...left] = state.left;
  if (first === undefined) return { facts: [], next: state.marker === undefined ? { at: 'groups' } : { at: 'balancers', marker: state.marker } };
  const page = await attempt(context, 'needed', undefined, () => elb.describeListeners({ LoadBalancerArn: first.arn, ...(state.inner !== undefined && { Marker: state.inner }) }));
  const facts: Fact[] = [];
  for (const listener of page?.Listeners ?? []) {
    facts.push(...listenerFacts(context.say(), listener, first.rules));
    if (first.rules && listener.ListenerArn !== undefined) facts.push(...await rules(context, elb, listener.ListenerArn));
  }
  const more = page?.NextMarker || undefined;
  return { facts, next: more === undefined ? { at: 'listeners', left, marker: state.marker } : { ...state, inner: more } };
}

/** Rules of one listener: AWS allows a hundred, or a few hundred on request. */
async function rules(context: ScopeContext, elb: ElasticLoadBalancingV2, listener: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  let marker: string | undefined;
  do {
    const from = marker;
    const page = await attempt(context, 'needed', undefined, () => elb.describeRules({ ListenerArn: listener, ...(from !== undefined && { Marker: from }) }));
    const say = context.say();
    facts.push(...(page?.Rules ?? []).flatMap((rule) => ruleFacts(say, rule, listener)));
    marker = page?.NextMarker || undefined;
  } while (marker !== undefined);
  return facts;
}

async function groups(context: ScopeContext, elb: ElasticLoadBalancingV2, marker: string | undefined): Promise<Step<State>> {
  const page = await elb.describeTargetGroups({ PageSize: PAGE, ...(marker !== undefined && { Marker: marker }) });
  const facts: Fact[] = [];
  for (const group of page.TargetGroups ?? []) {
    const health = await attempt(context, 'refines', undefined, () => elb.describeTargetHealth({ TargetGroupArn: group.TargetGroupArn }));
    facts.push(...targetGroupFacts(context.say(), group, health?.TargetHealthDescriptions));
  }
  return { facts, next: page.NextMarker ? { at: 'groups', marker: page.NextMarker } : undefined };
}
