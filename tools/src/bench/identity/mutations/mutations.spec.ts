import { describe, expect, it } from '@jest/globals';
import { plantedProject } from '../projects/project.js';
import { dice } from '../random.js';
import { originOf, textOf, type Tree } from '../source/tree.js';
import { MUTATIONS } from './index.js';

const tree: Tree = plantedProject('spec', 1).files;
const { planted } = plantedProject('spec', 1);
const flagged = new Map(planted.map((one) => [originOf(one.path, one.startLine), ['bandit B1']] as const));
const applied = (name: string): Tree => MUTATIONS.find((one) => one.name === name)?.mutate(tree, { dice: dice(name), flagged }) ?? [];
const originalText = new Map(tree.flatMap((file) => file.lines.map((line, index) => [originOf(file.path, index + 1), line.text] as const)));
const compact = (text: string): string => text.replace(/\s+/g, '');

describe('mutations', () => {
  it.each(MUTATIONS.map(({ name }) => name))('%s: every origin is a line of the tree that was scanned first', (name) => {
    const origins = applied(name).flatMap(({ lines }) => lines.flatMap((line) => line.origins));
    expect(origins.filter((origin) => !originalText.has(origin))).toEqual([]);
  });

  it.each(MUTATIONS.filter(({ written }) => written === undefined).map(({ name }) => name))('%s: changes something, the same in every run', (name) => {
    const text = applied(name).map((file) => file.path + textOf(file)).join('\n');
    expect(text).not.toBe(tree.map((file) => file.path + textOf(file)).join('\n'));
    expect(applied(name).map((file) => file.path + textOf(file)).join('\n')).toBe(text);
  });

  it.each(['lines above', 'lines in the middle', 'lines at many places', 'lines around the flagged', 'files renamed', 'folder moved', 'function moved in its file', 'function moved to another file'])('%s: old lines read as before', (name) => {
    for (const line of applied(name).flatMap(({ lines }) => lines)) for (const origin of line.origins) expect(line.text).toBe(originalText.get(origin));
  });

  it('calls wrapped: the parts of a line make the line', () => {
    for (const file of applied('calls wrapped')) {
      const parts = Map.groupBy(file.lines.filter(({ origins }) => origins.length > 0), ({ origins }) => origins[0] ?? '');
      for (const [origin, of] of parts) expect(compact(of.map(({ text }) => text).join(''))).toBe(compact(originalText.get(origin) ?? ''));
    }
  });

  it('lines in the middle: nothing is put inside of a call or a text', () => {
    const file = applied('lines in the middle').find(({ path }) => path.endsWith('handlers.py'));
    expect(file?.lines.filter(({ origins }, index) => origins.length === 0 && /[(,]$/.test(file.lines[index - 1]?.text ?? ''))).toEqual([]);
  });

  it('fixed, and another of its rule: neither the harmless line nor the other statement comes from the old one', () => {
    const gone = [...flagged.keys()].filter((origin) => !applied('fixed, and another of its rule').some(({ lines }) => lines.some(({ origins }) => origins.includes(origin))));
    expect(gone.length).toBeGreaterThan(0);
  });
});
