import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Chance } from '../../../test/drift-languages.js';
import { compareScans } from '../../../test/drift-measure.js';
import { MUTATIONS, scan, World, type Printing } from '../../../test/drift-world.js';
import { alignInOrder } from './align.js';
import { assign, type Edge } from './assign.js';
import { track, type DriftAnswer, type DriftQuestion } from './index.js';

const PRINTINGS: readonly Printing[] = ['line', 'context', 'symbol', 'bare'];

/** What two scans of a tree that was changed at random leave over. */
const questions = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), times: fc.integer({ min: 1, max: 6 }), printing: fc.constantFrom(...PRINTINGS) }).map(({ seed, times, printing }): DriftQuestion => {
  const world = new World(new Chance(seed), 4);
  const before = scan(world.copy(), printing);
  for (const file of world.files) for (let time = 0; time < times; time += 1) MUTATIONS[world.chance.pick(Object.keys(MUTATIONS))]?.(world, file);
  return compareScans(before, scan(world.files, printing)).question;
});

const shuffled = <T>(all: readonly T[], seed: number): T[] => {
  const chance = new Chance(seed);
  return all.map((one) => ({ one, at: chance.next() })).sort((a, b) => a.at - b.at).map(({ one }) => one);
};
const told = (answer: DriftAnswer): string[] => [
  ...answer.joins.map((one) => `${one.fresh} ${one.gone} ${JSON.stringify(one.join)}`), ...answer.ambiguous.map((one) => `${one.fresh}? ${[...one.candidates].sort().join(' ')}`),
].sort();

describe('drift tracking, for any change of any tree', () => {
  it('joins each result and each finding at most once, and never what it calls ambiguous', () => {
    fc.assert(fc.property(questions, (question) => {
      const { joins, ambiguous } = track(question);
      expect(new Set(joins.map((one) => one.fresh)).size).toBe(joins.length);
      expect(new Set(joins.map((one) => one.gone)).size).toBe(joins.length);
      const joined = new Set([...joins.map((one) => one.fresh), ...joins.map((one) => one.gone)]);
      for (const one of ambiguous) for (const id of [one.fresh, ...one.candidates]) expect(joined.has(id)).toBe(false);
      for (const { join } of joins) expect(join.confidence).toBeGreaterThanOrEqual(question.minConfidence - 0.005);
    }), { numRuns: 60 });
  });

  it('answers the same in any order of results', () => {
    fc.assert(fc.property(questions, fc.nat(), (question, seed) => {
      const other = { ...question, fresh: shuffled(question.fresh, seed), gone: shuffled(question.gone, seed + 1), anchors: shuffled(question.anchors, seed + 2) };
      expect(told(track(other))).toEqual(told(track(question)));
    }), { numRuns: 60 });
  });

  it('answers the same when ids are others', () => {
    fc.assert(fc.property(questions, fc.nat(), (question, seed) => {
      const names = shuffled([...question.fresh, ...question.gone].map((one) => one.id), seed);
      const all = [...question.fresh, ...question.gone].map((one) => one.id);
      const forth = new Map(all.map((id, index) => [id, names[index] as string]));
      const back = new Map([...forth].map(([id, other]) => [other, id]));
      const renamed = <T extends { readonly id: string }>(ones: readonly T[]): T[] => ones.map((one) => ({ ...one, id: forth.get(one.id) as string }));
      const answer = track({ ...question, fresh: renamed(question.fresh), gone: renamed(question.gone) });
      const original = (id: string): string => back.get(id) as string;
      const restored: DriftAnswer = {
        joins: answer.joins.map((one) => ({ ...one, fresh: original(one.fresh), gone: original(one.gone) })),
        ambiguous: answer.ambiguous.map((one) => ({ fresh: original(one.fresh), candidates: one.candidates.map(original) })),
      };
      expect(told(restored)).toEqual(told(track(question)));
    }), { numRuns: 60 });
  });

  it('finds the same pairs looking back in time, but for rare ties between equal stories of a file', () => {
    let all = 0;
    let other = 0;
    fc.assert(fc.property(questions, (question) => {
      const back: DriftQuestion = {
        ...question, fresh: question.gone, gone: question.fresh.map((one) => ({ ...one, findingId: one.id })),
        anchors: question.anchors.map(({ path, from, to }) => ({ path, from: to, to: from })), knownPaths: question.shownPaths, shownPaths: question.knownPaths,
      };
      const forth = new Set(track(question).joins.map((one) => `${one.fresh} ${one.gone}`));
      const mirrored = new Set(track(back).joins.map((one) => `${one.gone} ${one.fresh}`));
      all += forth.size;
      other += [...forth].filter((pair) => !mirrored.has(pair)).length + [...mirrored].filter((pair) => !forth.has(pair)).length;
    }), { numRuns: 60 });
    expect(other).toBeLessThanOrEqual(2 + all / 100);
  });
});

describe('assignment', () => {
  const graphs = fc.record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 4 }), worths: fc.array(fc.option(fc.integer({ min: -20, max: 60 })), { minLength: 16, maxLength: 16 }) })
    .map(({ rows, columns, worths }) => ({
      rows, columns,
      edges: worths.flatMap((worth, index): Edge[] => (worth === null || index % 4 >= columns || Math.floor(index / 4) >= rows ? [] : [{ row: Math.floor(index / 4), column: index % 4, worth: worth / 10 }])),
    }));

  /** Every assignment there is. */
  function* all(rows: number, edges: readonly Edge[], row = 0, taken: readonly Edge[] = []): Generator<readonly Edge[]> {
    if (row === rows) return yield taken;
    yield* all(rows, edges, row + 1, taken);
    for (const edge of edges) if (edge.row === row && !taken.some((one) => one.column === edge.column)) yield* all(rows, edges, row + 1, [...taken, edge]);
  }
  const worthOf = (edges: readonly Edge[]): number => edges.reduce((sum, one) => sum + one.worth, 0);

  it('is the best of all, and its margins are what the best other one loses', () => {
    fc.assert(fc.property(graphs, ({ rows, columns, edges }) => {
      const { columns: found, margin } = assign(rows, columns, edges);
      const taken = edges.filter((one) => found[one.row] === one.column);
      const every = [...all(rows, edges)];
      const best = Math.max(...every.map(worthOf));
      expect(worthOf(taken)).toBeCloseTo(best, 9);
      for (const { row, column } of taken) {
        const others = every.filter((ones) => ones.some((one) => (one.row === row) !== (one.column === column)));
        expect(margin(row, () => false)).toBeCloseTo(others.length === 0 ? Number.POSITIVE_INFINITY : best - Math.max(...others.map(worthOf)), 9);
      }
    }), { numRuns: 500 });
  });

  it('in order: never crosses, and is the cheapest that does not', () => {
    const costs = fc.array(fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(costs, (table) => {
      const pairs = alignInOrder(table.length, 4, (row, column) => table[row]?.[column] ?? 0);
      expect(pairs.map((one) => one.row)).toEqual(table.map((_, index) => index));
      const chosen = pairs.map((one) => one.column);
      expect([...new Set(chosen)].sort((a, b) => a - b)).toEqual(chosen);
      const edges = table.flatMap((row, at) => row.map((cost, column) => ({ row: at, column, worth: 0 - cost })));
      const ordered = [...all(table.length, edges)].filter((ones) => ones.length === table.length && ones.every((one, index) => index === 0 || one.column > (ones[index - 1]?.column ?? 0)));
      expect(pairs.reduce((sum, { row, column }) => sum + (table[row]?.[column] ?? 0), 0)).toBe(Math.min(...ordered.map((ones) => 0 - worthOf(ones))));
    }));
  });
});
