import type { Exposure } from '@throughline/domain';

/**
 * What one fact or one path says about who can reach the service. `audience` names with whom it is limited to;
 * `assumed` names refining facts that nobody observed: they could only lower the answer, never raise it.
 */
export interface Verdict {
  readonly exposure: Exposure;
  readonly reasons: readonly string[];
  readonly audience: readonly string[];
  readonly assumed: readonly string[];
}

/**
 * Least to most reachable. Unknown stands between internal and limited, which makes it right on both sides: along a
 * path, unknown and internal is at most internal; over several paths, unknown and limited is at least limited.
 */
const ORDER: readonly Exposure[] = ['none', 'internal', 'unknown', 'limited', 'internet'];

export const verdict = (exposure: Exposure, reason: string, audience: readonly string[] = []): Verdict =>
  ({ exposure, reasons: [reason], audience, assumed: [] });

export const assumption = (what: string): Verdict => ({ exposure: 'internet', reasons: [], audience: [], assumed: [what] });

export const exposureRank = (exposure: Exposure): number => ORDER.indexOf(exposure);

/** All of them stand in the way, one behind the other: the narrowest decides. */
export function narrowest(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  if (!first) return verdict('unknown', 'nothing is known of the way');
  const least = verdicts.reduce((min, item) => (exposureRank(item.exposure) < exposureRank(min.exposure) ? item : min), first);
  return {
    exposure: least.exposure,
    reasons: [...new Set(verdicts.flatMap((item) => item.reasons))],
    audience: least.exposure === 'limited' ? [...new Set(verdicts.flatMap((item) => item.audience))] : [],
    assumed: [...new Set(verdicts.flatMap((item) => item.assumed))],
  };
}

/** Any of them lets through: the widest decides. */
export function widest<T extends Verdict>(verdicts: readonly T[]): T | undefined {
  const [first] = verdicts;
  if (!first) return undefined;
  return verdicts.reduce((max, item) => (exposureRank(item.exposure) > exposureRank(max.exposure) ? item : max), first);
}
