import { parseEpss, parseKev, parseOsv, type Feed, type FeedParser } from '@throughline/connectors';
import { FeedRefused, refuseShrunk } from '@throughline/connectors/api';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lastRowCount, noteFeed, takeMoved, takeSilenced, takeWithdrawn } from '../persistence/intel.repository.js';
import { unpacked } from '../upload/container.js';
import type { WayOut } from '../outbound/outbound.js';
import { DEFAULT_LIMITS } from '../upload/limits.js';
import { intelMessage, isSilent, stateOf } from './intel-message.js';

/** Rows of one transaction; a crash in between repeats nothing, since each was compared and stored with its announcement. */
const BATCH = 2_000;
const TIMEOUT_MS = 120_000;
const MAX_REDIRECTS = 3;
const MAX_FEED_BYTES = 256 * 1024 * 1024;
/** An export of all ecosystems is a zip with a file an advisory. */
const OSV_LIMITS = { ...DEFAULT_LIMITS, maxBytes: 8 * 1024 * 1024 * 1024, maxEntries: 2_000_000 };
const PARSERS: Readonly<Record<string, FeedParser>> = { epss: parseEpss, kev: parseKev, osv: parseOsv };
/** Feeds whose every row is news when it disappears. EPSS drops nothing, and lists what nobody has. */
const WITHDRAWS = new Set(['kev']);

export interface LoadOptions { readonly database: Database; readonly clock: Clock; readonly spoolDir: string; readonly outbound: Pick<WayOut, 'fetch'> }
export interface FeedSource { readonly url?: string; readonly file?: string }
export interface Loaded { readonly rows: number; readonly announced: number; readonly feedDate: string }

/**
 * Loads a feed whole or not at all: it is parsed to its end and compared in size with the last good one before the first
 * row is applied. Announces only what moved. Throws FeedRefused, UploadRefused or the fault of the surroundings.
 */
export async function loadFeed(kind: string, from: FeedSource, options: LoadOptions): Promise<Loaded> {
  const parse = PARSERS[kind];
  if (parse === undefined) throw new TypeError(`no feed of the kind ${kind}`);
  const hash = createHash('sha256');
  const packing = kind === 'osv' ? { limits: OSV_LIMITS, everyFile: true } : { limits: { ...DEFAULT_LIMITS, maxBytes: MAX_FEED_BYTES } };
  const feed = await parse(hashed(unpacked(await open(from, options.outbound), { ...packing, spoolDir: options.spoolDir, transportGzip: false }), hash));
  const name = nameOf(feed, from);
  const { database, clock } = options;
  refuseShrunk(feed, await database.run([], (unit) => lastRowCount(unit, name)));
  let announced = 0;
  for (const batch of batches(feed)) announced += await apply(batch, feed, options);
  announced += await database.run([], async (unit) => {
    const now = clock.now();
    const gone = WITHDRAWS.has(feed.source) ? await takeWithdrawn(unit, feed.source, feed.rows.map((row) => row.advisory), now) : [];
    unit.announce(...gone.map((one) => intelMessage(feed, one, undefined)));
    await noteFeed(unit, { ...feed, source: name, rows: feed.rows.length, sha256: hash.digest('hex') }, now);
    return gone.length;
  });
  return { rows: feed.rows.length, announced, feedDate: feed.feedDate };
}

function apply(batch: readonly Feed['rows'][number][], feed: Feed, { database, clock }: LoadOptions): Promise<number> {
  const rows = new Map(batch.map((row) => [row.advisory, row]));
  return database.run([], async (unit) => {
    const [silent, said] = [batch.filter(isSilent), batch.filter((row) => !isSilent(row))];
    const moved = [...await takeMoved(unit, feed.source, said.map(stateOf), clock.now()), ...(silent.length === 0 ? [] : await takeSilenced(unit, feed.source, silent.map(stateOf), clock.now()))];
    unit.announce(...moved.map((one) => intelMessage(feed, one, rows.get(one.advisory))));
    return moved.length;
  });
}

/** What a load is compared with: of OSV there is an export for each ecosystem, and GitHub's. */
function nameOf({ source }: Feed, { url, file }: FeedSource): string {
  return source === 'osv' ? `osv:${createHash('sha256').update(url ?? file ?? '').digest('hex').slice(0, 16)}` : source;
}

/** Sorted, since two loads at once must not deadlock. */
function* batches(feed: Feed): Generator<Feed['rows']> {
  const sorted = [...feed.rows].sort((a, b) => (a.advisory < b.advisory ? -1 : 1));
  for (let at = 0; at < sorted.length; at += BATCH) yield sorted.slice(at, at + BATCH);
}

async function open({ url, file }: FeedSource, { fetch }: LoadOptions['outbound']): Promise<AsyncIterable<Uint8Array>> {
  if (file !== undefined) return createReadStream(file, { highWaterMark: 256 * 1024 });
  if (url === undefined) throw new TypeError('a feed needs url or file');
  const response = await followed(url, fetch);
  if (!response.ok || response.body === null) throw new FeedRefused('wrong_header', `the server answered ${response.status}`);
  return response.body;
}

/** Each address on the way is judged like the first one. */
async function followed(url: string, fetch: typeof globalThis.fetch): Promise<Response> {
  for (let at = url, hop = 0; ; hop += 1) {
    const response = await fetch(at, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { 'user-agent': 'throughline' } });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null || hop === MAX_REDIRECTS) return response;
    await response.body?.cancel();
    at = new URL(location, at).href;
  }
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
