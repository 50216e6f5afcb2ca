import { isOneOf, COVERAGES, type Coverage } from '@throughline/domain';

export interface CoverageFacts {
  /** What the upload declared; empty when nothing. */
  readonly declared: string;
  /** Results in the file. */
  readonly reported: number;
  /** Whether the tool says that its run succeeded; null when it says nothing. */
  readonly success: boolean | null;
  /** The report says that the tool could not look at everything. */
  readonly partial: boolean;
}

/**
 * What the scan looked at. Undeclared: complete when the report holds results or says that its run succeeded, else
 * partial, so that an empty file of a crashed scanner closes nothing (FAULTS 30). A run that says it failed is never
 * complete, whatever the pipeline declares by habit.
 */
export function coverageOf(facts: CoverageFacts): Coverage {
  const declared = isOneOf(COVERAGES, facts.declared) ? facts.declared : undefined;
  const base: Coverage = declared ?? (facts.reported > 0 || facts.success === true ? 'complete' : 'partial');
  if (facts.success === false) return worse(base, facts.reported > 0 ? 'partial' : 'failed');
  return facts.partial && declared === undefined ? worse(base, 'partial') : base;
}

function worse(left: Coverage, right: Coverage): Coverage {
  return COVERAGES.indexOf(left) > COVERAGES.indexOf(right) ? left : right;
}
