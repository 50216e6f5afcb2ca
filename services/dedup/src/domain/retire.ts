import { relevant } from './compose.js';
import { transition } from './evidence.js';
import { judged, type Known } from './evolve.js';
import type { Finding } from './model.js';
import type { Policy } from './policy.js';
import type { Run } from './running.js';

const RETIRED: Pick<Finding, 'statusReason' | 'absentIn' | 'awaitsRollOut'> = { statusReason: 'asset retired', absentIn: [], awaitsRollOut: false };

/** A finding whose asset is no more since `at`; undefined when it is closed already, or nothing shows it any more. */
export function retiredWithAsset({ finding, occurrences }: Known, at: string): Finding | undefined {
  if (finding.status === 'retired' || finding.status === 'fixed' || occurrences.length === 0) return undefined;
  const statusSince = at > finding.statusSince ? at : finding.statusSince;
  return { ...finding, ...transition(finding, 'retired'), ...RETIRED, statusSince, version: finding.version + 1 };
}

/**
 * A finding whose asset is back: in the state that its occurrences leave it in, as if it had not been away. One that was
 * retired for another reason (merged, its branch forgotten) has none that speak for it, and stays.
 */
export function backWithAsset({ finding, occurrences }: Known, runs: readonly Run[], policy: Policy, at: string): Finding | undefined {
  if (finding.status !== 'retired' || relevant(finding, occurrences).length === 0) return undefined;
  const before: Finding = { ...finding, status: finding.regressions > 0 ? 'reopened' : 'open', statusReason: 'its asset is back' };
  return { ...judged(before, occurrences, runs, policy, at), statusSince: at, version: finding.version + 1 };
}
