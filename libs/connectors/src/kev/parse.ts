import { type Feed, FeedRefused, type IntelRow, objectOf, textOf } from '@throughline/connectors/api';

const MAX_BYTES = 64 * 1024 * 1024;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** CISA's catalogue of known exploited vulnerabilities as JSON; it says its own number of rows. */
export async function parseKev(source: AsyncIterable<Uint8Array>): Promise<Feed> {
  const catalogue = objectOf(parseJson(await textOfStream(source)));
  const listed = catalogue['vulnerabilities'];
  const feedDate = textOf(catalogue['dateReleased']);
  if (!Array.isArray(listed) || feedDate === '' || typeof catalogue['count'] !== 'number') {
    throw new FeedRefused('wrong_header', 'not the KEV catalogue: dateReleased, count and vulnerabilities are expected');
  }
  const rows = listed.map(rowOf);
  if (rows.length === 0) throw new FeedRefused('empty', 'the catalogue lists nothing');
  if (rows.length !== catalogue['count']) throw new FeedRefused('truncated', `the catalogue says ${catalogue['count']} rows and holds ${rows.length}`);
  return { source: 'kev', feedDate, modelVersion: textOf(catalogue['catalogVersion']), rows };
}

function rowOf(value: unknown, index: number): IntelRow {
  const row = objectOf(value);
  const advisory = textOf(row['cveID']).toUpperCase();
  const added = textOf(row['dateAdded']);
  if (!/^CVE-\d{4}-\d{4,19}$/.test(advisory) || !DATE.test(added)) throw new FeedRefused('malformed_row', `vulnerabilities[${index}] has no cveID or dateAdded`);
  const due = textOf(row['dueDate']);
  return { advisory, kevAdded: added, kevDue: DATE.test(due) ? due : '', ransomware: textOf(row['knownRansomwareCampaignUse']).toLowerCase() === 'known' };
}

async function textOfStream(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new FeedRefused('too_large', `more than ${MAX_BYTES} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FeedRefused('truncated', 'the catalogue is not whole JSON');
  }
}
