import { describe, expect, it } from '@jest/globals';
import { ReportError } from './errors.js';
import { compilePatterns } from './patterns.js';
import { XmlSplitter, childText, type XmlElement } from './xml-splitter.js';

const tally = { droppedKeys: 0, strippedNuls: 0, cutFields: 0, redacted: 0 };

function split(text: string, chunk = 16): { elements: XmlElement[]; rest: unknown; counts: readonly number[] } {
  const patterns = compilePatterns(['r.list.item'], ['r.big']);
  const first = new XmlSplitter({ patterns, mode: 'rest', tally });
  const second = new XmlSplitter({ patterns, mode: 'elements', tally });
  const bytes = Buffer.from(text);
  const elements: XmlElement[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    first.push(bytes.subarray(at, at + chunk));
    elements.push(...second.push(bytes.subarray(at, at + chunk)));
  }
  const rest = first.end();
  second.end();
  return { elements, rest, counts: first.counts };
}

const codeOf = (text: string): unknown => {
  try {
    return split(text);
  } catch (error) {
    if (error instanceof ReportError) return error.code;
    throw error;
  }
};

describe('the XML splitter', () => {
  it('cuts elements out with their place, and keeps the rest', () => {
    const { elements, rest, counts } = split('<r a="1"><list><item><n>é &amp; x</n></item><item><n><![CDATA[<b>]]></n></item></list><list><item/></list><big><x>y</x></big><tail>t</tail></r>', 3);
    expect(elements.map((element) => [element.path, childText(element.value, 'n')])).toEqual([[[0, 0], 'é & x'], [[0, 1], '<b>'], [[1, 0], '']]);
    expect(counts).toEqual([3]);
    expect(rest).toMatchObject({ name: 'r', attributes: { a: '1' }, children: [{ name: 'list', children: [] }, { name: 'list', children: [] }, { name: 'tail', text: 't' }] });
  });

  it.each([
    ['an external entity', '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'], ['a billion laughs', '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'],
    ['an external DTD', '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>'], ['a parameter entity', '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><r/>'],
  ])('FAULTS 50: refuses %s', (_name, text) => expect(codeOf(text)).toBe('doctype_forbidden'));

  it('refuses what is cut off, not well-formed, or too deep', () => {
    expect(codeOf('<r><list>')).toBe('truncated');
    expect(codeOf('<r><list></r>')).toBe('malformed');
    expect(codeOf('<r>&unknown;</r>')).toBe('malformed');
    expect(codeOf(`<r>${'<a>'.repeat(100)}`)).toBe('depth_limit');
  });
});
