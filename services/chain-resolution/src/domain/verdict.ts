import type { Exposure } from '@throughline/domain';

/**
 * Who can reach a service, and why. `audience` names with whom it is limited to; `assumed` names refining facts that
 * nobody observed: they could only lower the answer, never raise it.
 */
export interface Verdict {
  readonly exposure: Exposure;
  readonly reasons: readonly string[];
  readonly audience: readonly string[];
  readonly assumed: readonly string[];
}

/**
 * Least to most reachable. Unknown stands between internal and limited: of several ways, one that surely leads to
 * somebody outside outweighs one of which nothing is known, and that outweighs one that surely does not.
 */
const ORDER: readonly Exposure[] = ['none', 'internal', 'unknown', 'limited', 'internet'];

export const exposureRank = (exposure: Exposure): number => ORDER.indexOf(exposure);

/** Any of several ways lets through: the widest decides; where it is limited, the audiences of all limited ones count. */
export function widest<T extends Verdict>(verdicts: readonly T[]): T | undefined {
  const [first] = verdicts;
  if (!first) return undefined;
  const best = verdicts.reduce((max, item) => (exposureRank(item.exposure) > exposureRank(max.exposure) ? item : max), first);
  const audience = verdicts.filter((item) => item.exposure === best.exposure).flatMap((item) => item.audience);
  return best.exposure === 'limited' ? { ...best, audience: [...new Set(audience)] } : best;
}
