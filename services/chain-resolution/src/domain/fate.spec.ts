import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import type { Asset } from './assets.js';
import { referencesOf } from './assets.js';
import { decommissionedAt, formerNames } from './fate.js';

const PAY = urn('repo:github.com/acme/pay');
const node = (over: Partial<Asset>): Asset => ({ urn: PAY, attributes: {}, resolved: true, firstSeen: 0, lastSeen: Date.UTC(2026, 0, 2), retiredAt: null, ...over });
const LATER = '2026-01-05T00:00:00.000Z';

describe('the end of an asset', () => {
  it.each([
    ['that lives is none', node({}), '', ''],
    ['that nobody knows is none', undefined, '', ''],
    ['that was archived is when that was observed', node({ attributes: { archived: true } }), '', '2026-01-02T00:00:00.000Z'],
    ['that was deleted is when that was observed', node({ attributes: { deleted: true } }), '', '2026-01-02T00:00:00.000Z'],
    ['that is gone from every inventory is when it went', node({ retiredAt: Date.UTC(2026, 0, 3) }), '', '2026-01-03T00:00:00.000Z'],
    ['that was told stays while it lasts', node({ attributes: { archived: true }, lastSeen: Date.UTC(2026, 1, 1) }), LATER, LATER],
    ['that was told is over when the asset is back', node({ attributes: { archived: false } }), LATER, ''],
    ['that has another name now is none', node({ attributes: { archived: true, renamedTo: 'repo:github.com/acme/payments' } }), '', ''],
  ] as const)('%s', (_, given, told, expected) => expect(decommissionedAt(given, told)).toBe(expected));
});

describe('former names', () => {
  it('are what was renamed to it, then what it says itself; of its own kind, each once, never itself', () => {
    const renamed = [urn('repo:github.com/acme/old')];
    expect(formerNames(PAY, { formerly: 'repo:github.com/acme/older' }, renamed)).toEqual(['repo:github.com/acme/old', 'repo:github.com/acme/older']);
    expect(formerNames(PAY, { formerly: ['repo:github.com/acme/old', PAY, 'image-name:r.example/pay', 'not a urn', 7] }, renamed)).toEqual(['repo:github.com/acme/old']);
    expect(formerNames(PAY, { formerly: { from: 'repo:github.com/acme/old' } }, [])).toEqual([]);
  });

  it('are found by the name that a node says it has now', () => {
    expect(referencesOf(urn('repo:github.com/acme/old'), { archived: true, renamedTo: PAY })).toEqual([PAY]);
    expect(referencesOf(urn('repo:github.com/acme/old'), { renamedTo: 'image-name:r.example/pay' })).toEqual([]);
  });
});
