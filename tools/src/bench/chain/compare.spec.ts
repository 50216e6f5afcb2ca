import { describe, expect, it } from '@jest/globals';
import type { Exposure } from '@throughline/domain';
import { judge, type MissKind } from './compare.js';
import { figuresOf, share } from './figures.js';
import type { ServicePlan } from './fleet.js';
import { observe, type TraceAnswer, type TraceLink } from './observe.js';
import { planFleet } from './plan.js';
import type { ServiceTruth } from './truth.js';
import { truthsOf } from './truths.js';

const fleet = planFleet('spec', 230, new Date('2026-03-01T00:00:00Z'));
const truths = truthsOf(fleet);
const link = (from: string, to: string, kind: string, over: Partial<TraceLink> = {}): TraceLink => ({ from, to, kind, method: 'api', verified: false, confidence: 0.98, validTo: null, ...over });

/** The trace that a platform gives that knows all, and says no more than the evidence allows. */
function perfect(plan: ServicePlan, truth: ServiceTruth): TraceAnswer {
  const service = `service:${truth.service}`;
  const { source } = truth;
  const image = `image:${plan.name}@${truth.image[0] ?? ''}`;
  const produced = (from: string, over: Partial<TraceLink> = {}): TraceLink => link(from, image, 'produced', { method: source.verified ? 'attestation' : 'oci-label', verified: source.verified, ...over });
  const commit = `commit:${source.repository ?? ''}@${source.commit ?? ''}`;
  const origin = source.rivals ? source.rivals.map((rival) => produced(rival.includes('/') ? `repo:${rival}` : `commit:github.com/x/y@${rival}`, { confidence: 0.49 }))
    : source.evident.includes('build') ? [produced(`build:${source.build ?? ''}`), link(commit, `build:${source.build ?? ''}`, 'built-by')]
      : source.evident.includes('commit') ? [produced(commit)] : source.evident.includes('repository') ? [produced(`repo:${source.repository ?? ''}`)] : [];
  const folder = source.path === undefined ? [] : [produced(`repo:${source.path}`)];
  return { nodes: [], exposure: truth.exposure, links: !truth.runs ? [] : [link(image, 'task:1', 'runs-as'), link('task:1', service, 'part-of'), ...origin, ...folder] };
}

type Change = (trace: TraceAnswer, truth: ServiceTruth) => TraceAnswer;
const unchanged: Change = (trace) => trace;
const pairs = fleet.services.map((plan, i) => ({ plan, truth: truths[i] as ServiceTruth }));
const judgeAll = (change: Change, of = pairs) => of.map(({ plan, truth }) => judge(truth, observe(truth.service, change(perfect(plan, truth), truth))));
/** Services of a situation in which something runs. */
const of = (origin: string) => pairs.filter(({ truth }) => truth.origin === origin && truth.runs);
const kinds = (change: Change, among: typeof pairs): MissKind[] => [...new Set(judgeAll(change, among).flatMap((item) => item.misses.map((miss) => miss.kind)))].sort();
const links = (change: (links: readonly TraceLink[]) => readonly TraceLink[]): Change => (trace) => ({ ...trace, links: change(trace.links) });
const produced = (over: Partial<TraceLink>): Change => links((all) => all.map((item) => (item.kind === 'produced' ? { ...item, ...over } : item)));

describe('the comparison', () => {
  it('finds nothing wrong with a platform that knows all', () => {
    const figures = figuresOf(judgeAll(unchanged), truths.map((truth) => truth.exposure));
    expect(figures.misses).toEqual([]);
    expect([figures.precision, figures.recall, figures.exposure, figures.images, figures.verified, figures.rivals].map(share)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(figures.precision.of).toBeGreaterThan(200);
    expect(figures.recall.of).toBeGreaterThan(200);
  });

  it.each<[string, string, Change, MissKind[]]>([
    ['another commit', 'labelled', produced({ from: 'commit:github.com/acme/other@0000000000000000000000000000000000000000' }), ['missing link', 'wrong claim']],
    ['no link', 'labelled', links((all) => all.filter((item) => item.kind !== 'produced')), ['missing link']],
    ['a link that is only a candidate', 'labelled', produced({ confidence: 0.49 }), ['missing link']],
    ['a link that is history', 'labelled', produced({ validTo: '2026-01-01T00:00:00Z' }), ['missing link']],
    ['verified without an attestation', 'labelled', produced({ verified: true }), ['wrong verified']],
    ['verified by a bad signature', 'bad signature', links((all) => [...all, link('commit:github.com/evil/x@11', all[0]?.from ?? '', 'produced', { verified: true })]), ['wrong claim', 'wrong verified']],
    ['verified even as a candidate', 'labelled', produced({ verified: true, confidence: 0.4 }), ['missing link', 'wrong verified']],
    ['an attestation that is not verified', 'attested', produced({ verified: false }), ['missing verified']],
    ['one of two rivals is picked', 'label against tag', links((all) => all.map((item, i) => (item.kind === 'produced' && i === 2 ? { ...item, confidence: 0.85 } : item))), ['wrong claim']],
    ['a rival is not shown', 'label against tag', links((all) => all.filter((_, i) => i !== 2)), ['rival not shown']],
    ['a source for what nobody knows', 'hand-pushed', links((all) => [...all, link('repo:github.com/acme/pay', all[0]?.from ?? '', 'produced')]), ['wrong claim']],
    ['the tag is followed instead of the digest', 're-tagged', links((all) => all.map((item) => (item.kind === 'runs-as' ? { ...item, from: 'image:x@sha256:2' } : item))), ['missing link', 'wrong image']],
    ['two images where one runs', 'rolled back', links((all) => [...all, link('image:x@sha256:2', 'task:1', 'runs-as')]), ['wrong image']],
  ])('finds %s (%s)', (_name, situation, change, expected) => {
    expect(of(situation).length).toBeGreaterThan(0);
    expect(kinds(change, of(situation))).toEqual(expect.arrayContaining(expected.filter((kind) => kind !== 'missing link')));
    expect(kinds(change, of(situation)).filter((kind) => !expected.includes(kind))).toEqual([]);
  });

  it('counts each wrong answer once, by its method and its situation', () => {
    const wrong = judgeAll(produced({ from: 'repo:github.com/acme/other', method: 'tag' }), of('labelled'));
    const figures = figuresOf(wrong, []);
    expect(share(figures.precision)).toBe(0);
    expect(figures.byMethod).toEqual([{ name: 'tag', precision: { right: 0, of: wrong.length }, recall: { right: 0, of: 0 } }]);
    expect(figures.bySituation).toEqual([{ name: 'labelled', precision: { right: 0, of: wrong.length }, recall: { right: 0, of: wrong.length * 2 } }]);
  });

  it('takes the digest of any platform of the index for the same image', () => {
    for (const { truth } of of('multi-arch, index runs')) {
      expect(truth.image).toHaveLength(3);
      expect(truth.image.map((digest) => judge(truth, { running: [digest], claimed: [], candidates: [], exposure: truth.exposure }).rightImage)).toEqual([true, true, true]);
    }
  });

  it('counts a wrong exposure where it belongs, and silence as a miss of everything', () => {
    const found = (exposure: Exposure): Change => (trace) => ({ ...trace, exposure });
    const internal = pairs.filter(({ truth }) => truth.exposure === 'internal');
    expect(kinds(found('internet'), internal)).toEqual(['wrong exposure']);
    const figures = figuresOf(judgeAll(found('internet'), internal), internal.map(() => 'internet'));
    expect(figures.confusion.get('internal')?.get('internet')).toBe(internal.length);
    const silent = figuresOf(truths.map((truth) => judge(truth, undefined)), []);
    expect([silent.recall.right, silent.exposure.right, silent.images.right, silent.verified.right, silent.rivals.right]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('the fleet', () => {
  it('is the same for the same seed, and holds every situation, in every place, at least twice', () => {
    expect(JSON.stringify(truthsOf(planFleet('spec', 230, new Date('2026-03-01T00:00:00Z'))))).toBe(JSON.stringify(truths));
    expect(JSON.stringify(truthsOf(planFleet('other', 230, new Date('2026-03-01T00:00:00Z'))))).not.toBe(JSON.stringify(truths));
    for (const name of ['origin', 'exposed'] as const) for (const [situation, items] of Map.groupBy(truths, (truth) => truth[name])) expect([situation, items.length >= 2]).toEqual([situation, true]);
    expect(new Set(truths.map((truth) => truth.exposure))).toEqual(new Set(['internet', 'limited', 'internal', 'none']));
    expect(new Set(fleet.services.map(({ place }) => `${place.account}/${place.region}`)).size).toBe(5);
  });

  it('has no two services of one image or one name', () => {
    const digests = fleet.services.flatMap((service) => service.images.running);
    expect(new Set(digests).size).toBe(digests.length);
    expect(new Set(truths.map((truth) => truth.service)).size).toBe(truths.length);
  });
});
