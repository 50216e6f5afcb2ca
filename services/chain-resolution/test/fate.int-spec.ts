import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChainChanged } from '@throughline/contracts';
import { minute, part, startHarness } from './support/harness.js';
import type { Harness } from './support/harness.js';

let h: Harness;
beforeAll(async () => { h = await startHarness(); });
afterAll(async () => { await h?.close(); });
beforeEach(async () => { await h.clear(); h.clock.set(new Date(minute(0))); });

const [OLD, NEW, NEWEST] = ['repo:github.com/acme/pay', 'repo:github.com/acme/payments', 'repo:github.com/beta/payments'];
const NAME = 'image-name:registry.example/pay';
const latest = (changed: readonly ChainChanged[], asset: string): ChainChanged | undefined => changed.findLast((one) => one.asset === asset);
const repository = (name: string, attributes: object, at: number) => part({ source: 'github', assets: [[name, { archived: false, ...attributes }, minute(at)]], receivedAt: minute(at) });

describe('the fate of lasting assets', () => {
  it('a repository that is archived, and unarchived; a later look at the same end tells nothing', async () => {
    expect(latest((await h.apply([repository(OLD, {}, 1)])).changed, OLD)).toMatchObject({ decommissionedAt: '', formerly: [] });
    expect(latest((await h.apply([repository(OLD, { archived: true }, 2)])).changed, OLD)).toMatchObject({ decommissionedAt: minute(2), version: 2 });
    expect((await h.apply([repository(OLD, { archived: true }, 3)])).changed).toEqual([]);
    expect(latest((await h.apply([repository(OLD, { archived: false }, 4)])).changed, OLD)).toMatchObject({ decommissionedAt: '', version: 3 });
    expect(latest((await h.apply([repository(OLD, { archived: true, deleted: true }, 5)])).changed, OLD)).toMatchObject({ decommissionedAt: minute(5) });
  });

  it('a repository that is renamed, and then moved: the new name tells all former ones, the old one has not ended', async () => {
    await h.apply([repository(OLD, {}, 1)]);
    const renamed = (await h.apply([repository(NEW, {}, 2), repository(OLD, { archived: true, renamedTo: NEW }, 2)])).changed;
    expect(latest(renamed, NEW)).toMatchObject({ formerly: [OLD], decommissionedAt: '' });
    expect(latest(renamed, OLD)?.decommissionedAt ?? '').toBe('');
    // Whoever tells only the old name's end of it is understood, too.
    await h.apply([repository(NEWEST, {}, 3)]);
    expect(latest((await h.apply([repository(NEW, { archived: true, renamedTo: NEWEST }, 4)])).changed, NEWEST)).toMatchObject({ formerly: [NEW, OLD] });
    expect(latest((await h.apply([part({ source: 'other', assets: [[NEWEST, { formerly: 'repo:gitlab.example/pay' }]], receivedAt: minute(5) })])).changed, NEWEST)).toMatchObject({ formerly: [NEW, OLD, 'repo:gitlab.example/pay'] });
  });

  it('an image name that a complete inventory does not hold any more; one that could not see everything ends nothing', async () => {
    const inventory = (sequence: number, assets: [string, object][], complete = true) => part({ source: 'aws:1/eu', scope: 'ecr', complete, parts: 1, sequence, assets, receivedAt: minute(sequence) });
    expect(latest((await h.apply([inventory(1, [[NAME, {}], ['image-name:registry.example/kept', {}]])])).changed, NAME)).toMatchObject({ decommissionedAt: '' });
    expect((await h.apply([inventory(2, [['image-name:registry.example/kept', {}]], false)])).changed).toEqual([]);
    const { changed } = await h.apply([inventory(3, [['image-name:registry.example/kept', {}]])]);
    expect(changed.map((one) => [one.asset, one.decommissionedAt])).toEqual([[NAME, minute(3)]]);
    expect(latest((await h.apply([inventory(4, [[NAME, {}], ['image-name:registry.example/kept', {}]])])).changed, NAME)).toMatchObject({ decommissionedAt: '' });
  });
});
