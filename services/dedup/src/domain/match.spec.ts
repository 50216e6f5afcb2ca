import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { match, type Matched, type Prepared } from './match.js';
import type { Occurrence } from './model.js';

const prepared = (group: string, line: number): Prepared => ({
  draft: { location: { startLine: line, startColumn: 1 } } as Prepared['draft'], part: 0, content: {} as Prepared['content'], contentHash: `${group}@${line}`,
  identity: { recipe: 'code/1', group, multiset: true, keys: () => [] },
});
const row = (group: string, ordinal: number, line: number, absences = 0): Occurrence => ({
  id: `${group}#${ordinal}`, scopeId: 's', group, ordinal, findingId: `f-${group}-${ordinal}`, contentHash: `${group}@${line}`, sequence: 1, absences, firstSequence: 1, sinceSequence: 1, goneSequence: null, line,
});
const told = (matched: readonly Matched[]): string[] => matched.map((one) => `${one.prepared.contentHash} → ${one.known?.id ?? `new ${one.ordinal}`}${one.repeated ? ' again' : ''}`).sort();
const none = new Set<string>();

describe('matching within a scope', () => {
  it('takes equal content first, then order of line', () => {
    const known = [row('g', 0, 10), row('g', 1, 20), row('g', 2, 30)];
    expect(told(match([prepared('g', 20), prepared('g', 30)], known, none))).toEqual(['g@20 → g#1', 'g@30 → g#2']);
    expect(told(match([prepared('g', 37), prepared('g', 17), prepared('g', 27), prepared('g', 47)], known, none))).toEqual(['g@17 → g#0', 'g@27 → g#1', 'g@37 → g#2', 'g@47 → new 3']);
  });

  it('prefers what is present over what is gone, and leaves alone what earlier parts took', () => {
    expect(told(match([prepared('g', 25)], [row('g', 0, 10, 2), row('g', 1, 20)], none))).toEqual(['g@25 → g#1']);
    expect(told(match([prepared('g', 25)], [row('g', 0, 10), row('g', 1, 20)], new Set(['g#0', 'g#1'])))).toEqual(['g@25 → new 2']);
  });

  it('follows the shift of its surroundings when one of several equal flaws was deleted', () => {
    const known = [row('g', 0, 10), row('g', 1, 20), row('g', 2, 30), row('above', 0, 5), row('below', 0, 40)];
    const surroundings = [prepared('above', 12), prepared('below', 47)];
    const of = (...lines: number[]): string[] => told(match([...lines.map((line) => prepared('g', line)), ...surroundings], known, none)).filter((one) => one.startsWith('g'));
    expect(of(27, 37)).toEqual(['g@27 → g#1', 'g@37 → g#2']);
    expect(of(17, 37)).toEqual(['g@17 → g#0', 'g@37 → g#2']);
    expect(of(17, 27)).toEqual(['g@17 → g#0', 'g@27 → g#1']);
    expect(of(17, 22, 27, 37)).toEqual(['g@17 → g#0', 'g@22 → new 3', 'g@27 → g#1', 'g@37 → g#2']);
  });

  it('takes the most common shift where no surroundings tell, and order alone where no line is known', () => {
    expect(told(match([prepared('g', 25), prepared('g', 35)], [row('g', 0, 10), row('g', 1, 20), row('g', 2, 30)], none))).toEqual(['g@25 → g#1', 'g@35 → g#2']);
    const unknown = [0, 1, 2].map((ordinal) => ({ ...row('g', ordinal, ordinal), line: 0 }));
    expect(told(match([prepared('g', 25), prepared('g', 35)], unknown, none))).toEqual(['g@25 → g#0', 'g@35 → g#1']);
  });

  it('lets a result without code be a new one where both neighbours stayed and it did not', () => {
    const bare = (line: number): Prepared => ({ ...prepared('p', line), identity: { recipe: 'code/1', group: 'p', multiset: true, keys: () => [{ key: 'k', strength: 'strong', kind: 'place', recipe: 'code/1' }] } });
    const known = [row('p', 0, 50), row('above', 0, 40), row('below', 0, 300)];
    expect(told(match([bare(200), prepared('above', 40), prepared('below', 300)], known, none))).toContain('p@200 → new 1');
    expect(told(match([bare(52), prepared('above', 42), prepared('below', 302)], known, none))).toContain('p@52 → p#0');
    expect(told(match([bare(200)], [row('p', 0, 50)], none))).toEqual(['p@200 → p#0']);
  });

  it('is independent of the order of results, and puts every result on exactly one occurrence', () => {
    const input = fc.record({
      drafts: fc.array(fc.record({ group: fc.constantFrom('a', 'b'), line: fc.nat(12) }), { maxLength: 12 }),
      rows: fc.uniqueArray(fc.record({ group: fc.constantFrom('a', 'b'), ordinal: fc.nat(5), line: fc.nat(12), absences: fc.nat(2) }), { maxLength: 8, selector: (one) => `${one.group}${one.ordinal}` }),
      seed: fc.integer(),
    });
    fc.assert(fc.property(input, ({ drafts, rows, seed }) => {
      const known = rows.map((one) => row(one.group, one.ordinal, one.line, one.absences));
      const all = drafts.map((one) => prepared(one.group, one.line));
      const shuffled = [...all].sort((a, b) => ((a.contentHash.charCodeAt(2) * seed) % 7) - ((b.contentHash.charCodeAt(2) * seed) % 7));
      const first = match(all, known, none);
      expect(told(match(shuffled, [...known].reverse(), none))).toEqual(told(first));
      expect(first).toHaveLength(all.length);
      const places = first.filter((one) => !one.repeated).map((one) => one.known?.id ?? `${one.prepared.identity.group} new ${one.ordinal}`);
      expect(new Set(places).size).toBe(places.length);
    }));
  });
});
