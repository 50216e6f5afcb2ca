import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reportValidator } from './report-validator.js';
import { UploadRefused } from './refusal.js';

interface Read { readonly text: string; readonly kind: string; readonly nuls: number }

function read(bytes: Uint8Array, cuts: readonly number[] = []): Read | string {
  const validator = reportValidator();
  const kept: Uint8Array[] = [];
  try {
    let from = 0;
    for (const cut of [...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
      kept.push(Uint8Array.from(validator.write(bytes.subarray(from, cut))));
      from = cut;
    }
    const { rest, summary } = validator.end();
    return { text: Buffer.concat([...kept, rest]).toString('utf8'), kind: summary.kind, nuls: summary.nulsStripped };
  } catch (error) {
    if (!(error instanceof UploadRefused)) throw error;
    return `${error.refusal.code} ${error.refusal.position}`;
  }
}

const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

describe('43: encodings', () => {
  const text = '{"message":"Größe 漢字 🚀"}';
  it('takes UTF-8 with and without a mark, and UTF-16 with one', () => {
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), utf16be(text)]) {
      expect(read(bytes)).toEqual({ text, kind: 'json', nuls: 0 });
      expect(read(bytes, Array.from(bytes.keys()))).toEqual({ text, kind: 'json', nuls: 0 });
    }
  });
  it('refuses invalid UTF-8 with the offset of its first wrong byte', () => {
    expect(read(Buffer.from([0x7b, 0x22, 0x61, 0xff, 0x22]))).toBe('invalid_encoding byte 3');
    expect(read(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]))).toBe('invalid_encoding byte 6');
    expect(read(Buffer.concat([Buffer.from('\ufeffx'), Buffer.from([0xc0, 0xaf])]))).toBe('invalid_encoding byte 4');
    expect(read(Buffer.concat([Buffer.from('abc'), Buffer.from([0xf0, 0x9f, 0x9a])]))).toBe('invalid_encoding byte 3');
  });
  it('finds the same offset wherever chunks are cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom(0xff, 0xc0, 0x80, 0xfe), fc.string({ maxLength: 20 }), fc.array(fc.nat(), { maxLength: 5 }), (before, wrong, after, cuts) => {
      const head = Buffer.from(`x${before}`);
      const bytes = Buffer.concat([head, Buffer.from([wrong]), Buffer.from(after)]);
      expect(read(bytes, cuts)).toBe(`invalid_encoding byte ${head.length}`);
    }), { numRuns: 500 });
  });
  it('keeps every valid text as it is, wherever it is cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.array(fc.nat(), { maxLength: 5 }), (body, cuts) => {
      const kept = `t${body.replaceAll('\0', '')}`;
      expect(read(Buffer.from(kept), cuts)).toEqual({ text: kept, kind: 'text', nuls: 0 });
    }), { numRuns: 500 });
  });
  it('refuses UTF-16 that is not', () => {
    expect(read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from([0x00, 0xd8, 0x41, 0x00])]))).toMatch(/^invalid_encoding/);
    expect(read(Buffer.from([0xff, 0xfe, 0x41]))).toMatch(/^invalid_encoding/);
  });
  it('strips NUL and counts it', () => {
    expect(read(Buffer.from('{"a":\0"b\0c"}'))).toEqual({ text: '{"a":"bc"}', kind: 'json', nuls: 2 });
  });
});

describe('kinds', () => {
  it('tells JSON, JSON lines, XML and text by the first character', () => {
    expect(read(Buffer.from('\n  [1]'))).toMatchObject({ kind: 'json' });
    expect(read(Buffer.from('{}\n{}\n'))).toMatchObject({ kind: 'json-lines' });
    expect(read(Buffer.from('<?xml version="1.0"?><a b="&lt;"><!-- c --><c/><![CDATA[<]]></a>'))).toMatchObject({ kind: 'xml' });
    expect(read(Buffer.from('Id,Title\n1,x\n'))).toMatchObject({ kind: 'text' });
    expect(read(Buffer.from(''))).toBe('empty_report byte 0');
    expect(read(Buffer.from('\n '))).toBe('empty_report byte 0');
  });
});

describe('50: hostile XML', () => {
  const hostile: Readonly<Record<string, string>> = {
    'an external entity': '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    'an external DTD': '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>',
    'parameter entities': '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><r/>',
    'billion laughs': `<!DOCTYPE l [<!ENTITY a "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`).join('')}]><l>&a8;</l>`,
    'lower case and a comment in front': '<!-- x --><!doctype r><r/>',
    'an unfinished one': `<!DOCTYPE r [${'<!ENTITY a "b">'.repeat(10_000)}`,
  };
  for (const [name, xml] of Object.entries(hostile)) {
    it(`refuses ${name}`, () => {
      const before = performance.now();
      expect(read(Buffer.from(xml))).toMatch(/^doctype_forbidden/);
      expect(read(Buffer.from(xml), Array.from({ length: 64 }, (_, i) => i))).toMatch(/^doctype_forbidden/);
      expect(performance.now() - before).toBeLessThan(1000);
    });
  }
  it('refuses unknown entities, nesting and broken markup', () => {
    expect(read(Buffer.from('<r>&x;</r>'))).toMatch(/^xml_malformed/);
    expect(read(Buffer.from('<a>'.repeat(65)))).toMatch(/^depth_limit/);
    expect(read(Buffer.from('<r><a></r>'))).toMatch(/^xml_malformed/);
    expect(read(Buffer.from('<r><a>'))).toMatch(/^truncated/);
    expect(read(Buffer.from('<!-- only a comment -->'))).toMatch(/^(truncated|xml_malformed)/);
    expect(read(Buffer.from('<r a="1" a="2"/>'))).toMatch(/^xml_malformed/);
  });
  it('mentions of a DOCTYPE inside the document are only text', () => {
    expect(read(Buffer.from('<r><![CDATA[<!DOCTYPE html>]]></r>'))).toMatchObject({ kind: 'xml' });
  });
});
