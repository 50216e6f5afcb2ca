import type { EvidenceState } from '@throughline/domain';

/** What the scans of a finding's line show, taken together. */
export type EvidenceEvent =
  /** Some scope shows it. */
  | 'seen'
  /** Shown on the default line for the first time; what branches showed until now no longer counts. */
  | 'arrived'
  /** No scope shows it any more, but not often enough to believe it. */
  | 'absent'
  /** Every scope that held it missed it as often as the policy asks. */
  | 'gone'
  /** Its asset was decommissioned. */
  | 'retired';

type Next = EvidenceState | 'resume';

/**
 * The life of a finding. `resume` leads back to where it was before it was missed: open, or reopened when it had been
 * fixed once. There is no way from fixed but by being seen, and no way for anybody to set a state by hand.
 */
export const TRANSITIONS: Readonly<Record<EvidenceState, Readonly<Record<EvidenceEvent, Next>>>> = {
  open: { seen: 'open', arrived: 'open', absent: 'awaiting-verification', gone: 'fixed', retired: 'retired' },
  reopened: { seen: 'reopened', arrived: 'open', absent: 'awaiting-verification', gone: 'fixed', retired: 'retired' },
  'awaiting-verification': { seen: 'resume', arrived: 'open', absent: 'awaiting-verification', gone: 'fixed', retired: 'retired' },
  fixed: { seen: 'reopened', arrived: 'open', absent: 'fixed', gone: 'fixed', retired: 'retired' },
  retired: { seen: 'resume', arrived: 'open', absent: 'retired', gone: 'retired', retired: 'retired' },
};

export interface Evidence {
  readonly status: EvidenceState;
  readonly regressions: number;
}

/** The next state; `regressions` counts the returns after fixed and starts anew on the default line. */
export function transition(from: Evidence, event: EvidenceEvent): Evidence {
  const next = TRANSITIONS[from.status][event];
  const status = next === 'resume' ? (from.regressions > 0 ? 'reopened' : 'open') : next;
  if (event === 'arrived') return { status, regressions: 0 };
  return { status, regressions: from.regressions + (from.status === 'fixed' && status === 'reopened' ? 1 : 0) };
}

/** How often the scopes of a line missed a finding, as complete scans in a row. */
export interface Presence {
  readonly scopeId: string;
  readonly absences: number;
  /** One of these scans was asked for by somebody: it is as good as all that the policy asks for. */
  readonly verified?: boolean;
}

/** The first state of a finding: open, unless newer complete scans already missed it (a scan that came late). */
export function firstState(event: EvidenceEvent): EvidenceState {
  return transition({ status: 'open', regressions: 0 }, event).status;
}

/** What all presences say together: one scope that shows it outweighs every scope that does not. */
export function evidenceEvent(presences: readonly Presence[], absencesToFix: number): EvidenceEvent {
  let least = Number.POSITIVE_INFINITY;
  for (const { absences, verified } of presences) least = Math.min(least, verified === true ? Math.max(absences, absencesToFix) : absences);
  if (least === 0) return 'seen';
  return least >= absencesToFix ? 'gone' : 'absent';
}
