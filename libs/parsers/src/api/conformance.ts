/* eslint-disable no-restricted-imports, no-restricted-syntax -- the kit of the tests reads fixtures and UPDATE_GOLDEN; parsers never import it */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseAll, readFixtures, reportOf, testContext, type Fixture, type Fixtures, type Parsed } from './conformance-io.js';
import { allResultLists, firstXmlElement, plantPrototypes, reverseKeys, wrongTypes } from './conformance-mutations.js';
import type { Parser } from './contract.js';
import { MAX_DRAFT_BYTES, draftBytes } from './draft.js';

export * from './conformance-io.js';
export * from './conformance-mutations.js';

const MEMORY_BYTES = 6 * 1024 * 1024;
const MEMORY_LIMIT = 100 * 1024 * 1024;

/**
 * What every parser must keep, run on its fixtures: `conformance(parser, import.meta.url)` in its folder. With
 * UPDATE_GOLDEN=1 the goldens are written anew; read their diff.
 */
export function conformance(parser: Parser, specUrl: string): void {
  const folder = dirname(fileURLToPath(specUrl));
  const fixtures = readFixtures(folder);
  describe(`parser ${parser.id}`, () => {
    describeDescriptor(parser, folder, fixtures);
    describe.each(fixtures.all.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, fixture) => {
      describeReading(parser, fixture, fixtures);
      describeHostility(parser, fixture);
    });
    describeMemory(parser, fixtures);
  });
}

function describeDescriptor(parser: Parser, folder: string, fixtures: Fixtures): void {
  it('is one folder with its id, doc, fixtures and an empty report', () => {
    expect(basename(folder)).toBe(parser.id);
    expect(existsSync(join(folder, 'doc.md'))).toBe(true);
    expect(fixtures.all.some((fixture) => /empty/.test(fixture.name))).toBe(true);
    expect(parser.classes.length).toBeGreaterThan(0);
    expect(parser.identityRecipe.keys.length).toBeGreaterThan(0);
    expect(parser.produce).not.toBe('');
  });

  it('has its canaries in its fixtures, so that their absence from the output means something', () => {
    const text = fixtures.all.map((fixture) => fixture.bytes.toString('utf8')).join('\n');
    for (const canary of fixtures.canaries) expect(text).toContain(canary.split('\n')[0] as string);
    if (parser.classes.includes('secrets')) expect(fixtures.canaries.length).toBeGreaterThan(0);
  });
}

function describeReading(parser: Parser, fixture: Fixture, fixtures: Fixtures): void {
  let parsed: Parsed;
  beforeAll(async () => {
    parsed = await parseAll(parser, reportOf(fixture.bytes, fixture.name));
  });

  it('accounts for every result: reported = observed + quarantined', () => {
    expect(parsed.error).toBeUndefined();
    expectAccounted(parsed);
    if (/empty/.test(fixture.name)) expect(parsed.summary?.reported).toBe(0);
    expect(new Set(parsed.drafts.map((draft) => draft.ordinal)).size).toBe(parsed.drafts.length);
  });

  it('gives the drafts of the golden file', () => {
    const golden = join(fixtures.goldenDir, `${fixture.name}.json`);
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(fixtures.goldenDir, { recursive: true });
      writeFileSync(golden, `${JSON.stringify(parsed, undefined, 1)}\n`);
    }
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('reads the same at any chunk size', async () => {
    for (const size of [7, 1021]) expect(await parseAll(parser, reportOf(fixture.bytes, fixture.name, size))).toEqual(parsed);
  });

  it('knows its own file by the first bytes', () => {
    const head = fixture.bytes.subarray(0, 64 * 1024);
    // `null` and `[]` are the empty reports of several tools: only the name of the file can tell.
    expect(parser.detect(head, fixture.name)).toBeGreaterThanOrEqual(fixture.bytes.length < 10 ? 0.5 : 0.8);
  });

  it('lets no secret of the fixture out, whole or in halves (FAULTS 52)', () => {
    const text = JSON.stringify(parsed).replaceAll('\\n', '\n');
    for (const canary of fixtures.canaries) {
      const half = Math.ceil(canary.length / 2);
      for (const piece of [canary, canary.slice(0, half), canary.slice(half)]) if (piece.length >= 8) expect([piece, text.includes(piece)]).toEqual([piece, false]);
    }
  });

  it('keeps each draft within 32 KiB and its class within the parser\'s', () => {
    for (const draft of parsed.drafts) {
      expect(draftBytes(draft)).toBeLessThanOrEqual(MAX_DRAFT_BYTES);
      expect(parser.classes).toContain(draft.class);
      expect(draft.title).not.toBe('');
    }
  });
}

function expectAccounted(parsed: Parsed): void {
  expect(parsed.summary).toBeDefined();
  expect(parsed.summary?.reported).toBe(parsed.drafts.length + parsed.quarantined.length);
  expect(parsed.summary?.counted).toBe((parsed.summary?.reported ?? 0) + (parsed.summary?.notFlaws ?? 0));
}

function describeHostility(parser: Parser, fixture: Fixture): void {
  it('refuses a file that is cut off, at every tenth, before its first result (FAULTS 44)', async () => {
    const text = fixture.bytes.toString('utf8').trimEnd();
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const cut = Buffer.from(text).subarray(0, Math.floor((text.length * tenth) / 10));
      const parsed = await parseAll(parser, reportOf(cut, fixture.name));
      expect(parsed.error).toBeDefined();
      expect(parsed.drafts).toEqual([]);
    }
  });

  if (fixture.bytes.toString('utf8').trimStart().startsWith('<')) describeXml(parser, fixture);
  else describeJson(parser, fixture);
}

function describeXml(parser: Parser, fixture: Fixture): void {
  it('refuses a DOCTYPE with its entities, and fetches nothing (FAULTS 50)', async () => {
    const evil = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>';
    const text = fixture.bytes.toString('utf8').replace(/<\?xml[^>]*\?>/, '');
    const parsed = await parseAll(parser, reportOf(evil + text, fixture.name));
    expect(parsed.error?.code).toBe('doctype_forbidden');
    expect(parsed.drafts).toEqual([]);
  });
}

function describeJson(parser: Parser, fixture: Fixture): void {
  const document = (): unknown => documentOf(fixture.bytes.toString('utf8'));
  const parse = (value: unknown): Promise<Parsed> => parseAll(parser, reportOf(JSON.stringify(value), fixture.name));
  const lists = allResultLists(document(), parser.elements);
  if (lists.length === 0) return;

  it('reads the same results whatever the order of results and keys', async () => {
    const original = await parse(document());
    const reversed = document();
    for (const list of allResultLists(reversed, parser.elements)) list.reverse();
    expect(bag(await parse(reversed))).toEqual(bag(original));
    expect(bag(await parse(reverseKeys(document())))).toEqual(bag(original));
  });

  it('sets results of wrong types aside, and reads their neighbours (FAULTS 46)', async () => {
    const changed = document();
    const list = allResultLists(changed, parser.elements)[0] as unknown[];
    const good = list.slice(0, 2);
    let before = 0;
    list.splice(0, list.length, ...good);
    // Some of them may say that there is no flaw.
    const floor = (await parse(changed)).drafts.length;
    // All wrong results at once, in chunks: what counts is that each is accounted for and the good ones stay.
    const wrong = [...wrongTypes(structuredClone(good[0]) as never)];
    for (let at = 0; at < wrong.length; at += 100) {
      const part = wrong.slice(at, at + 100);
      list.splice(0, list.length, ...good, ...part, ...good);
      const parsed = await parse(changed);
      expect(parsed.error).toBeUndefined();
      expectAccounted(parsed);
      before = Math.max(before, parsed.drafts.length);
    }
    expect(before).toBeGreaterThanOrEqual(floor);
  });

  it('refuses or reads a report whose metadata are of wrong types, and fails in no other way', async () => {
    if (fixture.bytes.length > 40_000) return;
    for (const wrong of wrongTypes(document() as never)) {
      const parsed = await parse(wrong);
      if (parsed.error) expect(parsed.drafts).toEqual([]);
      else expectAccounted(parsed);
    }
  });

  it('drops keys that would reach a prototype (FAULTS 49)', async () => {
    const parsed = await parseAll(parser, reportOf(plantPrototypes(document()), fixture.name));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(JSON.stringify(parsed).includes('polluted')).toBe(false);
    expect(parsed.summary?.tally.droppedKeys).toBeGreaterThan(0);
    expectAccounted(parsed);
  });

  it('takes a byte-order mark, UTF-16 and NULs (FAULTS 43)', async () => {
    const plain = await parseAll(parser, reportOf(fixture.bytes, fixture.name));
    const text = fixture.bytes.toString('utf8');
    expect(bag(await parseAll(parser, reportOf(`\ufeff${text}`, fixture.name)))).toEqual(bag(plain));
    expect(bag(await parseAll(parser, reportOf(Buffer.from(`\ufeff${text}`, 'utf16le'), fixture.name, 1023)))).toEqual(bag(plain));
  });
}

/** A fixture as one document: JSON lines are the list of them, as their parsers take it, too. */
function documentOf(text: string): unknown {
  const isLines = /^\s*\{/.test(text) && /\}\s*\n\s*\{/.test(text);
  return JSON.parse(isLines ? `[${text.replace(/\}\s*\n\s*\{/g, '},{')}]` : text);
}

/** Drafts without their places in the file, in an order of their own. */
function bag(parsed: Parsed): string[] {
  return parsed.drafts.map((draft) => JSON.stringify(sorted({ ...draft, ordinal: 0 }))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, child]) => [key, sorted(child)]));
}

function describeMemory(parser: Parser, fixtures: Fixtures): void {
  it('reads a large report in bounded memory', async () => {
    const blown = fixtures.all.map((fixture) => blowUp(fixture, parser)).find((found) => found !== undefined);
    expect(blown).toBeDefined();
    if (!blown) return;
    const start = process.memoryUsage().rss;
    let peak = start;
    let drafts = 0;
    const count = Math.min(15_000, Math.ceil(MEMORY_BYTES / blown.element.length));
    for await (const item of parser.parse({ fileName: '', open: () => blown.open(count) }, testContext)) {
      if (item.kind === 'draft') drafts += 1;
      if (drafts % 5000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(drafts).toBeGreaterThanOrEqual(count);
    expect(peak - start).toBeLessThan(MEMORY_LIMIT);
  });
}

interface Blown {
  readonly element: string;
  open(count: number): AsyncGenerator<Buffer>;
}

/** A fixture with its first result repeated as often as wanted, never whole in memory. */
function blowUp(fixture: Fixture, parser: Parser): Blown | undefined {
  const text = fixture.bytes.toString('utf8');
  if (text.trimStart().startsWith('<')) {
    const tag = parser.elements.filter((path) => !path.includes('[')).map((path) => path.split('.').at(-1) as string).find((name) => firstXmlElement(text, name));
    const found = tag === undefined ? undefined : firstXmlElement(text, tag);
    return found && repeated(found.before, found.element, found.after, '');
  }
  const document = documentOf(text);
  const list = allResultLists(document, parser.elements)[0];
  if (!list) return undefined;
  const element = JSON.stringify(list[0]);
  list.splice(0, list.length, '@@results@@');
  const [before = '', after = ''] = JSON.stringify(document).split('"@@results@@"');
  return repeated(before, element, after, ',');
}

function repeated(before: string, element: string, after: string, separator: string): Blown {
  return {
    element,
    async *open(count) {
      yield Buffer.from(before);
      const batch = 200;
      for (let done = 0; done < count; done += batch) {
        const size = Math.min(batch, count - done);
        const last = done + size >= count;
        yield Buffer.from(`${new Array<string>(size).fill(element).join(separator)}${last ? '' : separator}`);
      }
      yield Buffer.from(after);
    },
  };
}
