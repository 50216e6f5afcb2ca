import { FeedRefused, type Feed, type IntelRow } from '@throughline/connectors/api';

const HEADER = 'cve,epss,percentile';
const ROW = /^(CVE-\d{4}-\d{4,19}),([01](?:\.\d+)?(?:e-?\d+)?),([01](?:\.\d+)?(?:e-?\d+)?)$/i;
const MAX_ROWS = 2_000_000;
const MAX_LINE = 1000;

/**
 * EPSS CSV as published by FIRST (https://www.first.org/epss/data_stats): a comment with model version and score date,
 * the header, a row a CVE. Every line ends with a line end, so a file that was cut inside a line shows it.
 */
export async function parseEpss(source: AsyncIterable<Uint8Array>): Promise<Feed> {
  const rows: IntelRow[] = [];
  let comment: string | undefined;
  let header = false;
  let number = 0;
  const take = (line: string): void => {
    number += 1;
    if (number === 1 && line.startsWith('#')) comment = line;
    else if (!header) {
      if (line.trim().toLowerCase() !== HEADER) throw new FeedRefused('wrong_header', `line ${number} is not "${HEADER}"`);
      header = true;
    } else if (line !== '') rows.push(rowOf(line, number));
    if (rows.length > MAX_ROWS) throw new FeedRefused('too_large', `more than ${MAX_ROWS} rows`);
  };
  const rest = await eachLine(source, take);
  if (rest !== '') throw new FeedRefused('truncated', `the file ends inside line ${number + 1}`);
  if (!header) throw new FeedRefused('wrong_header', 'the file has no header');
  if (rows.length === 0) throw new FeedRefused('empty', 'the feed has no row');
  return { source: 'epss', modelVersion: /model_version:([^,\s]+)/.exec(comment ?? '')?.[1] ?? '', feedDate: /score_date:([^,\s]+)/.exec(comment ?? '')?.[1] ?? '', rows };
}

function rowOf(line: string, number: number): IntelRow {
  const match = ROW.exec(line.trim());
  const epss = Number(match?.[2]);
  const percentile = Number(match?.[3]);
  if (match?.[1] === undefined || !(epss <= 1) || !(percentile <= 1)) throw new FeedRefused('malformed_row', `line ${number} is not a CVE with two numbers from 0 to 1`);
  return { advisory: match[1].toUpperCase(), epss, percentile };
}

async function eachLine(source: AsyncIterable<Uint8Array>, take: (line: string) => void): Promise<string> {
  const decoder = new TextDecoder('utf-8');
  let held = '';
  for await (const chunk of source) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    if (held.length > MAX_LINE) throw new FeedRefused('malformed_row', `a line longer than ${MAX_LINE} characters`);
    for (const line of lines) take(line.replace(/\r$/, ''));
  }
  return held;
}
