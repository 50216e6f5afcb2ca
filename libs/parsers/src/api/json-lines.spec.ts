import { describe, expect, it } from '@jest/globals';
import { parseAll, reportOf } from './conformance-io.js';
import type { Parser } from './contract.js';
import { jsonParser } from './json-report.js';
import { fieldsOf, requiredText } from './read.js';
import { NO_SEVERITY } from './severity.js';

const lines: Pick<Parser, 'parse'> = {
  parse: jsonParser<null>({
    elements: ['[*]'], lines: true,
    begin: () => ({ meta: { tool: 't', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null }),
    read: (element) => ({ class: 'sast', title: requiredText(fieldsOf(element.value, 'the line'), 'id'), severity: NO_SEVERITY, rule: { tool: 't', id: 'r' } }),
  }),
};
const titles = async (text: string, size?: number): Promise<readonly string[] | string> => {
  const parsed = await parseAll(lines, reportOf(text, 'f', size));
  return parsed.error?.code ?? parsed.drafts.map((draft) => draft.title);
};

describe('JSON lines', () => {
  it.each([
    ['lines', '{"id":"a"}\n{"id":"b"}\n'], ['lines of Windows', '{"id":"a"}\r\n\r\n{"id":"b"}\r\n'], ['one list', '[{"id":"a"},{"id":"b"}]'], ['printed over many lines', '{\n "id": "a"\n}\n{\n "id": "b"\n}'],
    ['nothing between', '{"id":"a"}{"id":"b"}'], ['brackets and quotes in texts', '{"id":"a","x":"}{\\"]\\\\"}\n{"id":"b","y":[{"z":{}}]}'],
  ])('are read as %s, at any size of the chunks', async (_name, text) => {
    for (const size of [1, 2, 7, 4096]) expect(await titles(text, size)).toEqual(['a', 'b']);
  });

  it('44: with a torn last line are refused as a whole, and so is an empty file', async () => {
    expect(await titles('{"id":"a"}\n{"id":"b')).toBe('truncated');
    expect(await titles('')).toBe('truncated');
    expect(await titles(' \n')).toBe('truncated');
  });

  it('with something between them that is no JSON are refused', async () => {
    expect(await titles('{"id":"a"}\n[INF] done\n{"id":"b"}')).toBe('malformed');
    expect(await titles('{"id":"a"}\n}')).toBe('malformed');
  });

  it('say where a result that cannot be read stands in the file', async () => {
    const text = '{"id":"a"}\n{"no":"id"}\n{"id":"c"}';
    for (const size of [3, 4096]) {
      const parsed = await parseAll(lines, reportOf(text, 'f', size));
      expect(parsed.quarantined.map((one) => one.position)).toEqual([`result 1 at byte ${text.indexOf('{"no"')}`]);
    }
  });
});
