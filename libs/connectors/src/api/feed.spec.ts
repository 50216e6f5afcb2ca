import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseEpss } from '../epss/parse.js';
import { parseKev } from '../kev/parse.js';
import { refuseShrunk, type FeedParser } from './feed.js';

async function* chunks(text: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const refusal = async (parse: FeedParser, text: string): Promise<unknown> => parse(chunks(text)).then(() => 'taken', (error: { code?: unknown }) => error.code);
const epss = '#model_version:v2025.03.14,score_date:2025-08-25T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0001,0.01297,0.78715\nCVE-2021-44228,0.94358,0.99957\n';

describe('32: EPSS', () => {
  it('is read with its model and date', async () => {
    expect(await parseEpss(chunks(epss))).toEqual({
      source: 'epss', modelVersion: 'v2025.03.14', feedDate: '2025-08-25T00:00:00+0000',
      rows: [{ advisory: 'CVE-1999-0001', epss: 0.01297, percentile: 0.78715 }, { advisory: 'CVE-2021-44228', epss: 0.94358, percentile: 0.99957 }],
    });
  });
  it('is refused whole when it is truncated, has another header, wrong rows or none', async () => {
    for (let cut = 1; cut < epss.length; cut += 1) {
      const ends = epss.slice(0, cut);
      expect([cut, await refusal(parseEpss, ends)]).toEqual([cut, ends.endsWith('\n') && ends.split('\n').length > 3 ? 'taken' : expect.stringMatching(/^(truncated|wrong_header|empty)$/)]);
    }
    expect(await refusal(parseEpss, epss.replace('cve,epss,percentile', 'cve,score,percentile'))).toBe('wrong_header');
    expect(await refusal(parseEpss, epss.replace('0.94358', '1.94358'))).toBe('malformed_row');
    expect(await refusal(parseEpss, '<html>not found</html>\n')).toBe('wrong_header');
    expect(await refusal(parseEpss, '')).toBe('wrong_header');
  });
  it('is refused when it lost a tenth of its rows since the last good one', async () => {
    const feed = await parseEpss(chunks(epss));
    expect(() => refuseShrunk(feed, 2)).not.toThrow();
    expect(() => refuseShrunk(feed, undefined)).not.toThrow();
    expect(() => refuseShrunk(feed, 3)).toThrow(expect.objectContaining({ code: 'shrunk' }));
  });
});

describe('32: KEV', () => {
  const row = { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10', dueDate: '2021-12-24', knownRansomwareCampaignUse: 'Known' };
  const kev = (over: object = {}) => JSON.stringify({ catalogVersion: '1', dateReleased: '2025-08-25T17:04:19Z', count: 1, vulnerabilities: [row], ...over });
  it('is read', async () => {
    expect((await parseKev(chunks(kev()))).rows).toEqual([{ advisory: 'CVE-2021-44228', kevAdded: '2021-12-10', kevDue: '2021-12-24', ransomware: true }]);
  });
  it('is refused whole when cut, short, empty or something else', async () => {
    expect(await refusal(parseKev, kev().slice(0, -10))).toBe('truncated');
    expect(await refusal(parseKev, kev({ count: 2 }))).toBe('truncated');
    expect(await refusal(parseKev, kev({ count: 0, vulnerabilities: [] }))).toBe('empty');
    expect(await refusal(parseKev, kev({ vulnerabilities: [{ cveID: 'x' }] }))).toBe('malformed_row');
    expect(await refusal(parseKev, '{}')).toBe('wrong_header');
  });
  it('the real catalogue', async () => {
    const file = resolve('../../../shared/corpus/intel/kev-2025.08.25.json');
    if (!existsSync(file)) {
      process.stderr.write('the corpus is absent: the real catalogue was not read\n');
      return;
    }
    const feed = await parseKev(chunks(readFileSync(file, 'utf8'), 65_536));
    expect([feed.rows.length, feed.feedDate]).toEqual([1404, '2025-08-25T17:04:19.9796Z']);
  });
});
