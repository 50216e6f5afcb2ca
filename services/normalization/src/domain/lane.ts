/** What the second lane looks at before it goes on. */
export interface LaneFacts {
  /** Bytes of our own that wait for the broker. */
  readonly waitingBytes: number;
  /** Milliseconds since a report of the first lane was in hand; Infinity when none was. */
  readonly sinceFirstLane: number;
}

export const BULK_BACKLOG_BYTES = 16 * 1024 * 1024;
export const BULK_QUIET_MS = 1000;

/** Large reports wait while ours is a backlog already, or while somebody in the first lane is being served. */
export function bulkIsHeld(facts: LaneFacts): boolean {
  return facts.waitingBytes > BULK_BACKLOG_BYTES || facts.sinceFirstLane < BULK_QUIET_MS;
}
