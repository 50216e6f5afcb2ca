import type { Band, Exposure, Tristate } from '@throughline/domain';

/**
 * The published formula (docs/reference/score-formula.md). Each factor multiplies the odds that the flaw hurts us; the
 * score is 100 × odds ÷ (1 + odds). A factor without evidence multiplies by 1, so "unknown" moves nothing: it is the
 * stated prior and never counts as "no". Only + − × ÷ and rounding are used, in a fixed order, so that equal inputs give
 * equal bits on every machine; each of these operations is monotone in floating point, so the score is too.
 */
export const FORMULA_VERSION = '1.0.0';

export const FACTOR_NAMES = ['severity', 'deployed', 'exposed', 'environment', 'criticality', 'reachable', 'exploited', 'likelihood'] as const;
export type FactorName = (typeof FACTOR_NAMES)[number];

export type Exploited = 'ransomware' | 'yes' | 'no' | 'unknown' | 'not-applicable';
export type Reachability = 'runtime' | 'static' | 'potential' | 'unreachable' | 'unknown';
export type EnvironmentTier = 'production' | 'unknown' | 'staging' | 'development';
export type Criticality = 'critical' | 'high' | 'medium' | 'low' | 'unknown';

/** What the formula sees; everything else is explanation. */
export interface FormulaInputs {
  /** CVSS base 0 to 10, or the stated number for a severity word. */
  readonly severity: number;
  /** EPSS 0 to 1, rounded to two decimals; null when unknown or when the class has no CVE. */
  readonly epss: number | null;
  /** Multiplier of the non-CVE model; null for flaws with a CVE. */
  readonly classLikelihood: number | null;
  readonly exploited: Exploited;
  /** A leaked secret works wherever it was found: deployment and exposure do not apply to it. */
  readonly runtimeBound: boolean;
  readonly deployed: Tristate;
  readonly exposure: Exposure;
  readonly reachability: Reachability;
  readonly environment: EnvironmentTier;
  readonly criticality: Criticality;
}

type Anchors = readonly (readonly [x: number, y: number])[];

/** Odds of severity alone, with nothing else known; linear between the anchors. */
export const SEVERITY_ODDS: Anchors = [[0, 0.005], [2, 0.02], [4, 0.05], [7, 0.2], [9, 0.45], [10, 0.65]];
/** Multiplier of EPSS; linear between the anchors. */
export const EPSS_MULTIPLIER: Anchors = [[0, 0.5], [0.01, 0.8], [0.05, 1], [0.1, 1.6], [0.5, 4], [1, 7]];
/** Proven exploitation stands in the place of the likelihood's multiplier; both are above all that it and the class model can give. */
export const EXPLOITED_MULTIPLIER = { ransomware: 12, yes: 10 } as const;
export const DEPLOYED_MULTIPLIER: Readonly<Record<Tristate, number>> = { yes: 1.4, unknown: 1, no: 0.03 };
export const EXPOSURE_MULTIPLIER: Readonly<Record<Exposure, number>> = { internet: 3.5, limited: 2, unknown: 1, internal: 0.3, none: 0.1 };
export const REACHABILITY_MULTIPLIER: Readonly<Record<Reachability, number>> = { runtime: 2, static: 1.5, potential: 1.1, unknown: 1, unreachable: 0.35 };
export const ENVIRONMENT_MULTIPLIER: Readonly<Record<EnvironmentTier, number>> = { production: 1.3, unknown: 1, staging: 0.7, development: 0.5 };
export const CRITICALITY_MULTIPLIER: Readonly<Record<Criticality, number>> = { critical: 1.5, high: 1.25, medium: 1, unknown: 1, low: 0.7 };

/** Lowest score of each band, in points. */
export const BAND_THRESHOLDS: readonly (readonly [Band, number])[] = [['act', 80], ['attend', 60], ['track', 30], ['defer', 0]];

export interface Scored {
  /** Score in hundredths of a point. */
  readonly hundredths: number;
  readonly band: Band;
  /** Contribution of each factor in hundredths, in the order of FACTOR_NAMES; they sum to `hundredths`. */
  readonly contributions: readonly number[];
}

/** The score with its waterfall: a contribution is what the running total moved when its factor was applied. */
export function evaluate(inputs: FormulaInputs): Scored {
  const totals = runningOdds(inputs).map(hundredthsOf);
  const contributions = totals.map((total, index) => total - (totals[index - 1] ?? 0));
  const hundredths = totals.at(-1) ?? 0;
  return { hundredths, band: bandOf(hundredths), contributions };
}

export function bandOf(hundredths: number): Band {
  return BAND_THRESHOLDS.find(([, lowest]) => hundredths >= lowest * 100)?.[0] ?? 'defer';
}

/** Linear between anchors, flat outside; never above the next anchor, so that it is monotone to the last bit. */
export function interpolate(anchors: Anchors, x: number): number {
  const first = anchors[0];
  if (first === undefined || x <= first[0]) return first?.[1] ?? 0;
  for (let index = 1; index < anchors.length; index += 1) {
    const [x0, y0] = anchors[index - 1] as readonly [number, number];
    const [x1, y1] = anchors[index] as readonly [number, number];
    if (x <= x1) return Math.min(y1, y0 + (x - x0) * ((y1 - y0) / (x1 - x0)));
  }
  return anchors.at(-1)?.[1] ?? 0;
}

/**
 * The odds after each factor. "Not deployed" ends what exposure and environment could say: nothing runs that could be
 * exposed; its multiplier is below the product of their lowest ones, so monotonicity holds across that step.
 */
function runningOdds(inputs: FormulaInputs): readonly number[] {
  const severity = interpolate(SEVERITY_ODDS, inputs.severity);
  const runs = inputs.runtimeBound && inputs.deployed !== 'no';
  const deployed = severity * (inputs.runtimeBound ? DEPLOYED_MULTIPLIER[inputs.deployed] : 1);
  const exposed = deployed * (runs ? EXPOSURE_MULTIPLIER[inputs.exposure] : 1);
  const environment = exposed * (runs ? ENVIRONMENT_MULTIPLIER[inputs.environment] : 1);
  const criticality = environment * CRITICALITY_MULTIPLIER[inputs.criticality];
  const reachable = criticality * REACHABILITY_MULTIPLIER[inputs.reachability];
  // What is exploited already needs no forecast: EPSS says nothing then.
  if (inputs.exploited === 'yes' || inputs.exploited === 'ransomware') {
    const exploited = reachable * EXPLOITED_MULTIPLIER[inputs.exploited];
    return [severity, deployed, exposed, environment, criticality, reachable, exploited, exploited];
  }
  const likelihood = inputs.classLikelihood ?? (inputs.epss === null ? 1 : interpolate(EPSS_MULTIPLIER, inputs.epss));
  return [severity, deployed, exposed, environment, criticality, reachable, reachable, reachable * likelihood];
}

/** 1 − 1 ÷ (1 + odds) instead of odds ÷ (1 + odds): the same number, and monotone in floating point. */
function hundredthsOf(odds: number): number {
  return Math.round(10_000 * (1 - 1 / (1 + odds)));
}
