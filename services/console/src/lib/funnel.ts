import type { FunnelStep } from '../api/types.js';

export interface FunnelColumn {
  readonly name: string; readonly label: string; readonly count: number; readonly unknown: number; readonly proven: number;
  /** Shares of the step before, 0 to 1; the first step is its own whole. */
  readonly provenShare: number; readonly unknownShare: number;
  readonly before: number;
}

const LABELS: Readonly<Record<string, string>> = {
  raw: 'Reported', unique: 'Unique', deployed: 'Deployed', exposed: 'Exposed', reachable: 'Reachable', act: 'To act on',
};

/** What each step keeps of the one before it. Unknown rows are passed on, counted apart, and never dropped as if they were no. */
export function funnelColumns(steps: readonly FunnelStep[]): FunnelColumn[] {
  return steps.map((step, index) => {
    const before = index === 0 ? step.count : steps[index - 1]?.count ?? 0;
    const unknown = Math.min(step.unknown, step.count);
    const whole = Math.max(before, step.count);
    const share = (n: number): number => (whole > 0 ? n / whole : 0);
    return {
      name: step.name, label: LABELS[step.name] ?? step.name, count: step.count, unknown, proven: step.count - unknown, before,
      provenShare: share(step.count - unknown), unknownShare: share(unknown),
    };
  });
}
