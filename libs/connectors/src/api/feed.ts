/** One statement of a feed about one advisory. */
export interface IntelRow {
  /** Id of the advisory, upper case: of EPSS and KEV a CVE. */
  readonly advisory: string;
  readonly epss?: number;
  readonly percentile?: number;
  readonly kevAdded?: string;
  readonly kevDue?: string;
  readonly ransomware?: boolean;
  /** Other ids of the same flaw, upper case, sorted. */
  readonly aliases?: readonly string[];
  /** The feed takes the advisory back. */
  readonly withdrawn?: boolean;
  /** When the feed changed the advisory last; of two feeds that hold it the later one speaks. */
  readonly modified?: string;
}

export interface Feed {
  readonly source: 'epss' | 'kev' | 'osv';
  /** Date that the feed gives itself, RFC 3339 or a date. */
  readonly feedDate: string;
  readonly modelVersion: string;
  readonly rows: readonly IntelRow[];
}

/** The whole feed is refused: what was loaded before stays. */
export class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
  constructor(readonly code: 'wrong_header' | 'malformed_row' | 'truncated' | 'empty' | 'too_large' | 'shrunk', message: string) {
    super(message);
  }
}

/** Parses a feed, whole or not at all. The rows are kept in memory: a feed has some hundred thousand short ones. */
export type FeedParser = (source: AsyncIterable<Uint8Array>) => Promise<Feed>;

/** A feed that lost more than this share of the rows of the last good one was cut off, whatever its form says. */
export const MAX_SHRINK = 0.1;

/** Throws FeedRefused when the feed lost too many rows against the last good load. */
export function refuseShrunk(feed: Feed, lastRows: number | undefined): void {
  if (lastRows !== undefined && feed.rows.length < lastRows * (1 - MAX_SHRINK)) {
    throw new FeedRefused('shrunk', `the feed has ${feed.rows.length} rows and the last good one had ${lastRows}; it was probably cut off`);
  }
}
