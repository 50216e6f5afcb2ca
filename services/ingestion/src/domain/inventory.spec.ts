import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assetFact, linkFact, timeless, type Fact } from '@throughline/connectors/api';
import type { AssetObserved } from '@throughline/contracts';
import { DEFAULT_TENANT, urn } from '@throughline/domain';
import { hashOf, observationRecords } from '../observations/announce.js';
import { addToDigest, advance, courseOf, inventoryKey, newInventory, NO_FACTS, parseInventoryKey, type LastInventory } from './inventory.js';

const fact = (name: number, size = 1): Fact => assetFact(`team|${name}`, { urn: urn(`team:t${name}`), kind: 'team', attributes: { text: 'ü'.repeat(size) }, observedAt: '2026-01-01T00:00:00Z' });
const hashes = (names: readonly number[]): Buffer[] => names.map((name) => createHash('sha256').update(String(name)).digest());
const digestOf = (pages: readonly (readonly number[])[]): string => pages.reduce((digest, names) => addToDigest(digest, hashes(names)), NO_FACTS);
/** Pages of an inventory, as a system may cut them. */
const pages = fc.array(fc.array(fc.nat(5_000), { maxLength: 40 }), { minLength: 1, maxLength: 12 });

describe('the digest of an inventory', () => {
  it('is the same in whatever order and pages its facts come', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(5_000), { maxLength: 60 }), fc.infiniteStream(fc.nat(59)), fc.nat(7), (names, chance, cuts) => {
      const shuffled = names.map((name) => ({ name, at: chance.next().value })).sort((a, b) => a.at - b.at).map(({ name }) => name);
      const size = Math.max(1, Math.ceil(shuffled.length / (cuts + 1)));
      const cut = Array.from({ length: cuts + 1 }, (_, i) => shuffled.slice(i * size, (i + 1) * size));
      expect(digestOf(cut)).toBe(digestOf([names]));
    }));
  });
  it('differs when a fact is missing, new or another', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(5_000), { minLength: 1, maxLength: 60 }), (names) => {
      expect(digestOf([names.slice(1)])).not.toBe(digestOf([names]));
      expect(digestOf([[...names, 9_999]])).not.toBe(digestOf([names]));
      expect(digestOf([[9_999, ...names.slice(1)]])).not.toBe(digestOf([names]));
    }));
  });
  it('of a fact looks at what it says and not at when it was seen', () => {
    const later = (one: Fact): Fact => ('asset' in one ? { ...one, asset: { ...one.asset, observedAt: '2027-01-01T00:00:00Z' } } : one);
    expect(hashOf(later(fact(1)))).toEqual(hashOf(fact(1)));
    expect(hashOf({ ...later(fact(1)), timeless: true })).toEqual(hashOf(fact(1)));
    const link = (validFrom: string, observedAt: string, weight: number): Fact => linkFact('l', { from: urn('team:a'), to: urn('team:b'), kind: 'owned-by', method: 'api', evidence: { weight }, validFrom, observedAt });
    expect(hashOf(link('2026-01-01', '2026-01-01', 1))).toEqual(hashOf(link('2027-01-01', '2027-01-01', 1)));
    expect(hashOf(timeless(link('2026-01-01', '2026-01-01', 1)))).not.toEqual(hashOf(timeless(link('2026-01-01', '2026-01-01', 0))));
    expect(hashOf(link('2025-01-01', '2026-01-01', 1))).not.toEqual(hashOf(link('2025-01-02', '2026-01-01', 1)));
    expect(hashOf(fact(1, 2))).not.toEqual(hashOf(fact(1)));
  });
});

describe('the numbers of an inventory', () => {
  /** Announces the pages as the loop does: a page whose transaction failed is announced again from the same state. */
  const run = (given: readonly (readonly number[])[], crashes: readonly boolean[], size: number) => {
    let open = newInventory('0190-o', 7);
    const committed: { readonly ordinal: number; readonly parts: number; readonly facts: number; readonly id: string | undefined }[] = [];
    given.forEach((names, index) => {
      const last = index === given.length - 1;
      for (const crash of [...(crashes[index] === true ? [true] : []), false]) {
        const facts = names.map((name) => fact(name, size));
        const { messages, records } = observationRecords({ tenantId: DEFAULT_TENANT, observationId: open.observationId, source: 's', sequence: 7, facts, firstOrdinal: open.records, receivedAt: new Date(0), snapshot: { scope: 'all', complete: true, last } });
        if (crash) continue;
        committed.push(...messages.map(({ value, eventId }) => {
          const { ordinal, parts, assets } = value as AssetObserved;
          return { ordinal, parts, facts: assets.length, id: eventId };
        }));
        open = advance(open, { records, complete: true, hashes: [] });
      }
    });
    return committed;
  };

  it('run through without a gap or a double, whatever the pages and the crashes, and the marker says how many there are', () => {
    fc.assert(fc.property(pages, fc.array(fc.boolean(), { maxLength: 12 }), fc.constantFrom(1, 30_000), (given, crashes, size) => {
      const records = run(given, crashes, size);
      expect(records.map(({ ordinal }) => ordinal)).toEqual(records.map((_, index) => index));
      expect(records.slice(0, -1).every(({ parts }) => parts === -1)).toBe(true);
      expect(records.at(-1)).toMatchObject({ parts: records.length - 1, facts: 0 });
      expect(records.reduce((sum, { facts }) => sum + facts, 0)).toBe(given.flat().length);
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    }), { numRuns: 60 });
  });
  it('do not depend on crashes', () => {
    fc.assert(fc.property(pages, fc.array(fc.boolean(), { maxLength: 12 }), (given, crashes) => expect(run(given, crashes, 1)).toEqual(run(given, [], 1))), { numRuns: 40 });
  });
  it('21: are of records that a broker takes, counted in bytes and not in characters', () => {
    const { messages } = observationRecords({ tenantId: DEFAULT_TENANT, observationId: 'o', source: 's', sequence: 1, facts: Array.from({ length: 40 }, (_, i) => fact(i, 60_000)), receivedAt: new Date(0) });
    for (const { value } of messages) expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThan(700_000);
    expect(messages).toHaveLength(14);
  });
});

describe('what becomes of a page', () => {
  const now = new Date('2026-01-02T00:00:00Z');
  const last = (over: Partial<LastInventory> = {}): LastInventory => ({ digest: digestOf([[1, 2, 3]]), complete: true, announcedAt: new Date('2026-01-01T12:00:00Z'), ...over });
  const read = (names: readonly number[], over: object = {}) => ({ ...advance(newInventory('o', 1), { records: 0, complete: true, hashes: hashes(names) }), ...over });

  it.each([
    ['nothing is known of the scope', read([1]), { last: false, news: false }, undefined, 'announce'],
    ['it says what was not said before', read([1]), { last: false, news: true }, last(), 'announce'],
    ['it is as before and not the end', read([1]), { last: false, news: false }, last(), 'hold'],
    ['nothing differed to the end', read([3, 2, 1]), { last: true, news: false }, last(), 'drop'],
    ['something is missing at the end', read([3, 1]), { last: true, news: false }, last(), 'announce'],
    ['it could not be read whole', read([1, 2, 3], { complete: false }), { last: true, news: false }, last(), 'announce'],
    ['it is known before its end that it cannot be read whole', read([1], { complete: false }), { last: false, news: false }, last(), 'announce'],
    ['it could not be read whole, as before', read([1, 2, 3], { complete: false }), { last: true, news: false }, last({ complete: false }), 'drop'],
    ['it is whole again', read([1, 2, 3]), { last: true, news: false }, last({ complete: false }), 'announce'],
    ['the last one is a day old', read([1, 2, 3]), { last: true, news: false }, last({ announcedAt: new Date('2026-01-01T00:00:00Z') }), 'announce'],
    ['the inventory is being announced', read([1, 2, 3], { announcing: true }), { last: true, news: false }, last(), 'announce'],
  ] as const)('when %s', (_name, after, page, known, course) => expect(courseOf(after, page, known, now)).toBe(course));
});

describe('the name of an inventory', () => {
  it('comes back as it was, whatever is in it', () => fc.assert(fc.property(fc.string(), fc.string(), (source, scope) => expect(parseInventoryKey(inventoryKey(source, scope))).toEqual({ source, scope }))));
});
