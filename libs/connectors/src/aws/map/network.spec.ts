import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_ATTRIBUTES, saying } from '../say.js';
import { aclRules, fitRules, hasInternetRoute, routesOf, securityGroupFacts, type IngressRule } from './ec2.js';
import { authenticationOf, forwardsOf, listenerFacts, loadBalancerFacts, ruleFacts } from './elb.js';
import { apiFacts, distributionFacts, functionFacts, hostOf, recordFacts } from './front.js';
import { allowedSets, defaultAction } from '../scopes/firewall.js';

const PLACE = { partition: 'aws', account: '111122223333', region: 'eu-central-1' };
const say = saying(new Date('2026-03-01T00:00:00Z'));
const ELB = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333';
const linksOf = (facts: ReturnType<typeof recordFacts>): string[] => facts.flatMap((fact) => ('link' in fact ? [`${fact.link.from} ${fact.link.kind} ${fact.link.to}`] : []));
const first = (facts: ReturnType<typeof recordFacts>): Readonly<Record<string, unknown>> => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.attributes] : []))[0] ?? {};

describe('security groups', () => {
  it('take over addresses, other groups (those of peers by their ARN), and prefix lists', () => {
    const [fact] = securityGroupFacts(say, PLACE, { GroupId: 'sg-1', IpPermissions: [{
      IpProtocol: '6', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '198.51.100.0/24' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      UserIdGroupPairs: [{ GroupId: 'sg-2', UserId: '111122223333' }, { GroupId: 'sg-3', UserId: '999988887777' }], PrefixListIds: [{ PrefixListId: 'pl-1' }, { PrefixListId: 'pl-2' }, { PrefixListId: 'pl-3' }],
    }] }, new Map([['pl-1', { name: 'office', cidrs: ['203.0.113.0/24'] }], ['pl-2', { name: 'com.amazonaws.global.cloudfront.origin-facing', cidrs: undefined }]]));
    expect(fact).toMatchObject({ asset: { attributes: { ingress: [{
      protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['198.51.100.0/24', '::/0', '203.0.113.0/24'],
      securityGroups: ['sg-2', 'arn:aws:ec2:eu-central-1:999988887777:security-group/sg-3'], prefixLists: ['com.amazonaws.global.cloudfront.origin-facing', 'pl-3'],
    }] } } });
  });

  const rule = fc.record({
    protocol: fc.constantFrom('tcp', 'udp', '-1'), fromPort: fc.nat(65_535), toPort: fc.nat(65_535),
    cidrs: fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 0, max: 32 })).map(([a, b, prefix]) => `${a}.${b}.0.0/${prefix}`), { maxLength: 60 }),
    securityGroups: fc.array(fc.stringMatching(/^sg-[0-9a-f]{8}$/), { maxLength: 3 }),
  });
  it('that are too large for a fact keep every group and the widest ranges: nothing left out is wider than what is kept', () => {
    fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 60 }), (rules: IngressRule[]) => {
      const { rules: kept, left } = fitRules(rules);
      expect(JSON.stringify(kept).length).toBeLessThan(MAX_ATTRIBUTES);
      if (left === 0) return;
      const prefixes = (of: readonly IngressRule[]): number[] => of.flatMap(({ cidrs }) => cidrs.map((cidr) => Number(cidr.split('/')[1])));
      const counts = new Map<number, number>();
      for (const prefix of prefixes(rules)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      for (const prefix of prefixes(kept)) counts.set(prefix, (counts.get(prefix) ?? 0) - 1);
      const widestLeft = Math.min(...[...counts].filter(([, count]) => count > 0).map(([prefix]) => prefix));
      expect(Math.max(...prefixes(kept))).toBeLessThanOrEqual(widestLeft);
      expect(new Set(kept.flatMap(({ securityGroups }) => securityGroups))).toEqual(new Set(rules.flatMap(({ securityGroups }) => securityGroups)));
    }), { numRuns: 60 });
  });
});

describe('subnets', () => {
  const main = { VpcId: 'v', Associations: [{ Main: true }], Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', State: 'active' as const }] };
  const own = { VpcId: 'v', Associations: [{ SubnetId: 's' }], Routes: [{ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }] };
  it('use their own table, else the main one of their VPC', () => {
    expect([routesOf({ SubnetId: 's', VpcId: 'v' }, [main, own]), routesOf({ SubnetId: 't', VpcId: 'v' }, [main, own]), routesOf({ SubnetId: 's2', VpcId: 'w' }, [main, own])]).toEqual([own, main, undefined]);
  });
  it('are reached by an internet gateway, not by NAT, a black hole or a narrower route', () => {
    const route = (over: object): boolean => hasInternetRoute({ Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', ...over }] });
    expect([hasInternetRoute(main), hasInternetRoute(own), route({ State: 'blackhole' }), route({ DestinationCidrBlock: '10.0.0.0/8' }), route({ DestinationCidrBlock: undefined, DestinationIpv6CidrBlock: '::/0' }), route({ GatewayId: 'vgw-1' })]).toEqual([true, false, false, false, true, false]);
  });
  it('have the rules of their network ACL in order, each way apart', () => {
    const acl = { Entries: [{ RuleNumber: 32767, Egress: false, RuleAction: 'deny' as const, Protocol: '-1', CidrBlock: '0.0.0.0/0' }, { RuleNumber: 100, Egress: false, RuleAction: 'allow' as const, Protocol: '6', CidrBlock: '10.0.0.0/8', PortRange: { From: 1, To: 2 } }, { RuleNumber: 1, Egress: true, RuleAction: 'allow' as const }] };
    expect(aclRules(acl, false)).toEqual([{ rule: 100, action: 'allow', cidr: '10.0.0.0/8', protocol: 'tcp', fromPort: 1, toPort: 2 }, { rule: 32767, action: 'deny', cidr: '0.0.0.0/0', protocol: '-1' }]);
    expect(aclRules(acl, true)).toHaveLength(1);
  });
});

describe('load balancers', () => {
  const target = (name: string): string => `${ELB}:targetgroup/${name}/1`;
  it('a network load balancer without groups has none; of an application load balancer they were not observed', () => {
    const groups = (Type: 'network' | 'application'): unknown => first(loadBalancerFacts(say, PLACE, { LoadBalancerArn: `${ELB}:loadbalancer/net/a/1`, Type }, undefined, undefined))['securityGroups'];
    expect([groups('network'), groups('application')]).toEqual([[], undefined]);
  });
  it('a network listener forwards by itself, an application listener by its rules', () => {
    const listener = { ListenerArn: `${ELB}:listener/net/a/1/2`, LoadBalancerArn: `${ELB}:loadbalancer/net/a/1`, DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: target('x') }] };
    expect(linksOf(listenerFacts(say, listener, false))).toContain(`target-group:${target('x')} routes-to listener:${listener.ListenerArn}`);
    expect(linksOf(listenerFacts(say, listener, true))).toEqual([`listener:${listener.ListenerArn} listens-on lb:${listener.LoadBalancerArn}`]);
  });
  it('authentication counts unless it lets strangers through; that of one rule is not that of another', () => {
    const oidc = (OnUnauthenticatedRequest?: 'allow' | 'authenticate') => [{ Type: 'authenticate-oidc' as const, AuthenticateOidcConfig: { OnUnauthenticatedRequest, Issuer: '', AuthorizationEndpoint: '', TokenEndpoint: '', UserInfoEndpoint: '', ClientId: '' } }];
    expect([authenticationOf(oidc()), authenticationOf(oidc('allow')), authenticationOf([{ Type: 'authenticate-cognito' }]), authenticationOf([{ Type: 'forward' }])]).toEqual(['oidc', undefined, 'cognito', undefined]);
    const listener = `${ELB}:listener/app/a/1/2`;
    const facts = ruleFacts(say, { RuleArn: listener.replace(':listener/', ':listener-rule/') + '/3', IsDefault: true, Actions: [...oidc(), { Type: 'forward', TargetGroupArn: target('x') }] }, listener);
    expect(first(facts)).toMatchObject({ priority: 'default', authentication: 'oidc', actionType: 'forward' });
    expect(linksOf(facts)).toEqual([`listener-rule:${listener.replace(':listener/', ':listener-rule/')}/3 part-of listener:${listener}`, `target-group:${target('x')} routes-to listener-rule:${listener.replace(':listener/', ':listener-rule/')}/3`]);
  });
  it('weights are the whole truth where they are given', () => {
    expect(forwardsOf([{ Type: 'forward', TargetGroupArn: target('x'), ForwardConfig: { TargetGroups: [{ TargetGroupArn: target('x'), Weight: 0 }, { TargetGroupArn: target('y'), Weight: 1 }] } }])).toEqual([{ targetGroup: target('x'), weight: 0 }, { targetGroup: target('y'), weight: 1 }]);
    expect(forwardsOf([{ Type: 'redirect' }])).toEqual([]);
  });
  it('a web ACL lets through the sets that a rule allows by themselves', () => {
    const ARN = (name: string): string => `arn:aws:wafv2:eu-central-1:1:regional/ipset/${name}/id-${name}`;
    const set = (name: string) => ({ IPSetReferenceStatement: { ARN: ARN(name) } });
    const rule = (Statement: object, Action: object) => ({ Name: 'r', Priority: 0, VisibilityConfig: undefined, Statement, Action });
    const acl = { Name: 'a', Id: '1', ARN: 'x', VisibilityConfig: undefined, DefaultAction: { Block: {} }, Rules: [rule(set('office'), { Allow: {} }), rule(set('bad'), { Block: {} }), rule({ OrStatement: { Statements: [set('vpn'), set('lab')] } }, { Allow: {} }), rule({ AndStatement: { Statements: [set('narrow')] } }, { Allow: {} })] };
    expect([defaultAction(acl), allowedSets(acl).map(({ name }) => name)]).toEqual(['block', ['office', 'vpn', 'lab']]);
  });
});

describe('what stands in front', () => {
  const LB = 'shop-1.eu-central-1.elb.amazonaws.com';
  it.each([['dualstack.Shop-1.eu-central-1.elb.amazonaws.com.', LB], ['https://abc.lambda-url.eu-central-1.on.aws/', 'abc.lambda-url.eu-central-1.on.aws'], ['\\052.example.org.', '*.example.org'], ['', ''], ['bad name.org', ''], ['localhost', '']])('%j is %j', (name, host) => {
    expect(hostOf(name)).toBe(host);
  });
  it('names that lead to load balancers, by alias or CNAME; others are passed over', () => {
    const alias = (DNSName: string) => ({ Name: 'shop.example.org.', Type: 'A' as const, AliasTarget: { DNSName, HostedZoneId: 'Z', EvaluateTargetHealth: false } });
    expect(linksOf(recordFacts(say, alias(`dualstack.${LB}.`), false))).toEqual([`endpoint:${LB} resolves-to endpoint:shop.example.org`]);
    expect(linksOf(recordFacts(say, { Name: 'www.example.org.', Type: 'CNAME', ResourceRecords: [{ Value: `${LB}.` }] }, false))).toEqual([`endpoint:${LB} resolves-to endpoint:www.example.org`]);
    expect(recordFacts(say, alias('s3-website.eu-central-1.amazonaws.com'), false)).toEqual([]);
    expect(recordFacts(say, { Name: 'a.example.org.', Type: 'A', ResourceRecords: [{ Value: '203.0.113.1' }] }, false)).toEqual([]);
    expect(first(recordFacts(say, alias(LB), true))).toMatchObject({ dnsPublic: false });
  });
  it('a distribution is public, in front of its origins, behind its aliases', () => {
    const facts = distributionFacts(say, { DomainName: 'd1.cloudfront.net', Enabled: true, Origins: { Items: [{ Id: '1', DomainName: LB }], Quantity: 1 }, Aliases: { Items: ['Shop.example.org'], Quantity: 1 } } as Parameters<typeof distributionFacts>[1], undefined);
    expect(first(facts)).toMatchObject({ public: true, enabled: true });
    expect(linksOf(facts)).toEqual([`endpoint:${LB} resolves-to endpoint:d1.cloudfront.net`, 'endpoint:d1.cloudfront.net resolves-to endpoint:shop.example.org']);
  });
  it('a function runs the digest that Lambda resolved; its address may ask for IAM', () => {
    const configuration = { FunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:pay:live', FunctionName: 'pay', LastModified: '2026-01-01T00:00:00.000+0000' };
    const image = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay@sha256:${'a'.repeat(64)}`;
    const facts = functionFacts(say, { configuration, image, tags: { team: 'payments' }, urls: [{ FunctionUrl: 'https://x.lambda-url.eu-central-1.on.aws/', AuthType: 'AWS_IAM', FunctionArn: undefined, CreationTime: undefined, LastModifiedTime: undefined }] });
    expect(first(facts)).toMatchObject({ functionUrl: { authType: 'AWS_IAM' }, tags: { team: 'payments' } });
    expect(linksOf(facts)).toEqual([`image:${image} runs-as service:arn:aws:lambda:eu-central-1:111122223333:function:pay`, 'service:arn:aws:lambda:eu-central-1:111122223333:function:pay resolves-to endpoint:x.lambda-url.eu-central-1.on.aws']);
    expect(Object.keys(first(functionFacts(say, { configuration, image, tags: undefined, urls: undefined })))).not.toContain('assignPublicIp');
  });
  it('an API asks for authentication only if every route does', () => {
    const api = (...kinds: ('NONE' | 'JWT')[]) => apiFacts(say, { ApiEndpoint: 'https://a1.execute-api.eu-central-1.amazonaws.com', Name: 'shop' } as Parameters<typeof apiFacts>[1], [
      { IntegrationUri: 'arn:aws:lambda:eu-central-1:111122223333:function:pay' }, { IntegrationUri: `${ELB}:listener/app/a/1/2` }, { IntegrationUri: `http://${LB}/x` }, { IntegrationUri: 'https://example.org/' },
    ], kinds.map((AuthorizationType) => ({ AuthorizationType, RouteKey: 'GET /' })));
    expect([api('JWT', 'JWT'), api('JWT', 'NONE'), api()].map((facts) => first(facts)['authentication'])).toEqual(['jwt', undefined, undefined]);
    expect(linksOf(api()).map((link) => link.split(' ')[0])).toEqual(['service:arn:aws:lambda:eu-central-1:111122223333:function:pay', `lb:${ELB}:loadbalancer/app/a/1`, `endpoint:${LB}`]);
  });
});
