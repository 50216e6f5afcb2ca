import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import fc from 'fast-check';
import { IMAGE, MemoryWorld, SHA } from '../../test/support/memory-world.js';
import { agreedRepository, claimedCommit, judgeOrigins, resolveOrigins } from './origins.js';
import type { Origin } from './origins.js';

const image = urn(IMAGE('1'));
const commit = (repository: string, letter = 'a'): string => `commit:github.com/acme/${repository}@${SHA(letter)}`;
const build = (repository: string, run = 7): string => `build:github.com/acme/${repository}/actions/runs/${run}`;
const label = { method: 'oci-label' };
const proof = { method: 'attestation', verified: true };
const tag = (digits: number): object => ({ method: 'tag', evidence: { digits } });

const originsOf = async (world: MemoryWorld): Promise<Origin[]> => (await resolveOrigins(world.graph(), [image])).get(image) ?? [];
const claimed = async (world: MemoryWorld): Promise<unknown[]> => {
  const origins = await originsOf(world);
  return [agreedRepository(origins), claimedCommit(origins)?.commit ?? '', origins.filter((origin) => origin.candidate).length];
};
const PAY = 'repo:github.com/acme/pay';

describe('the evidence ladder', () => {
  it.each<[string, (world: MemoryWorld) => MemoryWorld, unknown[]]>([
    ['proof decides against any number of statements', (w) => w.link(build('pay'), 'produced', image, proof).link(commit('pay'), 'built-by', build('pay'), proof).link(commit('x'), 'produced', image, label).link(commit('y'), 'produced', image, { method: 'deployment-record' }), [PAY, commit('pay'), 2]],
    ['an attestation that nobody checked is no proof', (w) => w.link(commit('pay'), 'produced', image, { method: 'attestation' }).link(commit('x'), 'produced', image, label), ['', '', 2]],
    ['two proofs of two repositories: none', (w) => w.link(build('pay'), 'produced', image, proof).link(build('x'), 'produced', image, proof), ['', '', 2]],
    ['E7: two statements that contradict each other: none', (w) => w.link(commit('pay'), 'produced', image, label).link(commit('x'), 'produced', image, { method: 'build-output' }), ['', '', 2]],
    ['two commits of one repository: the repository only', (w) => w.link(commit('pay'), 'produced', image, label).link(commit('pay', 'b'), 'produced', image, { method: 'deployment-record' }), [PAY, '', 2]],
    ['E7: a label and a whole commit in the tag: none', (w) => w.link(commit('pay'), 'produced', image, label).link(commit('x'), 'produced', image, tag(40)), ['', '', 2]],
    ['a label and a short tag that may be chance: the label', (w) => w.link(commit('pay'), 'produced', image, label).link(commit('x'), 'produced', image, tag(7)), [PAY, commit('pay'), 1]],
    ['a label and another Dockerfile: the label', (w) => w.link(commit('pay'), 'produced', image, label).link('repo:github.com/acme/x', 'produced', image, { method: 'dockerfile' }), [PAY, commit('pay'), 1]],
    ['a label of the repository and a tag of the commit: both', (w) => w.link(PAY, 'produced', image, label).link(commit('pay'), 'produced', image, tag(7)), [PAY, commit('pay'), 0]],
    ['a commit that somebody says of a proven run is no proof', (w) => w.link(build('pay'), 'produced', image, proof).link(commit('pay'), 'built-by', build('pay'), proof).link(commit('evil'), 'built-by', build('pay')), [PAY, commit('pay'), 1]],
    ['E6: only a tag', (w) => w.link(commit('pay'), 'produced', image, tag(7)), [PAY, commit('pay'), 0]],
    ['E6: only a Dockerfile', (w) => w.link(PAY, 'produced', image, { method: 'dockerfile' }), [PAY, '', 0]],
    ['two Dockerfiles: none', (w) => w.link(PAY, 'produced', image, { method: 'dockerfile' }).link('repo:github.com/acme/x', 'produced', image, { method: 'dockerfile' }), ['', '', 2]],
    ['what is a candidate by itself contests nothing', (w) => w.link(commit('pay'), 'produced', image, tag(40)).link(commit('x'), 'produced', image, { ...tag(40), confidence: 0.4 }), [PAY, commit('pay'), 1]],
    ['E4: a platform image inherits from its index', (w) => w.link(IMAGE('8'), 'contains', image).link(build('pay'), 'produced', IMAGE('8'), proof).link(commit('pay'), 'built-by', build('pay')), [PAY, commit('pay'), 0]],
  ])('%s', async (_, make, expected) => {
    expect(await claimed(make(new MemoryWorld()))).toEqual(expected);
  });

  it('E13: a sub-path of a monorepo stays with the image, and with the platform images of an index', async () => {
    const world = new MemoryWorld().link(IMAGE('8'), 'contains', image).link(build('mono'), 'produced', IMAGE('8'), proof)
      .link(commit('mono'), 'built-by', build('mono'), proof).link('repo:github.com/acme/mono#services/pay', 'built-by', build('mono'), proof);
    expect(await originsOf(world)).toMatchObject([{ repository: 'repo:github.com/acme/mono', subPath: 'repo:github.com/acme/mono#services/pay', commit: commit('mono'), verified: true, candidate: false }]);
  });

  it('E6: nothing but a verified attestation is ever verified', async () => {
    for (const method of ['oci-label', 'tag', 'dockerfile', 'deployment-record', 'build-output', 'api', 'manual']) {
      const origins = await originsOf(new MemoryWorld().link(commit('pay'), 'produced', image, { method, verified: true }));
      expect([method, origins.map((origin) => origin.verified)]).toEqual([method, [false]]);
    }
  });

  it('judging is a function of the set: no order matters, and judging twice changes nothing that is claimed', async () => {
    const methods = [label, proof, tag(7), tag(40), { method: 'dockerfile' }, { method: 'attestation' }, { method: 'deployment-record' }];
    const edge = fc.tuple(fc.constantFrom('pay', 'x'), fc.constantFrom('a', 'b'), fc.constantFrom(...methods));
    await fc.assert(fc.asyncProperty(fc.uniqueArray(edge, { maxLength: 5, selector: ([repository, letter]) => repository + letter }), async (edges) => {
      const world = edges.reduce((w, [repository, letter, how]) => w.link(commit(repository, letter), 'produced', image, how), new MemoryWorld());
      const origins = await originsOf(world);
      const claims = (all: readonly Origin[]): unknown => all.filter((origin) => !origin.candidate).map((origin) => origin.commit).sort();
      expect(claims(judgeOrigins([...origins].reverse()))).toEqual(claims(judgeOrigins(origins)));
      const named = new Set(origins.filter((origin) => !origin.candidate).map((origin) => origin.repository));
      expect(named.size).toBeLessThanOrEqual(1);
    }));
  });
});
