/** Wait before the n-th restart in a row (from 1): 0.5 s doubled up to 15 s. */
export const restartDelayMs = (failures: number): number => Math.min(15_000, 500 * 2 ** Math.max(0, failures - 1));

/** A process that ran this long is healthy again: its next failure counts as the first. */
export const HEALTHY_AFTER_MS = 60_000;
