/** Injection tokens of what this service builds before Nest starts. */
export const READING = Symbol('READING');
export const LANE_GATE = Symbol('LANE_GATE');
