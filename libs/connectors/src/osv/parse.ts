import { FeedRefused, objectOf, textOf, type Feed, type IntelRow } from '@throughline/connectors/api';
import { jsonObjects } from './documents.js';

const MAX_ROWS = 2_000_000;
const MAX_ALIASES = 200;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:+-]{1,79}$/;

/**
 * Advisories in the OSV format (https://ossf.github.io/osv-schema/), as OSV and GitHub export them: of each only its names
 * are taken. `aliases` name the same flaw; `upstream` and `related` do not, and are not taken. What was withdrawn names
 * nothing any more. Of a document that comes twice the one that was modified last speaks.
 */
export async function parseOsv(source: AsyncIterable<Uint8Array>): Promise<Feed> {
  const rows = new Map<string, IntelRow>();
  let feedDate = '';
  let number = 0;
  for await (const text of jsonObjects(source)) {
    number += 1;
    const row = rowOf(text, number);
    const known = rows.get(row.advisory);
    if (known === undefined || (known.modified ?? '') <= (row.modified ?? '')) rows.set(row.advisory, row);
    if ((row.modified ?? '') > feedDate) feedDate = row.modified ?? '';
    if (rows.size > MAX_ROWS) throw new FeedRefused('too_large', `more than ${MAX_ROWS} advisories`);
  }
  if (rows.size === 0) throw new FeedRefused('empty', 'the feed holds no advisory');
  return { source: 'osv', modelVersion: '', feedDate, rows: [...rows.values()] };
}

function rowOf(text: string, number: number): IntelRow {
  const document = objectOf(parsed(text, number));
  const [id, modified] = [textOf(document['id']), textOf(document['modified'])];
  if (!ID.test(id) || Number.isNaN(Date.parse(modified))) {
    throw new FeedRefused(number === 1 ? 'wrong_header' : 'malformed_row', `document ${number} is no OSV advisory: it has no id or no time of its last change`);
  }
  const aliases = document['aliases'] ?? [];
  if (!Array.isArray(aliases)) throw new FeedRefused('malformed_row', `document ${number} (${id}): aliases is no list`);
  const advisory = id.toUpperCase();
  const names = [...new Set(aliases.map((alias) => textOf(alias).toUpperCase()))].filter((alias) => ID.test(alias) && alias !== advisory).sort();
  const withdrawn = textOf(document['withdrawn']) !== '';
  return { advisory, aliases: withdrawn ? [] : names.slice(0, MAX_ALIASES), withdrawn, modified: new Date(modified).toISOString() };
}

function parsed(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FeedRefused('malformed_row', `document ${number} is not JSON`);
  }
}
