import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import fc from 'fast-check';
import { namesAgree, tagClaims, tagHint } from './tags.js';

const SHA = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const image = urn(`image:registry.example/acme/pay@sha256:${'1'.repeat(64)}`);
const commit = (sha: string, repository = 'github.com/acme/pay', committedAt = 0): { urn: Urn; committedAt: number } => ({ urn: urn(`commit:${repository}@${sha}`), committedAt });
const hints = (...tags: string[]): NonNullable<ReturnType<typeof tagHint>>[] => tags.flatMap((tag) => tagHint(tag) ?? []);
const links = (tags: string[], commits: { urn: Urn; committedAt: number }[], pushedAt = 0): unknown[][] =>
  tagClaims(image, hints(...tags), commits, { pushedAt, seenAt: 5 }).map((claim) => [claim.from.slice('commit:'.length), claim.confidence]);

describe('E6: the commit in a tag', () => {
  it.each([
    [SHA, SHA], [SHA.toUpperCase(), SHA], ['1a2b3c4', '1a2b3c4'], ['sha-1a2b3c4', '1a2b3c4'], ['main-1a2b3c4', '1a2b3c4'], ['feature-x_1a2b3c4d', '1a2b3c4d'], ['v1.2.3-14-g1a2b3c4', '1a2b3c4'],
    ['main-1a2b3c4-1700000000', '1a2b3c4'], ['1a2b3c4-arm64', '1a2b3c4'], ['git-1234567', '1234567'],
  ])('%s', (tag, hex) => { expect(tagHint(tag)?.hex).toBe(hex); });
  it.each(['latest', 'v1.2.3', '1.25', 'main', '1a2b3c', 'release-12', 'sha256', '', '-', 'g1a2b3c4x', 'x1a2b3c4'])('none in %s', (tag) => { expect(tagHint(tag)).toBeUndefined(); });
  it('dates, numbers and words are plain: they count only where the names agree', () => {
    for (const tag of ['20240131', '1234567', 'deadbeef', 'facaded', 'build-1048576']) expect([tag, tagHint(tag)?.plain]).toEqual([tag, true]);
    for (const tag of ['1a2b3c4', 'sha-1234567', '123456789012', SHA]) expect([tag, tagHint(tag)?.plain]).toEqual([tag, false]);
    expect(links(['1234567'], [commit('1234567'.padEnd(40, '0'), 'github.com/acme/other')])).toEqual([]);
    expect(links(['1234567'], [commit('1234567'.padEnd(40, '0'))])).toHaveLength(1);
  });
  it('never throws, and finds every commit that git abbreviates', () => {
    fc.assert(fc.property(fc.string(), (tag) => { tagHint(tag); }));
    const sha = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });
    fc.assert(fc.property(sha, fc.integer({ min: 7, max: 40 }), fc.constantFrom('', 'sha-', 'main-', 'v1-2-g'), (id, length, prefix) => tagHint(prefix + id.slice(0, length))?.hex === id.slice(0, length)));
  });
});

describe('links by tag', () => {
  it('one repository: a link of the ladder\'s lowest rung, never verified', () => {
    expect(tagClaims(image, hints('main-1a2b3c4'), [commit(SHA)], { pushedAt: 9, seenAt: 5 })).toMatchObject([
      { from: commit(SHA).urn, to: image, kind: 'produced', method: 'tag', verified: false, confidence: 0.55, starts: [9], evidence: { tag: 'main-1a2b3c4', source: 'throughline:inference' } },
    ]);
  });
  it('E7: several repositories, or several commits of one: all as candidates', () => {
    expect(links([SHA], [commit(SHA), commit(SHA, 'github.com/fork/pay')])).toEqual([[`github.com/acme/pay@${SHA}`, 0.4], [`github.com/fork/pay@${SHA}`, 0.4]]);
    const twin = `1a2b3c4${'f'.repeat(33)}`;
    expect(links(['1a2b3c4'], [commit(SHA), commit(twin)]).map(([, confidence]) => confidence)).toEqual([0.4, 0.4]);
    expect(links(['1a2b3c4d'], [commit(SHA), commit(twin)])).toEqual([[`github.com/acme/pay@${SHA}`, 0.55]]);
  });
  it('a commit that was made after the image was pushed did not make it', () => {
    const day = 86_400_000;
    expect(links([SHA], [commit(SHA, 'github.com/acme/pay', 2 * day)], day)).toEqual([]);
    expect(links([SHA], [commit(SHA, 'github.com/acme/pay', day)], 2 * day)).toHaveLength(1);
  });
  it('no order of tags or commits matters', () => {
    const commits = [commit(SHA), commit(`2${SHA.slice(1)}`), commit(SHA, 'github.com/fork/pay')];
    const tags = ['1a2b3c4', `2${SHA.slice(1)}`, 'main-1a2b3c4'];
    const expected = links(tags, commits);
    fc.assert(fc.property(fc.shuffledSubarray(tags, { minLength: 3 }), fc.shuffledSubarray(commits, { minLength: 3 }), (a, b) => {
      expect(links(a, b)).toEqual(expected);
    }));
  });
  it('names agree when one holds the other', () => {
    const name = (text: string): Urn => urn(`image:${text}@sha256:${'1'.repeat(64)}`);
    for (const [own, repository] of [['r.example/acme/pay-service', 'github.com/acme/pay'], ['r.example/prod/pay/api', 'github.com/acme/pay'], ['r.example/payservice', 'github.com/acme/Pay-Service']] as const) expect(namesAgree(name(own), urn(`repo:${repository}`))).toBe(true);
    expect(namesAgree(name('pay.example/acme/web'), urn('repo:github.com/acme/pay'))).toBe(false);
  });
});
