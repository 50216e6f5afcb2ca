import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Exposure, Urn } from '@throughline/domain';
import fc from 'fast-check';
import { ELB, SERVICE, SG, SUBNET } from '../../test/support/memory-world.js';
import type { Asset } from './assets.js';
import type { Json } from './claims.js';
import { serviceExposure } from './exposure.js';
import { exposurePeriods } from './exposure-timeline.js';
import type { AssetVersion } from './exposure-timeline.js';
import type { Link } from './links.js';
import { exposureRank } from './verdict.js';

const [GROUP, RULE, LISTENER, LB] = [`target-group:${ELB}:targetgroup/pay/1`, `listener-rule:${ELB}:listener-rule/app/web/1/2/3`, `listener:${ELB}:listener/app/web/1/2`, `lb:${ELB}:loadbalancer/app/web/1`].map(urn) as [Urn, Urn, Urn, Urn];
const DOOR = urn('cloud-resource:arn:aws:cloudfront::1:distribution/x');
const [WEB, APP, NET, PAY] = [SG('sg-web'), SG('sg-app'), SUBNET('s-1'), SERVICE].map(urn) as [Urn, Urn, Urn, Urn];

/** Every fact that the table knows, each present, absent or unobserved. */
interface Setup {
  readonly cidrs: readonly string[];
  readonly ruleRanges: readonly string[] | undefined;
  readonly authentication: string | undefined;
  readonly waf: readonly string[] | undefined;
  readonly gateway: boolean | undefined;
  readonly denied: boolean;
  readonly admits: boolean | undefined;
  readonly targets: number | undefined;
  readonly scheme: string | undefined;
  readonly door: boolean | undefined;
  readonly weight: number;
  readonly prefixList: string | undefined;
}

const ranges = fc.subarray(['0.0.0.0/0', '198.51.100.0/24', '203.0.113.0/28', '10.0.0.0/8', '::/0', 'fd00::/8', 'unreadable']);
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(some, { nil: undefined });
const setup: fc.Arbitrary<Setup> = fc.record({
  cidrs: ranges, ruleRanges: maybe(ranges), authentication: maybe(fc.constantFrom('oidc', 'none')), waf: maybe(ranges.filter((list) => list.length > 0)), gateway: maybe(fc.boolean()), denied: fc.boolean(),
  admits: maybe(fc.boolean()), targets: maybe(fc.integer({ min: 0, max: 3 })), scheme: maybe(fc.constantFrom('internet-facing', 'internal')), door: maybe(fc.boolean()),
  weight: fc.constantFrom(0, 1), prefixList: maybe(fc.constantFrom('com.amazonaws.global.cloudfront.origin-facing', 'pl-1')),
});

function factsOf(s: Setup): Map<Urn, Json> {
  return new Map<Urn, Json>([
    [PAY, { securityGroups: ['sg-app'], assignPublicIp: false, loadBalancers: ['x'] }],
    ...(s.admits === undefined ? [] : [[APP, { ingress: s.admits ? [{ protocol: '-1', securityGroups: ['sg-web'] }] : [] }] as const]),
    [GROUP, s.targets === undefined ? {} : { targets: Array.from({ length: s.targets }, (_, id) => ({ id: String(id), health: 'healthy' })) }],
    [RULE, { authentication: s.authentication, ...(s.ruleRanges ? { conditions: [{ field: 'source-ip', values: s.ruleRanges }] } : {}) }],
    [LISTENER, { port: 443, protocol: 'HTTPS' }],
    [LB, { scheme: s.scheme, type: 'application', securityGroups: ['sg-web'], subnets: ['s-1'], ...(s.waf ? { waf: { defaultAction: 'block', allowedCidrs: s.waf } } : {}) }],
    [WEB, { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: s.cidrs, prefixLists: s.prefixList ? [s.prefixList] : [] }] }],
    [NET, { internetGateway: s.gateway, ...(s.denied ? { networkAcl: [{ rule: 1, action: 'deny', cidr: '0.0.0.0/0', protocol: '-1' }] } : {}) }],
    ...(s.door === undefined ? [] : [[DOOR, { public: s.door }] as const]),
  ]);
}

const asAssets = (facts: ReadonlyMap<Urn, Json>): Map<Urn, Asset> =>
  new Map([...facts].map(([node, attributes]) => [node, { urn: node, attributes, resolved: true, firstSeen: 1, lastSeen: 1, retiredAt: null }]));

function exposureOf(s: Setup, facts: ReadonlyMap<Urn, Json> = factsOf(s)): Exposure {
  const way = [PAY, GROUP, RULE, LISTENER, LB, ...(s.door === undefined ? [] : [DOOR])];
  const silent = new Set(s.weight === 0 ? [`${GROUP}|${RULE}`] : []);
  return serviceExposure(PAY, { ways: [way], silent }, asAssets(facts)).exposure;
}

describe('exposure: properties', () => {
  const openings: readonly ((s: Setup) => Setup)[] = [
    (s) => ({ ...s, cidrs: [...s.cidrs, '0.0.0.0/0'] }), (s) => ({ ...s, cidrs: [...s.cidrs, '203.0.113.64/26'] }), (s) => ({ ...s, cidrs: [...s.cidrs, '192.168.0.0/16'] }),
    (s) => ({ ...s, ruleRanges: s.ruleRanges && [...s.ruleRanges, '0.0.0.0/0', '::/0'] }), (s) => ({ ...s, ruleRanges: undefined }), (s) => ({ ...s, authentication: undefined }),
    (s) => ({ ...s, waf: undefined }), (s) => ({ ...s, waf: s.waf && [...s.waf, '203.0.113.0/24'] }), (s) => ({ ...s, gateway: s.gateway === undefined ? undefined : true }),
    (s) => ({ ...s, denied: false }), (s) => ({ ...s, admits: s.admits === undefined ? undefined : true }), (s) => ({ ...s, targets: s.targets === undefined ? undefined : s.targets + 1 }),
    (s) => ({ ...s, door: s.door === undefined ? undefined : true }), (s) => ({ ...s, weight: 1 }),
  ];

  it('opening a rule never lowers exposure', () => {
    fc.assert(fc.property(setup, fc.constantFrom(...openings), (s, open) => {
      expect(exposureRank(exposureOf(open(s)))).toBeGreaterThanOrEqual(exposureRank(exposureOf(s)));
    }), { numRuns: 600 });
  });

  it('knowing less never gives none: a fact that is forgotten can make the answer unknown, and never a no', () => {
    fc.assert(fc.property(setup, fc.nat(), (s, which) => {
      const facts = factsOf(s);
      fc.pre(exposureOf(s) !== 'none');
      const keys = [...facts].flatMap(([node, attributes]) => ['', ...Object.keys(attributes)].map((name) => [node, name] as const));
      const [node, name] = keys[which % keys.length] as readonly [Urn, string];
      if (name === '') facts.delete(node);
      else facts.set(node, Object.fromEntries(Object.entries(facts.get(node) ?? {}).filter(([key]) => key !== name)));
      expect(exposureOf(s, facts)).not.toBe('none');
    }), { numRuns: 600 });
  });

  it('a second way never lowers exposure, and the answer does not depend on the order of ways', () => {
    fc.assert(fc.property(setup, fc.boolean(), (s, first) => {
      const ways = [[PAY, GROUP, RULE, LISTENER, LB], [PAY, GROUP, RULE, LISTENER, LB, DOOR]];
      const of = (some: Urn[][]): Exposure => serviceExposure(PAY, { ways: some }, asAssets(factsOf({ ...s, door: s.door ?? true }))).exposure;
      expect(exposureRank(of(ways))).toBeGreaterThanOrEqual(exposureRank(of([ways[first ? 0 : 1] as Urn[]])));
      expect(of(ways)).toBe(of([...ways].reverse()));
    }), { numRuns: 500 });
  });

  it('cyclic security groups end', () => {
    const facts = factsOf({ cidrs: [], ruleRanges: undefined, authentication: undefined, waf: undefined, gateway: true, denied: false, admits: true, targets: 1, scheme: 'internet-facing', door: undefined, weight: 1, prefixList: undefined });
    facts.set(WEB, { ingress: [{ protocol: '-1', securityGroups: ['sg-app'] }] }).set(APP, { ingress: [{ protocol: '-1', securityGroups: ['sg-web', 'sg-app'] }] });
    expect(serviceExposure(PAY, { ways: [[PAY, GROUP, RULE, LISTENER, LB]] }, asAssets(facts)).exposure).toBe('internal');
  });
});

describe('exposure over time: properties', () => {
  const link = (from: Urn, kind: string, to: Urn, validFrom: number, validTo: number | null = null): Link => ({ from, kind, to, method: 'api', verified: false, confidence: 1, evidence: {}, validFrom, validTo });
  const chain = [link(PAY, 'routes-to', GROUP, 1), link(GROUP, 'routes-to', RULE, 1), link(RULE, 'part-of', LISTENER, 1), link(LISTENER, 'listens-on', LB, 1)];
  const base: Setup = { cidrs: ['0.0.0.0/0'], ruleRanges: undefined, authentication: undefined, waf: undefined, gateway: true, denied: false, admits: true, targets: 1, scheme: 'internet-facing', door: undefined, weight: 1, prefixList: undefined };
  const observed = fc.array(fc.record({ at: fc.integer({ min: 2, max: 60 }), cidrs: ranges }), { minLength: 1, maxLength: 8 });
  const versionsOf = (changes: readonly { readonly at: number; readonly cidrs: readonly string[] }[]): Map<Urn, AssetVersion[]> => {
    const versions = new Map([...factsOf(base)].map(([node, attributes]) => [node, [{ from: 1, attributes, retired: false }]]));
    const unique = [...new Map(changes.map((change) => [change.at, change])).values()];
    versions.set(WEB, [...versions.get(WEB) ?? [], ...unique.map(({ at, cidrs }) => ({ from: at, attributes: { ingress: [{ protocol: '-1', cidrs }] }, retired: false }))]);
    return versions;
  };

  it('periods follow each other without gap, overlap or repetition, whatever the order in which facts are given', () => {
    fc.assert(fc.property(observed, (changes) => {
      const periods = exposurePeriods(PAY, { links: chain, versions: versionsOf(changes) }, 100);
      expect(periods[0]?.from).toBe(1);
      expect(periods.at(-1)?.to).toBeNull();
      for (const [index, period] of periods.slice(0, -1).entries()) {
        expect(period.to).toBe(periods[index + 1]?.from);
        expect(period.exposure).not.toBe(periods[index + 1]?.exposure);
      }
      const unique = [...new Map(changes.map((change) => [change.at, change])).values()];
      expect(exposurePeriods(PAY, { links: [...chain].reverse(), versions: versionsOf([...unique].reverse()) }, 100)).toEqual(periods);
    }), { numRuns: 300 });
  });

  it('25: a fact that comes late changes the past only', () => {
    fc.assert(fc.property(observed, ranges, (changes, cidrs) => {
      const newest = Math.max(...changes.map((change) => change.at));
      fc.pre(newest > 3);
      const late = { at: newest - 1, cidrs };
      const now = (all: typeof changes): Exposure | undefined => exposurePeriods(PAY, { links: chain, versions: versionsOf(all) }, 100).at(-1)?.exposure;
      expect(now([late, ...changes])).toBe(now(changes));
    }), { numRuns: 300 });
  });

  it('a link that ended ends the exposure', () => {
    const ended = [link(PAY, 'routes-to', GROUP, 1, 50), ...chain.slice(1)];
    expect(exposurePeriods(PAY, { links: ended, versions: versionsOf([]) }, 100)).toEqual([
      { service: PAY, exposure: 'internet', from: 1, to: 50 }, { service: PAY, exposure: 'unknown', from: 50, to: null },
    ]);
  });
});
