import type { Unit } from '@throughline/persistence';

export interface IntelState { readonly advisory: string; readonly epss: number | null; readonly content: Buffer; readonly modified: string }
export interface Moved { readonly advisory: string; readonly version: number }

/** A probability that moved less than this since it was last announced is left alone. Slightly less than 0.01: 0.02 - 0.01 is not exact. */
const EPSS_STEP = 0.01 - 1e-9;

/** Stores what is new or moved against the value last announced, and returns just these with their rising versions. */
export async function takeMoved(unit: Unit, source: string, rows: readonly IntelState[], now: Date): Promise<readonly Moved[]> {
  const moved = await unit.query<{ advisory: string; version: string }>(
    `insert into intel_emitted as i (source, advisory, version, epss, content, emitted_at, modified)
     select $1, a, 1, e, c, $5, m from unnest($2::text[], $3::float8[], $4::bytea[], $6::text[]) as t (a, e, c, m)
     on conflict (source, advisory) do update
     set version = i.version + 1, epss = excluded.epss, content = excluded.content, emitted_at = excluded.emitted_at, modified = excluded.modified
     where excluded.modified >= i.modified and (i.content <> excluded.content or abs(coalesce(i.epss, 0) - coalesce(excluded.epss, 0)) >= ${EPSS_STEP})
     returning advisory, version`,
    [source, rows.map((row) => row.advisory), rows.map((row) => row.epss), rows.map((row) => row.content), now, rows.map((row) => row.modified)],
    { name: 'ing_intel_moved' },
  );
  return moved.map((row) => ({ advisory: row.advisory, version: Number(row.version) }));
}

/** The same of advisories that say nothing: only those of which something was announced are news. */
export async function takeSilenced(unit: Unit, source: string, rows: readonly IntelState[], now: Date): Promise<readonly Moved[]> {
  const moved = await unit.query<{ advisory: string; version: string }>(
    `update intel_emitted i set version = i.version + 1, content = t.c, emitted_at = $4, modified = t.m
     from unnest($2::text[], $3::bytea[], $5::text[]) as t (a, c, m)
     where i.source = $1 and i.advisory = t.a and t.m >= i.modified and i.content <> t.c returning i.advisory, i.version`,
    [source, rows.map((row) => row.advisory), rows.map((row) => row.content), now, rows.map((row) => row.modified)], { name: 'ing_intel_silenced' },
  );
  return moved.map((row) => ({ advisory: row.advisory, version: Number(row.version) }));
}

const WITHDRAWN = Buffer.from('withdrawn');

/** Marks what the feed no longer lists as withdrawn; returns what was not marked before. */
export async function takeWithdrawn(unit: Unit, source: string, listed: readonly string[], now: Date): Promise<readonly Moved[]> {
  const rows = await unit.query<{ advisory: string; version: string }>(
    `update intel_emitted set version = version + 1, content = $3, emitted_at = $4
     where source = $1 and content <> $3 and not (advisory = any($2::text[])) returning advisory, version`,
    [source, listed, WITHDRAWN, now],
  );
  return rows.map((row) => ({ advisory: row.advisory, version: Number(row.version) }));
}

export async function lastRowCount(unit: Unit, source: string): Promise<number | undefined> {
  return (await unit.query<{ row_count: number }>('select row_count from intel_feeds where source = $1', [source]))[0]?.row_count;
}

export async function noteFeed(unit: Unit, feed: { readonly source: string; readonly feedDate: string; readonly modelVersion: string; readonly rows: number; readonly sha256: string }, now: Date): Promise<void> {
  await unit.query(
    `insert into intel_feeds (source, feed_date, model_version, row_count, sha256, loaded_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (source) do update set feed_date = excluded.feed_date, model_version = excluded.model_version, row_count = excluded.row_count,
       sha256 = excluded.sha256, loaded_at = excluded.loaded_at`,
    [feed.source, feed.feedDate, feed.modelVersion, feed.rows, feed.sha256, now],
  );
}
