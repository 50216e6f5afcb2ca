import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonObjects } from './documents.js';
import { parseOsv } from './parse.js';

async function* chunks(text: string, size = 5): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const refusal = async (text: string): Promise<unknown> => parseOsv(chunks(text)).then(() => 'taken', (error: { code?: unknown }) => error.code);

const document = (id: string, over: object = {}) => ({ schema_version: '1.6.0', id, modified: '2025-01-02T03:04:05Z', aliases: ['CVE-2024-1000'], ...over });
const lodash = document('GHSA-jf85-cpcp-j695', { aliases: ['CVE-2019-10744', 'SNYK-JS-LODASH-450202'], related: ['CVE-2018-16487'], upstream: ['CVE-2018-3721'], details: 'a "quoted" {brace] \\' });
const row = { advisory: 'GHSA-JF85-CPCP-J695', aliases: ['CVE-2019-10744', 'SNYK-JS-LODASH-450202'], withdrawn: false, modified: '2025-01-02T03:04:05.000Z' };

describe('32: OSV', () => {
  it('one document, lines, a list and files one after another say the same; related and upstream are no aliases', async () => {
    for (const text of [JSON.stringify(lodash), JSON.stringify(lodash, null, 2), `${JSON.stringify(lodash)}\n`, JSON.stringify([lodash]), `\uFEFF[\n${JSON.stringify(lodash)}\n]\n`]) {
      expect(await parseOsv(chunks(text))).toEqual({ source: 'osv', modelVersion: '', feedDate: row.modified, rows: [row] });
    }
    const two = [JSON.stringify(lodash), JSON.stringify(document('PYSEC-2024-1'))];
    for (const text of [two.join('\n'), two.join(''), `[${two.join(',')}]`]) expect((await parseOsv(chunks(text))).rows.map((one) => one.advisory)).toEqual(['GHSA-JF85-CPCP-J695', 'PYSEC-2024-1']);
  });

  it('a withdrawn one names nothing; of one that comes twice the later speaks', async () => {
    const gone = document('GHSA-1', { withdrawn: '2025-02-01T00:00:00Z', modified: '2025-02-01T00:00:00Z' });
    for (const text of [JSON.stringify([gone, document('GHSA-1')]), JSON.stringify([document('GHSA-1'), gone])]) {
      expect((await parseOsv(chunks(text))).rows).toEqual([{ advisory: 'GHSA-1', aliases: [], withdrawn: true, modified: '2025-02-01T00:00:00.000Z' }]);
    }
  });

  it('is refused whole when it is cut off anywhere', async () => {
    const text = JSON.stringify([lodash, document('PYSEC-2024-1')]);
    for (let cut = 0; cut < text.length; cut += 1) expect([cut, await refusal(text.slice(0, cut))]).toEqual([cut, expect.stringMatching(/^(truncated|empty)$/)]);
    expect(await refusal(text)).toBe('taken');
  });

  it('is refused whole when it is something else', async () => {
    expect(await refusal('<html>not found</html>')).toBe('wrong_header');
    expect(await refusal('"text"')).toBe('wrong_header');
    expect(await refusal('{"catalogVersion":"1","vulnerabilities":[]}')).toBe('wrong_header');
    expect(await refusal(JSON.stringify([lodash, { id: 'X' }]))).toBe('malformed_row');
    expect(await refusal(JSON.stringify([lodash, { ...lodash, aliases: 'CVE-1' }]))).toBe('malformed_row');
    expect(await refusal(`${JSON.stringify(lodash)}{"id":}`)).toBe('malformed_row');
    expect(await refusal('[]')).toBe('empty');
    expect(await refusal(`${JSON.stringify(lodash)}]`)).toBe('wrong_header');
  });

  it('splits any objects, however they are chunked', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 4 });
    await fc.assert(fc.asyncProperty(objects, fc.integer({ min: 1, max: 9 }), fc.constantFrom('', '\n', ','), async (all, size, between) => {
      const split: unknown[] = [];
      for await (const text of jsonObjects(chunks(`${between === ',' ? '[' : ''}${all.map((one) => JSON.stringify(one)).join(between)}${between === ',' ? ']' : ''}`, size))) split.push(JSON.parse(text));
      expect(JSON.stringify(split)).toEqual(JSON.stringify(all));
    }));
  });
});
