import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Exposure } from '@throughline/domain';
import { ELB, MemoryWorld, payWorld, SERVICE, SG, SUBNET } from '../../test/support/memory-world.js';
import { EMPTY_MODEL } from './model.js';
import { serviceStates } from './service-state.js';

const LB = `lb:${ELB}:loadbalancer/app/web/1`;
const LISTENER = `listener:${ELB}:listener/app/web/1/2`;
const RULE = `listener-rule:${ELB}:listener-rule/app/web/1/2/3`;
const GROUP = `target-group:${ELB}:targetgroup/pay/1`;
const BALANCER = { scheme: 'internet-facing', type: 'application', securityGroups: ['sg-web'] };
const ingress = (...cidrs: string[]): Record<string, unknown> => ({ ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs }] });

type Change = (world: MemoryWorld) => MemoryWorld;
const TABLE: readonly (readonly [name: string, expected: Exposure, change: Change])[] = [
  ['internet-facing, port open to everyone', 'internet', (w) => w],
  ['the same over IPv6', 'internet', (w) => w.node(SG('sg-web'), ingress('::/0'), 2)],
  ['two halves of the internet', 'internet', (w) => w.node(SG('sg-web'), ingress('0.0.0.0/1', '128.0.0.0/1'), 2)],
  ['scheme internal', 'internal', (w) => w.node(LB, { ...BALANCER, scheme: 'internal' }, 2)],
  ['scheme not observed', 'unknown', (w) => w.node(LB, { type: 'application', securityGroups: ['sg-web'] }, 2)],
  ['load balancer not observed', 'unknown', () => withoutBalancer()],
  ['security group not observed', 'unknown', (w) => w.node(LB, { ...BALANCER, securityGroups: ['sg-other'] }, 2)],
  ['one group unobserved, one open', 'internet', (w) => w.node(LB, { ...BALANCER, securityGroups: ['sg-other', 'sg-web'] }, 2)],
  ['security groups not observed at all', 'unknown', (w) => w.node(LB, { scheme: 'internet-facing', type: 'application' }, 2)],
  ['network load balancer without groups', 'internet', (w) => w.node(LB, { ...BALANCER, type: 'network', securityGroups: [] }, 2)],
  ['office range only', 'limited', (w) => w.node(SG('sg-web'), ingress('198.51.100.0/24'), 2)],
  ['private ranges only', 'internal', (w) => w.node(SG('sg-web'), ingress('10.0.0.0/8'), 2)],
  ['another port is open', 'none', (w) => w.node(SG('sg-web'), { ingress: [{ protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: ['0.0.0.0/0'] }] }, 2)],
  ['all protocols open', 'internet', (w) => w.node(SG('sg-web'), { ingress: [{ protocol: '-1', cidrs: ['0.0.0.0/0'] }] }, 2)],
  ['no ingress rule', 'none', (w) => w.node(SG('sg-web'), { ingress: [] }, 2)],
  ['only members of another group', 'internal', (w) => w.node(SG('sg-web'), { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, securityGroups: ['sg-vpn'] }] }, 2)],
  ['cyclic security groups', 'internal', (w) => w.node(SG('sg-web'), { ingress: [{ protocol: '-1', securityGroups: ['sg-vpn'] }] }, 2).node(SG('sg-vpn'), { ingress: [{ protocol: '-1', securityGroups: ['sg-web'] }] })],
  ['a prefix list that was not observed', 'unknown', (w) => w.node(SG('sg-web'), { ingress: [{ protocol: '-1', prefixLists: ['pl-1'] }] }, 2)],
  ['rule limited to a source range', 'limited', (w) => w.node(RULE, { actionType: 'forward', conditions: [{ field: 'source-ip', values: ['203.0.113.0/28'] }] }, 2)],
  ['rule limited to private sources', 'internal', (w) => w.node(RULE, { conditions: [{ field: 'source-ip', values: ['10.1.0.0/16'] }] }, 2)],
  ['rule by host and path', 'internet', (w) => w.node(RULE, { conditions: [{ field: 'path-pattern', values: ['/pay/*'] }] }, 2)],
  ['authentication on the rule', 'limited', (w) => w.node(RULE, { authentication: 'oidc' }, 2)],
  ['authentication on the listener', 'limited', (w) => w.node(LISTENER, { port: 443, authentication: 'mtls' }, 2)],
  ['rule answers itself', 'none', (w) => w.node(RULE, { actionType: 'fixed-response' }, 2)],
  ['no target registered', 'none', (w) => w.node(GROUP, { targets: [] }, 2)],
  ['firewall that filters', 'internet', (w) => w.node(LB, { ...BALANCER, waf: { defaultAction: 'allow' } }, 2)],
  ['firewall that blocks by default', 'limited', (w) => w.node(LB, { ...BALANCER, waf: { defaultAction: 'block', allowedCidrs: ['198.51.100.7/32'] } }, 2)],
  ['subnets without a route to an internet gateway', 'internal', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: false })],
  ['one subnet of two unobserved, the other has no route', 'internet', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1', 's-2'] }, 2).node(SUBNET('s-1'), { internetGateway: false })],
  ['network ACL refuses everyone', 'none', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAcl: [{ rule: 100, action: 'deny', cidr: '0.0.0.0/0', protocol: '-1' }] })],
  ['network ACL lets in before it refuses', 'internet', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAcl: [{ rule: 90, action: 'allow', cidr: '0.0.0.0/0', protocol: '-1' }, { rule: 100, action: 'deny', cidr: '0.0.0.0/0', protocol: '-1' }] })],
  ['the group of the service admits the load balancer', 'internet', (w) => service(w, { securityGroups: ['sg-app'] }).node(SG('sg-app'), { ingress: [{ protocol: 'tcp', fromPort: 8080, toPort: 8080, securityGroups: ['sg-web'] }] })],
  ['the group of the service does not admit it', 'none', (w) => service(w, { securityGroups: ['sg-app'] }).node(SG('sg-app'), { ingress: [{ protocol: 'tcp', fromPort: 22, toPort: 22, securityGroups: ['sg-web'] }] })],
  ['no task is wanted', 'none', (w) => service(w, { desiredCount: 0, runningCount: 0 })],
  ['inactive', 'none', (w) => service(w, { status: 'INACTIVE' })],
  ['public address beside the load balancer', 'internet', (w) => service(w.node(LB, { ...BALANCER, scheme: 'internal' }, 2), { assignPublicIp: true, securityGroups: ['sg-app'] }).node(SG('sg-app'), { ingress: [{ protocol: '-1', cidrs: ['0.0.0.0/0'] }] })],
  // rules, weights, targets
  ['rule by header that anyone can send', 'internet', (w) => w.node(RULE, { conditions: [{ field: 'http-header', values: ['X-Api-Version: 2'] }] }, 2)],
  ['rule by a secret header, no door known', 'limited', (w) => w.node(RULE, { conditions: [{ field: 'http-header', values: ['X-Origin-Verify: *'] }] }, 2)],
  ['source ranges of rule and group that share nothing', 'none', (w) => w.node(SG('sg-web'), ingress('198.51.100.0/24'), 2).node(RULE, { conditions: [{ field: 'source-ip', values: ['203.0.113.0/28'] }] }, 2)],
  ['source ranges of rule and group that overlap', 'limited', (w) => w.node(SG('sg-web'), ingress('203.0.113.0/24'), 2).node(RULE, { conditions: [{ field: 'source-ip', values: ['203.0.113.0/28', '10.0.0.0/8'] }] }, 2)],
  ['forward of weight 0', 'none', () => weighted(0)],
  ['forward of weight 1', 'internet', () => weighted(1)],
  ['authentication "none"', 'internet', (w) => w.node(RULE, { authentication: 'none' }, 2)],
  ['all targets unhealthy: fails open', 'internet', (w) => w.node(GROUP, { targets: [{ id: 'a', health: 'unhealthy' }, { id: 'b', health: 'unhealthy' }] }, 2)],
  ['all targets unhealthy where nothing fails open', 'none', (w) => w.node(GROUP, { failOpen: false, targets: [{ id: 'a', health: 'unhealthy' }] }, 2)],
  ['all targets draining', 'none', (w) => w.node(GROUP, { targets: [{ id: 'a', health: 'draining' }] }, 2)],
  ['ten thousand targets', 'internet', (w) => w.node(GROUP, { targets: Array.from({ length: 10_000 }, (_, i) => ({ id: `10.0.${i >> 8}.${i & 255}`, health: i ? 'unhealthy' : 'healthy' })) }, 2)],
  ['ten thousand targets as counts', 'internet', (w) => w.node(GROUP, { targets: [], targetCount: 10_000, targetHealth: { healthy: 1, unhealthy: 9999 } }, 2)],
  ['targets not observed', 'internet', (w) => w.node(GROUP, { port: 8080 }, 2)],
  // the load balancer
  ['failed to start', 'none', (w) => w.node(LB, { ...BALANCER, state: 'failed' }, 2)],
  ['gone', 'none', (w) => retired(w)],
  ['IPv4 only, group open to IPv6 only', 'none', (w) => w.node(LB, { ...BALANCER, ipAddressType: 'ipv4' }, 2).node(SG('sg-web'), ingress('::/0'), 2)],
  ['UDP listener, group open to TCP only', 'none', (w) => w.node(LISTENER, { port: 443, protocol: 'UDP' }, 2)],
  ['no groups, but ranges (Kubernetes): all', 'internet', (w) => w.node(LB, { addresses: ['203.0.113.9'], allowedCidrs: ['0.0.0.0/0'] }, 2)],
  ['no groups, but ranges (Kubernetes): one office', 'limited', (w) => w.node(LB, { scheme: 'internet-facing', allowedCidrs: ['198.51.100.0/24'] }, 2)],
  ['private address instead of a scheme', 'internal', (w) => w.node(LB, { addresses: ['10.1.2.3'], allowedCidrs: ['0.0.0.0/0'] }, 2)],
  ['a range that cannot be read', 'unknown', (w) => w.node(SG('sg-web'), ingress('nonsense'), 2)],
  ['a range that cannot be read beside an office', 'limited', (w) => w.node(SG('sg-web'), ingress('nonsense', '198.51.100.0/24'), 2)],
  ['a thousand ranges that are the internet together', 'internet', (w) => w.node(SG('sg-web'), ingress(...Array.from({ length: 256 }, (_, i) => `60.${i}.0.0/16`)), 2)],
  // the network
  ['answers cannot leave the subnet', 'none', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAcl: [allow(1)], networkAclEgress: [{ rule: 1, action: 'deny', cidr: '0.0.0.0/0', protocol: 'tcp', fromPort: 1024, toPort: 65535 }, allow(2)] })],
  ['answers may leave to some ports', 'internet', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAclEgress: [{ rule: 1, action: 'allow', cidr: '0.0.0.0/0', protocol: 'tcp', fromPort: 32768, toPort: 61000 }] })],
  ['network ACL lets one range in', 'limited', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAcl: [{ ...allow(1), cidr: '198.51.100.0/24' }, { rule: '*', action: 'deny', cidr: '0.0.0.0/0', protocol: '-1' }] })],
  ['network ACL refuses both halves first', 'none', (w) => w.node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, networkAcl: [{ ...allow(1), action: 'deny', cidr: '0.0.0.0/1' }, { ...allow(2), action: 'deny', cidr: '128.0.0.0/1' }, allow(3)] })],
  ['the group of the service admits other addresses only', 'none', (w) => service(w, { securityGroups: ['sg-app'] }).node(SG('sg-app'), { ingress: [{ protocol: '-1', cidrs: ['10.9.0.0/16'] }] }).node(LB, { ...BALANCER, subnets: ['s-1'] }, 2).node(SUBNET('s-1'), { internetGateway: true, cidr: '10.0.0.0/24' })],
  // doors
  ['CloudFront only, no distribution known', 'limited', (w) => w.node(SG('sg-web'), cloudFrontOnly, 2)],
  ['CloudFront only, its distribution is public', 'internet', (w) => door(w.node(SG('sg-web'), cloudFrontOnly, 2), { public: true })],
  ['CloudFront only, its distribution has a firewall for one office', 'limited', (w) => door(w.node(SG('sg-web'), cloudFrontOnly, 2), { public: true, waf: { defaultAction: 'block', allowedCidrs: ['198.51.100.0/24'] } })],
  ['CloudFront only, its distribution is switched off', 'limited', (w) => door(w.node(SG('sg-web'), cloudFrontOnly, 2), { public: true, enabled: false }).link(LB, 'resolves-to', 'endpoint:direct.example.com')],
  ['an open balancer behind a distribution with a firewall: its own name passes by it', 'internet', (w) => door(w, { public: true, waf: { defaultAction: 'block', allowedCidrs: ['198.51.100.0/24'] } }).link(DOOR, 'resolves-to', 'endpoint:shop.example.com')],
  ['a distribution, named as an endpoint, behind the name of an internal balancer', 'internet', (w) => w.node(LB, { ...BALANCER, scheme: 'internal' }, 2).link('endpoint:pay.example.com', 'resolves-to', 'endpoint:d1.cloudfront.net').node('endpoint:d1.cloudfront.net', { public: true, enabled: true }).link('endpoint:d1.cloudfront.net', 'resolves-to', 'endpoint:shop.example.com')],
  ['a secret header that the door adds', 'internet', (w) => door(w.node(RULE, { conditions: [{ field: 'http-header', values: ['X-Origin-Verify: s'] }] }, 2), { public: true })],
  ['a door with an authorizer before an internal load balancer', 'limited', (w) => door(w.node(LB, { ...BALANCER, scheme: 'internal' }, 2), { public: true, authentication: 'jwt' })],
  ['a private door before an internal load balancer', 'internal', (w) => door(w.node(LB, { ...BALANCER, scheme: 'internal' }, 2), { public: false })],
  ['a door that an unobserved group may not let in', 'unknown', (w) => door(w.node(LB, { ...BALANCER, scheme: 'internal', securityGroups: ['sg-x'] }, 2), { public: true })],
  ['a network load balancer before an internal application one', 'internet', (w) => behindNetwork(w, { scheme: 'internet-facing', type: 'network', securityGroups: [] })],
  ['an internal network load balancer before an internal application one', 'internal', (w) => behindNetwork(w, { scheme: 'internal', type: 'network', securityGroups: [] })],
  ['a public door before an internal load balancer', 'internet', (w) => w.node(LB, { ...BALANCER, scheme: 'internal' }, 2).link(LB, 'resolves-to', 'cloud-resource:arn:aws:cloudfront::1:distribution/x').node('cloud-resource:arn:aws:cloudfront::1:distribution/x', { public: true })],
];

const cloudFrontOnly = { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, prefixLists: ['com.amazonaws.global.cloudfront.origin-facing'] }] };
const allow = (rule: number): Record<string, unknown> => ({ rule, action: 'allow', cidr: '0.0.0.0/0', protocol: '-1' });
const DOOR = 'cloud-resource:arn:aws:cloudfront::1:distribution/x';
const door = (world: MemoryWorld, attributes: Record<string, unknown>): MemoryWorld => world.link(LB, 'resolves-to', DOOR).node(DOOR, attributes);

function weighted(weight: number): MemoryWorld {
  const world = payWorld();
  for (const [key, claim] of world.claims) if (claim.from === urn(GROUP) && claim.kind === 'routes-to') world.claims.set(key, { ...claim, evidence: { weight } });
  return world;
}

function retired(world: MemoryWorld): MemoryWorld {
  for (const [key, claim] of world.assetClaims) if (claim.urn === urn(LB)) world.assetClaims.set(key, { ...claim, endedAt: 9 });
  return world;
}

function behindNetwork(world: MemoryWorld, attributes: Record<string, unknown>): MemoryWorld {
  const [group, listener, outer] = [`target-group:${ELB}:targetgroup/outer/1`, `listener:${ELB}:listener/net/outer/1/2`, `lb:${ELB}:loadbalancer/net/outer/1`];
  return world.node(LB, { ...BALANCER, scheme: 'internal' }, 2).link(LB, 'routes-to', group).link(group, 'routes-to', listener).link(listener, 'listens-on', outer)
    .node(listener, { port: 443, protocol: 'TCP' }).node(outer, attributes);
}

function service(world: MemoryWorld, attributes: Record<string, unknown>): MemoryWorld {
  return world.node(SERVICE, { name: 'pay', desiredCount: 2, assignPublicIp: false, loadBalancers: ['x'], ...attributes }, 2);
}

function withoutBalancer(): MemoryWorld {
  const world = payWorld();
  for (const key of world.assetClaims.keys()) if (key.startsWith('lb:')) world.assetClaims.delete(key);
  return world;
}

async function exposureIn(world: MemoryWorld, name = SERVICE): Promise<{ exposure: Exposure; path: readonly string[]; audience: readonly string[]; reasons: readonly string[] }> {
  const { states } = await serviceStates(world.graph(), [urn(name)], EMPTY_MODEL);
  return states[0]?.exposure ?? { exposure: 'unknown', path: [], audience: [], reasons: [] };
}

describe('exposure: the truth table', () => {
  it.each(TABLE)('%s: %s', async (_name, expected, change) => {
    expect((await exposureIn(change(payWorld()))).exposure).toBe(expected);
  });

  it('gives the path from the service to the endpoint as proof, and with whom it is limited to', async () => {
    const found = await exposureIn(payWorld().node(SG('sg-web'), ingress('198.51.100.0/24'), 2));
    expect(found.path[0]).toBe(urn(SERVICE));
    expect(found.path.at(-1)).toBe('endpoint:pay.example.com');
    expect(found.audience).toEqual(['198.51.100.0/24']);
  });

  const API = 'cloud-resource:arn:aws:apigateway:eu-central-1::/restapis/x';
  const taskWorld = (attributes: Record<string, unknown>): MemoryWorld => {
    const task = 'task:arn:aws:ecs:eu-central-1:111122223333:task/prod/1';
    return lonely({ name: 'pay' }).link(task, 'part-of', SERVICE).node(task, attributes).node(SG('sg'), ingress('0.0.0.0/0'));
  };
  const lonely = (attributes: Record<string, unknown>): MemoryWorld => new MemoryWorld().node(SERVICE, attributes);
  it.each([
    ['nothing observed', 'unknown', new MemoryWorld()],
    ['public address, open group', 'internet', lonely({ assignPublicIp: true, securityGroups: ['sg'] }).node(SG('sg'), ingress('0.0.0.0/0'))],
    ['public address, unobserved group', 'unknown', lonely({ assignPublicIp: true, securityGroups: ['sg'] })],
    ['private address, no load balancer, group with members', 'internal', lonely({ assignPublicIp: false, loadBalancers: [], securityGroups: ['sg'] }).node(SG('sg'), ingress('10.0.0.0/8'))],
    ['private address, no load balancer, closed group', 'none', lonely({ assignPublicIp: false, loadBalancers: [], securityGroups: ['sg'] }).node(SG('sg'), { ingress: [] })],
    ['private address, a load balancer to which no way was observed', 'unknown', lonely({ assignPublicIp: false, loadBalancers: ['arn'] })],
    ['a task with a public address, open group', 'internet', taskWorld({ publicIp: '203.0.113.5', securityGroups: ['sg'] })],
    ['a task with a private address', 'unknown', taskWorld({ publicIp: '10.0.0.5', securityGroups: ['sg'] })],
    ['function URL without authentication', 'internet', lonely({ functionUrl: { authType: 'NONE' } })],
    ['function URL with IAM', 'limited', lonely({ functionUrl: { authType: 'AWS_IAM' } })],
    ['function URL, authentication not observed', 'unknown', lonely({ functionUrl: {} })],
    ['function behind a public API', 'internet', lonely({}).link(SERVICE, 'routes-to', API).node(API, { public: true })],
    ['function behind a public API with an authorizer', 'limited', lonely({}).link(SERVICE, 'routes-to', API).node(API, { public: true, authentication: 'cognito' })],
    ['function behind a private API', 'internal', lonely({}).link(SERVICE, 'routes-to', API).node(API, { public: false })],
    ['function behind an API of which nothing is known', 'unknown', lonely({}).link(SERVICE, 'routes-to', API).node(API, {})],
    ['private address, load balancers not observed', 'unknown', lonely({ assignPublicIp: false, securityGroups: ['sg'] }).node(SG('sg'), ingress('10.0.0.0/8'))],
  ] as const)('without a load balancer: %s: %s', async (_name, expected, world) => {
    expect((await exposureIn(world)).exposure).toBe(expected);
  });

  it('a durable service is as exposed as its runtimes', async () => {
    const world = payWorld().link(SERVICE, 'member-of', 'service:pay', { method: 'manual' });
    expect((await exposureIn(world, 'service:pay')).exposure).toBe('internet');
  });

  it('an ARN that repeats in two partitions is two: groups of one say nothing of the other', async () => {
    const china = (text: string): string => text.replaceAll('arn:aws:', 'arn:aws-cn:');
    const world = payWorld();
    for (const claim of payWorld().claims.values()) world.link(china(claim.from), claim.kind, china(claim.to));
    for (const claim of payWorld().assetClaims.values()) if (!claim.urn.includes('security-group')) world.node(china(claim.urn), claim.attributes);
    world.node(china(SG('sg-web')), ingress('10.0.0.0/8'));
    expect((await exposureIn(world)).exposure).toBe('internet');
    const other = await exposureIn(world, china(SERVICE));
    expect(other.exposure).toBe('internal');
    expect(other.path.filter((node) => node.includes('arn:aws:'))).toEqual([]);
  });

  it('names what is limited by conditions, and joins the audiences of several limited ways', async () => {
    expect((await exposureIn(payWorld().node(RULE, { authentication: 'oidc' }, 2))).audience).toEqual(['authenticated: oidc']);
    const both = payWorld().node(SG('sg-web'), cloudFrontOnly, 2);
    expect((await exposureIn(door(both, { public: true, authentication: 'signed URLs' }))).audience).toEqual(expect.arrayContaining(['through CloudFront', 'authenticated: signed URLs']));
  });
});
