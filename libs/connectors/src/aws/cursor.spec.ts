import { describe, expect, it } from '@jest/globals';
import { beginning, contentSince, markAfter, readCursor } from './cursor.js';
import { awsConfig } from './config.js';
import { fit, MAX_ATTRIBUTES, tagsOf } from './say.js';
import { planOf } from './plan.js';
import { requestsOf } from './collect.js';
import fc from 'fast-check';

const at = (hours: number): string => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString();

describe('since when the content of images is known', () => {
  it('nothing is, then all but a quarter of an hour, then everything is read anew after a day', () => {
    const first = markAfter(undefined, at(0));
    expect([contentSince(undefined, at(0)), contentSince(first, at(1))?.toISOString(), contentSince(first, at(24))]).toEqual([undefined, at(-0.25), undefined]);
    const second = markAfter(first, at(1));
    expect([contentSince(second, at(23))?.toISOString(), contentSince(second, at(24))]).toEqual([at(0.75), undefined]);
    expect(contentSince(markAfter(second, at(24)), at(47))?.toISOString()).toBe(at(23.75));
  });
  it('a memory that nobody can read is none', () => {
    for (const memory of [null, {}, { finished: 1 }, { finished: { a: 1, b: 'x' } }]) expect(beginning(new Date(0), 'u', memory).finished).toEqual({});
  });
  it('a cursor of another version begins anew', () => {
    expect([readCursor(null), readCursor({ v: 2 }), readCursor({ v: 1 })]).toEqual([undefined, undefined, { v: 1 }]);
  });
});

describe('the plan', () => {
  const config = awsConfig.parse({ accounts: [{ id: '111122223333' }], regions: ['eu-central-1', 'us-gov-west-1'], credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  it('reads each scope once a region, names and distributions once a partition', () => {
    const keys = planOf(config).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.endsWith('|ecs'))).toEqual(['aws:111122223333/eu-central-1|ecs', 'aws-us-gov:111122223333/us-gov-west-1|ecs']);
    expect(keys.filter((key) => key.endsWith('|route53'))).toEqual(['aws:111122223333/global|route53', 'aws-us-gov:111122223333/global|route53']);
  });
  it('what lasts has a source of its own', () => {
    expect(new Set(planOf(config).filter(({ scope }) => scope.lasting).map(({ source }) => source))).toEqual(new Set(['aws:111122223333/eu-central-1/content', 'aws-us-gov:111122223333/us-gov-west-1/content']));
  });
  it.each([[{ id: '1' }], [{ id: '111122223333', roleArn: 'role' }], [{ id: '111122223333', extra: 1 }]])('%j is no account', (account) => {
    expect(awsConfig.safeParse({ accounts: [account], regions: ['eu-central-1'] }).success).toBe(false);
  });
});

describe('attributes', () => {
  it('always fit, and say what was left out', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ maxLength: 20 }).filter((key) => key !== '__proto__' && key !== 'truncated'), fc.oneof(fc.string({ maxLength: 8000 }), fc.integer(), fc.constant(undefined)), { maxKeys: 12 }), (attributes) => {
      const kept = fit(attributes);
      expect(JSON.stringify(kept).length).toBeLessThanOrEqual(MAX_ATTRIBUTES);
      const wanted = Object.keys(attributes).filter((key) => attributes[key] !== undefined);
      expect([...Object.keys(kept).filter((key) => key !== 'truncated'), ...((kept['truncated'] as string[] | undefined) ?? [])].sort()).toEqual(wanted.sort());
    }));
  });
  it('tags that decide are found under their usual names', () => {
    const tags = (own: Record<string, string>) => tagsOf(Object.entries(own).map(([key, value]) => ({ key, value })));
    expect(tags({ Team: 'payments', 'acme:app': 'shop', ENV: 'prod', other: '1' })).toEqual({ Team: 'payments', 'acme:app': 'shop', ENV: 'prod', other: '1', team: 'payments', application: 'shop', environment: 'prod' });
    expect([tags({ 'aws:cloudformation:stack-name': 'x' }), tagsOf(undefined)]).toEqual([{}, undefined]);
  });
});

describe('requests of a collection', () => {
  const page = (source: string, scope: string | undefined, count: number, complete = true) => ({
    source, cursor: null, more: false, gaps: [], ...(scope !== undefined && { snapshot: { scope, complete, last: true } }),
    facts: Array.from({ length: count }, (_, index) => ({ naturalKey: `${index}`, asset: { urn: `cluster:${index}` as never, kind: 'cluster' as const, attributes: {}, observedAt: at(0) } })),
  });
  it('an inventory is one request; pages of it are put together, and one incomplete page makes it incomplete', () => {
    expect(requestsOf([page('a', 's', 2), page('a', 's', 3, false), page('a', 't', 1)], 7).map(({ source, facts, snapshot }) => [source, facts.length, snapshot])).toEqual([
      ['a', 5, { scope: 's', complete: false }], ['a', 1, { scope: 't', complete: true }],
    ]);
  });
  it('an empty inventory is sent, as it ends what was there', () => {
    expect(requestsOf([page('a', 's', 0), page('a/content', undefined, 0)], 7)).toEqual([{ source: 'a', facts: [], snapshot: { scope: 's', complete: true } }]);
  });
  it('one that is too large for a request comes in numbered parts of one sequence', () => {
    expect(requestsOf([page('a', 's', 10_001)], 7).map(({ facts, snapshot, sequence }) => [facts.length, snapshot, sequence])).toEqual([
      [10_000, { scope: 's', complete: true, part: 0, parts: 2 }, 7], [1, { scope: 's', complete: true, part: 1, parts: 2 }, 7],
    ]);
    expect(requestsOf([page('a/content', undefined, 10_001)], 7).map(({ snapshot }) => snapshot)).toEqual([undefined, undefined]);
  });
});
