import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Exposure } from '@throughline/domain';
import { ELB, MemoryWorld, payWorld, SERVICE, SG, SUBNET } from '../../test/support/memory-world.js';
import { audienceOf, contains, parseCidr } from './network.js';
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
  ['a public door before an internal load balancer', 'internet', (w) => w.node(LB, { ...BALANCER, scheme: 'internal' }, 2).link(LB, 'resolves-to', 'cloud-resource:arn:aws:cloudfront::1:distribution/x').node('cloud-resource:arn:aws:cloudfront::1:distribution/x', { public: true })],
];

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

  const lonely = (attributes: Record<string, unknown>): MemoryWorld => new MemoryWorld().node(SERVICE, attributes);
  it.each([
    ['nothing observed', 'unknown', new MemoryWorld()],
    ['public address, open group', 'internet', lonely({ assignPublicIp: true, securityGroups: ['sg'] }).node(SG('sg'), ingress('0.0.0.0/0'))],
    ['public address, unobserved group', 'unknown', lonely({ assignPublicIp: true, securityGroups: ['sg'] })],
    ['private address, no load balancer, group with members', 'internal', lonely({ assignPublicIp: false, loadBalancers: [], securityGroups: ['sg'] }).node(SG('sg'), ingress('10.0.0.0/8'))],
    ['private address, no load balancer, closed group', 'none', lonely({ assignPublicIp: false, loadBalancers: [], securityGroups: ['sg'] }).node(SG('sg'), { ingress: [] })],
    ['private address, load balancers not observed', 'unknown', lonely({ assignPublicIp: false, securityGroups: ['sg'] }).node(SG('sg'), ingress('10.0.0.0/8'))],
  ] as const)('without a load balancer: %s: %s', async (_name, expected, world) => {
    expect((await exposureIn(world)).exposure).toBe(expected);
  });

  it('a durable service is as exposed as its runtimes', async () => {
    const world = payWorld().link(SERVICE, 'member-of', 'service:pay', { method: 'manual' });
    expect((await exposureIn(world, 'service:pay')).exposure).toBe('internet');
  });
});

describe('ranges', () => {
  it.each([
    ['0.0.0.0/0', 'internet'], ['::/0', 'internet'], ['10.2.3.4/32', 'private'], ['172.16.0.0/12', 'private'], ['172.32.0.0/16', 'public-range'],
    ['8.8.8.8', 'public-range'], ['fd00::/8', 'private'], ['2001:db8::1', 'public-range'], ['64.0.0.0/2', 'internet'],
    ['300.1.1.1/8', undefined], ['1.2.3.4/33', undefined], ['::1::2', undefined], ['', undefined],
  ])('%s is %s', (range, audience) => expect(audienceOf(range)).toBe(audience));

  it('containment', () => {
    const [wide, narrow] = [parseCidr('10.0.0.0/8'), parseCidr('10.9.0.0/16')];
    if (!wide || !narrow) throw new Error('unreadable');
    expect([contains(wide, narrow), contains(narrow, wide)]).toEqual([true, false]);
  });
});
