import {
  CreateListenerCommand, CreateLoadBalancerCommand, CreateRuleCommand, CreateTargetGroupCommand,
  type Action, type ElasticLoadBalancingV2Client, type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AssociateWebACLCommand, CreateIPSetCommand, CreateWebACLCommand, type WAFV2Client } from '@aws-sdk/client-wafv2';
import { buildDoor } from './aws-doors.js';
import { given, type Clients } from './aws-clients.js';
import { admit, createGroup, type Network } from './aws-network.js';
import { LISTENER_PORT, PORT, type BalancerPlan } from './exposures.js';

export interface Built { readonly targetGroup: string; readonly group: string | undefined }

/** A load balancer with a listener and a target group, as planned. A network load balancer has no group here. */
export async function buildBalancer(clients: Clients, network: Network, name: string, plan: BalancerPlan): Promise<Built> {
  const isNetwork = plan.type === 'network';
  const group = isNetwork ? undefined : await createGroup(clients.ec2, network.vpc, `${name}-lb`);
  if (group !== undefined) await admit(clients.ec2, group, plan.ingress, { ...network, balancers: [] });
  const made = await clients.elb.send(new CreateLoadBalancerCommand({
    Name: name, Scheme: plan.scheme, Type: plan.type, IpAddressType: plan.dual ? 'dualstack' : 'ipv4', Subnets: [...network.subnets[plan.subnets]], ...(group !== undefined && { SecurityGroups: [group] }),
  }));
  const balancer = given(made.LoadBalancers?.[0]?.LoadBalancerArn, 'a load balancer');
  const targetGroup = await createTargets(clients.elb, network, name, isNetwork);
  const listener = await listen(clients.elb, network, balancer, name, targetGroup, plan);
  if (plan.door) await buildDoor(clients, plan.door, name, listener, given(made.LoadBalancers?.[0]?.DNSName, 'a name of the load balancer'));
  if (plan.firewall) await protect(clients.waf, name, balancer, plan.firewall);
  return { targetGroup, group };
}

async function createTargets(elb: ElasticLoadBalancingV2Client, network: Network, name: string, isNetwork = false): Promise<string> {
  const made = await elb.send(new CreateTargetGroupCommand({ Name: name, Protocol: isNetwork ? 'TCP' : 'HTTP', Port: PORT, VpcId: network.vpc, TargetType: 'ip' }));
  return given(made.TargetGroups?.[0]?.TargetGroupArn, 'a target group');
}

async function listen(elb: ElasticLoadBalancingV2Client, network: Network, balancer: string, name: string, targets: string, { rule, type }: BalancerPlan): Promise<string> {
  const forward: Action = { Type: 'forward', TargetGroupArn: targets };
  const refusal: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' } };
  const made = await elb.send(new CreateListenerCommand({ LoadBalancerArn: balancer, Port: LISTENER_PORT, Protocol: type === 'network' ? 'TCP' : 'HTTP', DefaultActions: [rule ? refusal : forward] }));
  const listener = given(made.Listeners?.[0]?.ListenerArn, 'a listener');
  if (!rule) return listener;
  const target = rule.weight === undefined ? forward : weighted(targets, rule.weight, await createTargets(elb, network, `${name}-b`));
  await elb.send(new CreateRuleCommand({
    ListenerArn: listener, Priority: 10, Conditions: conditions(rule),
    Actions: rule.authenticated ? [{ ...OIDC, Order: 1 }, { ...target, Order: 2 }] : [target],
  }));
  return listener;
}

const weighted = (targets: string, weight: number, others: string): Action =>
  ({ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: targets, Weight: weight }, { TargetGroupArn: others, Weight: 100 - weight }] } });

const OIDC: Action = {
  Type: 'authenticate-oidc',
  AuthenticateOidcConfig: { Issuer: 'https://id.example', AuthorizationEndpoint: 'https://id.example/a', TokenEndpoint: 'https://id.example/t', UserInfoEndpoint: 'https://id.example/u', ClientId: 'c', ClientSecret: 's' },
};

function conditions(rule: NonNullable<BalancerPlan['rule']>): RuleCondition[] {
  return [
    ...(rule.path === undefined ? [] : [{ Field: 'path-pattern', PathPatternConfig: { Values: [rule.path] } }]),
    ...(rule.sourceIps ? [{ Field: 'source-ip', SourceIpConfig: { Values: [...rule.sourceIps] } }] : []),
  ];
}

async function protect(waf: WAFV2Client, name: string, balancer: string, { defaultAction, cidrs }: NonNullable<BalancerPlan['firewall']>): Promise<void> {
  const visibility = (MetricName: string): { SampledRequestsEnabled: boolean; CloudWatchMetricsEnabled: boolean; MetricName: string } => ({ SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName });
  const list = cidrs.length === 0 ? undefined
    : given((await waf.send(new CreateIPSetCommand({ Name: `${name}-office`, Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: [...cidrs] }))).Summary?.ARN, 'a list of addresses');
  const rules = list === undefined ? [] : [{ Name: 'office', Priority: 0, Statement: { IPSetReferenceStatement: { ARN: list } }, Action: { Allow: {} }, VisibilityConfig: visibility('office') }];
  const made = await waf.send(new CreateWebACLCommand({ Name: name, Scope: 'REGIONAL', DefaultAction: defaultAction === 'block' ? { Block: {} } : { Allow: {} }, Rules: rules, VisibilityConfig: visibility(name) }));
  await waf.send(new AssociateWebACLCommand({ WebACLArn: given(made.Summary?.ARN, 'a web ACL'), ResourceArn: balancer }));
}
