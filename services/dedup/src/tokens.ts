/** The policy of evidence (Policy), from the configuration. */
export const POLICY = Symbol('POLICY');
