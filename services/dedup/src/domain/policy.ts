/** How a tenant wants identity judged. What a person would tune is here; what makes two results one flaw is in the recipes. */
export interface Policy {
  /** Complete scans in a row that must miss a finding before it is fixed; the ones before show it as awaiting verification. */
  readonly absencesToFix: number;
  /** Whether results of different rules and tools at one place are one finding, and how sure that must be (0 to 1). */
  readonly correlation: Threshold;
  /** Whether results that moved or were edited keep their finding, and how sure that must be (0 to 1). */
  readonly drift: Threshold;
}

export interface Threshold {
  readonly enabled: boolean;
  readonly minConfidence: number;
}

export const DEFAULT_POLICY: Policy = {
  absencesToFix: 2,
  correlation: { enabled: true, minConfidence: 0.6 },
  drift: { enabled: true, minConfidence: 0.6 },
};
