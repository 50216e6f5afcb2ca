import { NO_OFFSET } from './ports.js';
import type { Watermarks } from './driver-port.js';

/** What to do with a slice [from, next) after the fence held: the row says that the group stands at `stored`. */
export type FenceDecision =
  /** Drop what was applied and go on inside the batch. */
  | { readonly kind: 'continue'; readonly from: bigint }
  /** The batch is not the next one: read from there. */
  | { readonly kind: 'seek'; readonly to: bigint }
  /** There is no row any more (restored or dropped database): begin at the log's start. */
  | { readonly kind: 'begin' };

/**
 * `batchNext` ends the batch in hand. stored > from: another member, or we before a crash, applied these records;
 * stored < from: the database was restored, or our position is ahead of what was committed.
 */
export function decideFence(from: bigint, batchNext: bigint, stored: bigint): FenceDecision {
  if (stored === NO_OFFSET) return { kind: 'begin' };
  return stored >= from && stored < batchNext ? { kind: 'continue', from: stored } : { kind: 'seek', to: stored };
}

/** Where a partition begins after an assignment. */
export type Placement =
  | { readonly kind: 'at'; readonly offset: bigint; readonly create: boolean }
  | { readonly kind: 'out-of-range'; readonly stored: bigint };

/**
 * From the stored offset, never from the broker's committed one. A position outside of the log must stop the consumer:
 * clients reset it silently, which loses or repeats records.
 */
export function placeAt(stored: bigint | undefined, { low, high }: Watermarks): Placement {
  if (stored === undefined) return { kind: 'at', offset: low, create: true };
  return stored < low || stored > high ? { kind: 'out-of-range', stored } : { kind: 'at', offset: stored, create: false };
}
