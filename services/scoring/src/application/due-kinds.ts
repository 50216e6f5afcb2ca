/** Kinds of due work of this service; keys say what a row is about. */
export const DUE = {
  /** A context changed: judge the findings of one asset. Key `tenant|asset`. */
  rejoinAsset: 'scoring.rejoin-asset',
  /** EPSS or KEV changed: judge a tenant's findings that name a changed advisory. Key: tenant. */
  rejoinIntel: 'scoring.rejoin-intel',
  /** A decision began, changed or ended: judge the findings in its scope. Key: exception id. */
  rejoinException: 'scoring.rejoin-exception',
  /** An exception ends by time. Key: exception id. */
  lapse: 'scoring.exception-lapse',
  /** A baseline was ended. Key: activation id. */
  rejoinActivation: 'scoring.rejoin-activation',
  /** A finding took another one over, or gave it back: what was decided of that one. Key: finding id. */
  rejoinMerged: 'scoring.rejoin-merged',
  /** The SLA policy changed: judge the findings that are not closed. Key: tenant. */
  rejoinPolicy: 'scoring.rejoin-policy',
  /** Clocks that reach a step. Key: tenant. */
  slaSteps: 'scoring.sla-steps',
  /** Hourly: re-joins that were lost, and retention. Key: tenant. */
  sweep: 'scoring.sweep',
} as const;
