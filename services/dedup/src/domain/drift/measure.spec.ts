import { describe, expect, it } from '@jest/globals';
import { Chance } from '../../../test/drift-languages.js';
import { compareScans, precision, recall, sum, type Measure } from '../../../test/drift-measure.js';
import { MUTATIONS, scan, World, type Printing } from '../../../test/drift-world.js';

const WORLDS = 40;
const PRINTINGS: readonly Printing[] = ['line', 'context', 'symbol', 'bare'];

/** Changes some files of each of many worlds, each changed file `times` times, and compares the scans before and after. */
function run(names: readonly string[], printing: Printing, times: number, seed = 1): { readonly all: Measure; readonly drifted: Measure } {
  const compared = Array.from({ length: WORLDS }, (_, index) => {
    const world = new World(new Chance(seed * 1000 + index), 6);
    const before = scan(world.copy(), printing);
    for (const file of world.files) {
      if (!world.chance.happens(0.6)) continue;
      for (let time = 0; time < times; time += 1) MUTATIONS[world.chance.pick(names)]?.(world, file);
    }
    return compareScans(before, scan(world.files, printing));
  });
  return { all: sum(compared.map((one) => one.all)), drifted: sum(compared.map((one) => one.drifted)) };
}

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;
const row = (what: string, { all, drifted }: ReturnType<typeof run>): string =>
  `${what.padEnd(42)} all ${String(all.truth).padStart(5)} P ${percent(precision(all))} R ${percent(recall(all))}   drifted ${String(drifted.truth).padStart(4)} P ${percent(precision(drifted))} R ${percent(recall(drifted))} ambiguous ${drifted.ambiguous}\n`;

describe('drift tracking, measured on generated trees', () => {
  for (const printing of PRINTINGS) {
    it(`each mutation apart, with what a scanner of the kind '${printing}' prints`, () => {
      for (const mutation of Object.keys(MUTATIONS)) process.stderr.write(row(`${printing}: ${mutation}`, run([mutation], printing, 1)));
      expect(true).toBe(true);
    });

    it(`all mutations together, several a file, kind '${printing}'`, () => {
      const measured = run(Object.keys(MUTATIONS), printing, 4);
      process.stderr.write(row(`${printing}: four of them a file`, measured));
      expect(precision(measured.all)).toBeGreaterThan(0);
    });
  }
});
