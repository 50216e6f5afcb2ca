import { describe, expect, it } from '@jest/globals';
import type { FindingDraft } from '@throughline/contracts';
import { COVERAGES } from '@throughline/domain';
import fc from 'fast-check';
import { coverageOf } from './coverage.js';
import { bulkIsHeld, BULK_BACKLOG_BYTES } from './lane.js';
import { MAX_PART_BYTES, MAX_PART_DRAFTS, PartBuilder, type Part } from './part-builder.js';

describe('coverage', () => {
  it.each<[string, Parameters<typeof coverageOf>[0], string]>([
    ['results say that the tool ran', { declared: '', reported: 3, success: null, partial: false }, 'complete'],
    ['FAULTS 30: an empty report that says nothing of its run closes nothing', { declared: '', reported: 0, success: null, partial: false }, 'partial'],
    ['an empty report of a run that succeeded is complete', { declared: '', reported: 0, success: true, partial: false }, 'complete'],
    ['FAULTS 30: a failed run without results is failed', { declared: '', reported: 0, success: false, partial: false }, 'failed'],
    ['FAULTS 30: a failed run is never complete, whatever is declared', { declared: 'complete', reported: 5, success: false, partial: false }, 'partial'],
    ['FAULTS 30: nor when it is empty', { declared: 'complete', reported: 0, success: false, partial: false }, 'failed'],
    ['files that were not looked at make it partial', { declared: '', reported: 5, success: null, partial: true }, 'partial'],
    ['unless the upload declares it complete', { declared: 'complete', reported: 5, success: null, partial: true }, 'complete'],
    ['an upload may declare less', { declared: 'failed', reported: 5, success: true, partial: false }, 'failed'],
  ])('%s', (_name, facts, coverage) => expect(coverageOf(facts)).toBe(coverage));

  it('is never better than what was declared', () => fc.assert(fc.property(
    fc.record({ declared: fc.constantFrom(...COVERAGES), reported: fc.nat(), success: fc.constantFrom(true, false, null), partial: fc.boolean() }),
    (facts) => expect(COVERAGES.indexOf(coverageOf(facts))).toBeGreaterThanOrEqual(COVERAGES.indexOf(facts.declared)),
  )));
});

describe('parts', () => {
  const build = (sizes: readonly number[]): Part[] => {
    const builder = new PartBuilder();
    const parts = sizes.map((size, ordinal) => builder.add({ ordinal } as FindingDraft, size));
    return [...parts, builder.flush()].filter((part) => part !== undefined);
  };

  it('hold every draft once, in order, within their limits, and the same ones each time', () => fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 32 * 1024 }), { maxLength: 900 }), (sizes) => {
    const parts = build(sizes);
    expect(parts.flatMap((part) => part.drafts.map((draft) => draft.ordinal))).toEqual(sizes.map((_size, index) => index));
    expect(parts.map((part) => part.ordinal)).toEqual(parts.map((_part, index) => index));
    for (const part of parts) {
      expect(part.drafts.length).toBeLessThanOrEqual(MAX_PART_DRAFTS);
      expect(part.bytes).toBeLessThanOrEqual(MAX_PART_BYTES);
    }
    expect(build(sizes)).toEqual(parts);
  })));
});

describe('the second lane', () => {
  it('waits while the first is served and while a backlog stands', () => {
    expect(bulkIsHeld({ waitingBytes: 0, sinceFirstLane: 0 })).toBe(true);
    expect(bulkIsHeld({ waitingBytes: BULK_BACKLOG_BYTES + 1, sinceFirstLane: Infinity })).toBe(true);
    expect(bulkIsHeld({ waitingBytes: 0, sinceFirstLane: Infinity })).toBe(false);
  });
});
