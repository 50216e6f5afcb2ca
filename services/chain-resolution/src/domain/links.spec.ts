import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { urn } from '@throughline/domain';
import { ARN, IMAGE, MemoryWorld, SERVICE, SHA } from '../../test/support/memory-world.js';
import type { TestFact } from '../../test/support/memory-world.js';
import { canonicalJson } from './canonical.js';
import { claimOf, endClaim, isOpen, mergeClaims, mergeInventoryFact } from './claims.js';
import type { LinkClaim } from './claims.js';
import { deriveLinks } from './links.js';
import { compactStarts, holdsAt, spansOf } from './timeline.js';

const deploy = (image: string, at: number, environment = 'prod', to: number | null = null): TestFact =>
  ({ link: { from: IMAGE(image), kind: 'runs-as', to: 'service:pay', method: 'deployment-record', evidence: { environment }, from_: at, to_: to } });
const current = (world: MemoryWorld): string[] => world.links().filter((link) => link.kind === 'runs-as' && link.validTo === null).map((link) => link.from);
const worldOf = (...facts: TestFact[]): MemoryWorld => facts.reduce((world, fact) => world.add(fact), new MemoryWorld());

describe('deployment records', () => {
  it('supersede each other by their time, within service, environment and image name', () => {
    expect(current(worldOf(deploy('3', 30), deploy('2', 20)))).toEqual([urn(IMAGE('3'))]);
    expect(current(worldOf(deploy('2', 20, 'staging'), deploy('3', 30)))).toEqual([urn(IMAGE('2')), urn(IMAGE('3'))]);
    const sidecar: TestFact = { link: { from: IMAGE('7', 'registry.example/proxy'), kind: 'runs-as', to: 'service:pay', method: 'deployment-record', evidence: { environment: 'prod' }, from_: 40 } };
    expect(current(worldOf(deploy('2', 20), sidecar))).toHaveLength(2);
  });

  it('a roll-out that failed gives way to the one before, which ran all the while', () => {
    const links = worldOf(deploy('2', 20), deploy('3', 30, 'prod', 33)).links().filter((link) => link.kind === 'runs-as');
    expect(links.map((link) => [link.from, link.validFrom, link.validTo]).sort()).toEqual([[IMAGE('2'), 20, 30], [IMAGE('2'), 33, null], [IMAGE('3'), 30, 33]]);
  });

  it('two at one instant are both shown', () => {
    expect(current(worldOf(deploy('2', 20), deploy('3', 20)))).toHaveLength(2);
  });
});

describe('merging of sources', () => {
  it('the strongest method speaks for the edge, the others stand beside it as witnesses', () => {
    const build = 'build:ci.example/1';
    const [link] = worldOf(
      { link: { from: build, kind: 'produced', to: IMAGE('1'), method: 'build-output', source: 'github' } },
      { link: { from: build, kind: 'produced', to: IMAGE('1'), method: 'attestation', verified: true, source: 'registry' } },
      { link: { from: build, kind: 'produced', to: IMAGE('1'), method: 'tag', source: 'guess' } },
    ).links().filter((one) => one.kind === 'produced');
    expect(link).toMatchObject({ method: 'attestation', verified: true, confidence: 1, evidence: { source: 'registry', alsoBy: [{ method: 'build-output' }, { method: 'tag' }] } });
  });

  it('the ladder: confidence by method unless given; verified for attestations only', () => {
    const confidence = (method: string, given = -1, verified = false): readonly [number, boolean] => {
      const claim = claimOf({ from: 'repo:a/b', to: IMAGE('1'), kind: 'produced', method, evidence: {}, confidence: given, verified, validFrom: 1, validTo: null, observedAt: 1 }, { source: 's', scope: '' });
      return [claim?.confidence ?? NaN, claim?.verified ?? false];
    };
    expect(['attestation', 'api', 'deployment-record', 'manual', 'oci-label', 'build-output', 'dockerfile', 'tag', 'hearsay'].map((method) => confidence(method)[0]))
      .toEqual([0.8, 0.98, 0.95, 0.9, 0.85, 0.8, 0.6, 0.55, 0.3]);
    expect(confidence('attestation', -1, true)).toEqual([1, true]);
    expect(confidence('oci-label', -1, true)).toEqual([0.85, false]);
    expect(confidence('tag', 0.2)).toEqual([0.2, false]);
  });

  it('an inventory ends what it does not hold; a later one opens it again; the same one again changes nothing', () => {
    const fact = (at: number): LinkClaim => claimOf({ from: 'image:a@sha256:1', to: SERVICE, kind: 'runs-as', method: 'api', evidence: {}, confidence: -1, verified: false, validFrom: at, validTo: null, observedAt: at }, { source: 'aws', scope: 'ecs' }) as LinkClaim;
    const first = fact(10);
    expect(mergeInventoryFact(first, fact(20))).toBe(first);
    const ended = endClaim(first, 30);
    expect(isOpen(ended)).toBe(false);
    const again = mergeInventoryFact(ended, fact(40));
    expect(spansOf([...again.starts], [...again.ends])).toEqual([{ from: 10, to: 30 }, { from: 40, to: null }]);
  });
});

const nodes = [SERVICE, 'service:pay', IMAGE('1'), IMAGE('2'), IMAGE('3'), `task:${ARN}:task/prod/1`, 'build:ci.example/1', `commit:github.com/acme/pay@${SHA('a')}`];
const anyFact: fc.Arbitrary<TestFact> = fc.oneof(
  fc.record({
    link: fc.record({
      from: fc.constantFrom(...nodes), to: fc.constantFrom(...nodes), kind: fc.constantFrom('runs-as', 'produced', 'built-by', 'contains'),
      method: fc.constantFrom('api', 'deployment-record', 'attestation', 'tag'), verified: fc.boolean(), source: fc.constantFrom('a', 'b'),
      from_: fc.integer({ min: 1, max: 40 }), to_: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }), seen: fc.integer({ min: 1, max: 60 }),
      evidence: fc.constantFrom({}, { environment: 'prod' }, { environment: 'dev' }),
    }),
  }),
  fc.record({ asset: fc.record({ urn: fc.constantFrom(...nodes), attributes: fc.constantFrom({ a: 1 }, { a: 2, b: 1 }, { tags: { x: '1' } }), seen: fc.integer({ min: 1, max: 20 }), source: fc.constantFrom('a', 'b') }) }),
);

describe('order of arrival (A12)', () => {
  it('never matters: shuffled and repeated facts give the same links and nodes', () => {
    fc.assert(fc.property(fc.array(anyFact, { maxLength: 25 }).chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2, maxLength: facts.length * 2 }))), ([facts, shuffled]) => {
      const [one, other] = [worldOf(...facts), worldOf(...shuffled)];
      expect(canonicalJson(other.links())).toBe(canonicalJson(one.links()));
      expect(canonicalJson(other.assets())).toBe(canonicalJson(one.assets()));
    }), { numRuns: 300 });
  });

  it('links of one edge never overlap, and are never empty', () => {
    fc.assert(fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
      const byEdge = Map.groupBy(worldOf(...facts).links(), (link) => `${link.from}|${link.kind}|${link.to}|${String(link.evidence['environment'] ?? '')}|${link.method === 'deployment-record'}`);
      for (const links of byEdge.values()) {
        const sorted = [...links].sort((a, b) => a.validFrom - b.validFrom);
        for (const [index, link] of sorted.entries()) {
          expect(link.validTo === null || link.validTo > link.validFrom).toBe(true);
          const next = sorted[index + 1];
          if (next) expect(link.validTo !== null && link.validTo <= next.validFrom).toBe(true);
        }
      }
    }), { numRuns: 200 });
  });

  it('at most one image a slot runs at any time, unless two began at the same instant', () => {
    const record = fc.record({ image: fc.constantFrom('1', '2', '3'), at: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(fc.property(fc.uniqueArray(record, { selector: (one) => one.at, maxLength: 20 }), fc.integer({ min: 1, max: 1100 }), (records, at) => {
      const links = worldOf(...records.map(({ image, at: when }) => deploy(image, when))).links().filter((link) => link.kind === 'runs-as');
      const running = links.filter((link) => holdsAt({ from: link.validFrom, to: link.validTo }, at)).map((link) => link.from);
      const newest = [...records].filter((one) => one.at <= at).sort((a, b) => b.at - a.at)[0];
      expect(running).toEqual(newest ? [urn(IMAGE(newest.image))] : []);
    }), { numRuns: 300 });
  });

  it('merging claims is commutative, associative and idempotent', () => {
    const claim = fc.record({ from_: fc.integer({ min: 1, max: 30 }), to: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }), seen: fc.integer({ min: 1, max: 30 }), confidence: fc.constantFrom(-1, 0.4, 0.7) })
      .map(({ from_, to, seen, confidence }) => claimOf({ from: 'repo:a/b', to: IMAGE('1'), kind: 'produced', method: 'api', evidence: { seen }, confidence, verified: false, validFrom: from_, validTo: to, observedAt: seen }, { source: 's', scope: '' }) as LinkClaim);
    fc.assert(fc.property(claim, claim, claim, (a, b, c) => {
      expect(mergeClaims(a, b)).toEqual(mergeClaims(b, a));
      expect(mergeClaims(mergeClaims(a, b), c)).toEqual(mergeClaims(a, mergeClaims(b, c)));
      expect(mergeClaims(a, a)).toEqual(a);
    }));
  });

  it('compacting many starts keeps the intervals', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 65, maxLength: 300 }), fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 5 }), (starts, ends) => {
      const sorted = [...new Set(starts)].sort((a, b) => a - b);
      expect(spansOf(compactStarts(sorted, ends), ends)).toEqual(spansOf(sorted, ends));
    }));
    expect(deriveLinks([])).toEqual([]);
  });
});
