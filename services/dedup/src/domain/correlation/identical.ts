import type { Census } from './census.js';
import type { Node } from './node.js';
import { sameRegion, type Region } from './place.js';

/** A call, wrapped or not; a longer region is a block, in which much is wrong at once. */
const CALL = 5;

/** Weaknesses that say only where the trouble is: they contradict nothing. */
const GENERAL = new Set([20, 74, 116, 200, 284, 310, 320, 400, 664, 693, 703, 707, 710].map((number) => `CWE-${number}`));

const specific = (node: Node): readonly string[] => node.view.weaknesses.map((one) => one.trim().toUpperCase()).filter((one) => !GENERAL.has(one));

/** Whether a region says so much of a place that another tool hits it only by the same node of the syntax: not a line as a whole, nor a block. */
export const isTelling = ({ start, end, from, to }: Region): boolean => start > 0 && end - start < CALL && from > 1 && (end > start || to - from > 1);

/**
 * Whether two tools flag exactly the same stretch of code, one of them by a rule that says no kind we know. Two tools
 * that each see one flaw in a stretch that both cut out to the column see the same one, unless what they say of it
 * differs: kinds that we know, or a weakness of the unknown rule that is not the other's. Both unknown is not enough:
 * then nothing says that either is about security.
 */
export function isUnnamed(a: Node, b: Node, census: Census): boolean {
  const [unknown, known] = a.nature.kinds.size === 0 ? [a, b] : [b, a];
  if (unknown.nature.kinds.size > 0 || known.nature.kinds.size === 0) return false;
  if (a.view.class !== 'sast' || b.view.class !== 'sast' || a.view.tool === b.view.tool || a.view.version !== b.view.version || a.view.path !== b.view.path) return false;
  if (!isTelling(a.region) || !sameRegion(a.region, b.region) || census.inRegion(a) !== 1 || census.inRegion(b) !== 1) return false;
  const [said, told] = [specific(unknown), specific(known)];
  return said.length === 0 || said.some((one) => told.includes(one));
}
