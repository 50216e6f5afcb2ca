import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ParseTally } from './contract.js';
import { ReportError } from './errors.js';
import { JsonSplitter, type SplitElement } from './json-splitter.js';
import { compilePatterns } from './patterns.js';

const tally = (): ParseTally => ({ droppedKeys: 0, strippedNuls: 0, cutFields: 0, redacted: 0 });

function split(text: string | Buffer, elements: string[], chunk = 64, skip: string[] = []): { elements: SplitElement[]; rest: unknown; counts: readonly number[]; tally: ParseTally } {
  const bytes = Buffer.from(text as string);
  const patterns = compilePatterns(elements, skip);
  const counter = tally();
  const first = new JsonSplitter({ patterns, mode: 'rest', tally: counter });
  const second = new JsonSplitter({ patterns, mode: 'elements', tally: counter });
  const found: SplitElement[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    first.push(bytes.subarray(at, at + chunk));
    found.push(...second.push(bytes.subarray(at, at + chunk)));
  }
  const rest = first.end();
  second.end();
  return { elements: found, rest, counts: first.counts, tally: counter };
}

/** What the splitter makes of a value: numbers beyond 2^53 stay digits, keys that reach a prototype go. */
function exact(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value)) return value.map(exact);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([key, child]) => key !== '__proto__' && (key !== 'constructor' || typeof child !== 'object' || child === null)).map(([key, child]) => [key, exact(child)])) : value;
}

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReportError) return error.code;
    throw error;
  }
};

describe('the JSON splitter', () => {
  it('cuts elements below any key of an object, and names the keys', () => {
    const { elements, rest, counts } = split('{"results":{"a.py":[{"k":1},2],"b\\u002epy":[3],"none":[]},"version":"1"}', ['results{*}[*]'], 3);
    expect(elements.map((element) => [element.value, element.keys, element.path])).toEqual([[{ k: 1 }, ['a.py'], [0]], [2, ['a.py'], [1]], [3, ['b.py'], [0]]]);
    expect(rest).toEqual({ results: { 'a.py': [], 'b.py': [], none: [] }, version: '1' });
    expect(counts).toEqual([3]);
    expect(split('{"results":[[1]]}', ['results{*}[*]']).elements).toEqual([]);
  });

  it('cuts the elements of the named arrays out and leaves the rest', () => {
    const text = JSON.stringify({ runs: [{ results: [{ a: 1 }, 2, 'x"]}', [3]], tool: { name: 't' } }, { tool: 1, results: [] }], tail: true });
    const { elements, rest, counts } = split(text, ['runs[*].results[*]'], 5);
    expect(elements.map((element) => element.value)).toEqual([{ a: 1 }, 2, 'x"]}', [3]]);
    expect(elements.map((element) => element.path)).toEqual([[0, 0], [0, 1], [0, 2], [0, 3]]);
    expect(rest).toEqual({ runs: [{ results: [], tool: { name: 't' } }, { tool: 1, results: [] }], tail: true });
    expect(counts).toEqual([4]);
    expect(text.slice(elements[1]?.position, (elements[1]?.position ?? 0) + 1)).toBe('2');
  });

  it('leaves skipped parts out, also inside lists', () => {
    expect(split('{"a":{"big":[1,2]},"l":[{"big":1,"k":2}]}', ['x[*]'], 3, ['a.big', 'l[*].big']).rest).toEqual({ a: { big: null }, l: [{ big: null, k: 2 }] });
  });

  it('agrees with JSON.parse on every document, at every chunk size', () => {
    const element = fc.jsonValue({ maxDepth: 4 });
    const document = fc.record({ head: fc.jsonValue({ maxDepth: 3 }), items: fc.array(element, { maxLength: 8 }), tail: fc.jsonValue({ maxDepth: 3 }) });
    fc.assert(fc.property(document, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 }), (value, chunk, indent) => {
      const text = JSON.stringify({ h: { t: value.head }, items: value.items, z: value.tail }, undefined, indent);
      const { elements, rest } = split(text, ['items[*]'], chunk);
      const parsed = JSON.parse(text) as { items: unknown[] };
      expect(elements.map((one) => one.value)).toEqual(exact(parsed.items));
      expect(exact(rest)).toEqual(exact({ ...parsed, items: [] }));
    }), { numRuns: 300 });
  });

  it('refuses every proper prefix of a document (FAULTS 44)', () => {
    const text = '{"items":[{"a":"x\\"y"},{"b":[1,{"c":null}]}],"end":{"k":1.5e3}}';
    for (let length = 0; length < text.length; length += 1) expect(codeOf(() => split(text.slice(0, length), ['items[*]'], 3))).toBe('truncated');
  });

  it('never throws anything but a ReportError, whatever the bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]{}",:0-9a-e\\ ]*$/)), fc.integer({ min: 1, max: 9 }), (text, chunk) => {
      codeOf(() => split(text, ['[*]', 'a[*]'], chunk));
    }), { numRuns: 500 });
  });

  it('stops at a depth of 64, however deep the file goes (FAULTS 42)', () => {
    expect(codeOf(() => split('['.repeat(100_000), ['x[*]'], 4096))).toBe('depth_limit');
    expect(codeOf(() => split(`{"items":[${'['.repeat(70)}`, ['items[*]'], 4096))).toBe('depth_limit');
    expect(split(`{"items":[${'['.repeat(60)}${']'.repeat(60)}]}`, ['items[*]']).elements).toHaveLength(1);
  });

  it('refuses what stands after the document', () => {
    expect(codeOf(() => split('{"items":[]} x', ['items[*]']))).toBe('trailing_data');
    expect(codeOf(() => split('{"items":[]}]', ['items[*]']))).toBe('trailing_data');
  });

  it('sets a broken or too exotic element aside and reads its neighbours', () => {
    const text = Buffer.concat([Buffer.from('{"items":[{"a":1},{"b":tru},{"c":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"},{"d":1e400},{"e":2}]}')]);
    const { elements } = split(text, ['items[*]'], 7);
    expect(elements.map((element) => element.refusal?.code ?? element.value)).toEqual([{ a: 1 }, 'malformed', 'invalid_utf8', 'number_not_finite', { e: 2 }]);
  });

  it('sets an element above the size limit aside without holding it (FAULTS 46)', () => {
    const { elements } = split(`{"items":[{"m":"${'x'.repeat(17 * 1024 * 1024)}"},{"ok":1}]}`, ['items[*]'], 1024 * 1024);
    expect(elements.map((element) => element.refusal?.code ?? element.value)).toEqual(['result_too_large', { ok: 1 }]);
  });

  it('keeps large ids as text, takes the last of duplicate keys, and keeps -0 apart from nothing (FAULTS 47)', () => {
    const { elements } = split('{"items":[{"id":9007199254740993,"id2":-9007199254740993,"n":9007199254740991},{"k":1,"k":2},-0]}', ['items[*]']);
    expect(elements.map((element) => element.value)).toEqual([{ id: '9007199254740993', id2: '-9007199254740993', n: 9007199254740991 }, { k: 2 }, -0]);
  });

  it('drops keys that would reach a prototype, escaped ones too, and counts them (FAULTS 49)', () => {
    const { elements, tally: counter } = split('{"items":[{"__proto__":{"x":1},"a":{"constructor":{"prototype":{"x":1}},"\\u005f_proto__":1},"constructor":"a word"}]}', ['items[*]']);
    expect(elements[0]?.value).toEqual({ a: {}, constructor: 'a word' });
    expect(counter.droppedKeys).toBe(3);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
