import { describe, expect, it } from '@jest/globals';
import { Chance } from '../../../test/drift-languages.js';
import { compareScans, precision, recall, sum, type Measure } from '../../../test/drift-measure.js';
import { MUTATIONS, scan, World, type Printing } from '../../../test/drift-world.js';

const WORLDS = 12;

interface Measured {
  readonly all: Measure;
  /** Of the flaws that neither place nor code finds. */
  readonly drifted: Measure;
}

/** Changes some files of each of many trees, each changed file `times` times, and compares the scans before and after. */
function run(names: readonly string[], printing: Printing, times: number, worlds = WORLDS): Measured {
  const compared = Array.from({ length: worlds }, (_, index) => {
    const world = new World(new Chance(1000 + index), 6);
    const before = scan(world.copy(), printing);
    for (const file of world.files) {
      if (!world.chance.happens(0.6)) continue;
      for (let time = 0; time < times; time += 1) MUTATIONS[world.chance.pick(names)]?.(world, file);
    }
    return compareScans(before, scan(world.files, printing));
  });
  return { all: sum(compared.map((one) => one.all)), drifted: sum(compared.map((one) => one.drifted)) };
}

function told(what: string, measured: Measured): Measured {
  const shown = (one: Measure): string => `${String(one.truth).padStart(5)} precision ${precision(one).toFixed(3)} recall ${recall(one).toFixed(3)}`;
  process.stderr.write(`${what.padEnd(46)} all ${shown(measured.all)}   drifted ${shown(measured.drifted)}   ambiguous ${measured.drifted.ambiguous}\n`);
  return measured;
}

/** Floors, some points below what is measured: precision and recall of all flaws that both scans show. */
const HARD: Readonly<Record<string, readonly [precision: number, recall: number]>> = {
  'flaw deleted, another added': [0.97, 0.99],
  // A call that is replaced by one of the same form in the same line is an edit for anyone who sees the two lines only.
  'flaw replaced in its place': [0.9, 0.99],
  'flaw duplicated': [0.98, 0.98],
  'function moved to another file': [0.99, 0.97],
};

describe('drift tracking, measured on generated trees of Python, JavaScript, Go and Java', () => {
  for (const [mutation] of Object.entries(MUTATIONS)) {
    it(`${mutation}: a tool that prints the flagged line`, () => {
      const { all } = told(mutation, run([mutation], 'line', 1));
      const [leastPrecision, leastRecall] = HARD[mutation] ?? [0.995, 0.99];
      expect(precision(all)).toBeGreaterThanOrEqual(leastPrecision);
      expect(recall(all)).toBeGreaterThanOrEqual(leastRecall);
    });
  }

  it.each<[Printing, string, readonly [number, number], readonly [number, number]]>([
    ['line', 'the flagged line', [0.97, 0.96], [0.94, 0.9]],
    ['context', 'numbered lines around it', [0.97, 0.96], [0.94, 0.9]],
    ['symbol', 'line and function', [0.97, 0.96], [0.94, 0.9]],
    ['bare', 'line numbers only', [0.93, 0.75], [0.9, 0.15]],
  ])('four of them in each changed file: %s', (printing, prints, allFloor, driftedFloor) => {
    const { all, drifted } = told(`four a file, tool prints ${prints}`, run(Object.keys(MUTATIONS), printing, 4, 40));
    expect([precision(all) >= allFloor[0], recall(all) >= allFloor[1]]).toEqual([true, true]);
    expect([precision(drifted) >= driftedFloor[0], recall(drifted) >= driftedFloor[1]]).toEqual([true, true]);
  });

  it.each<[Printing]>([['line'], ['context'], ['symbol'], ['bare']])('lines inserted above and below: %s', (printing) => {
    const { all } = told(`lines inserted twice (${printing})`, run(['lines inserted'], printing, 2, 40));
    expect(recall(all)).toBeGreaterThanOrEqual(0.995);
    expect(precision(all)).toBeGreaterThanOrEqual(0.995);
  });
});
