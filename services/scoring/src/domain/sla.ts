import type { Band, Decision, EvidenceState, Tristate } from '@throughline/domain';
import type { EnvironmentTier } from './formula.js';

/** Days to repair, by band; the shorter one where the internet reaches it. A band without days has no due date. */
export interface SlaPolicy {
  readonly version: string;
  readonly days: Readonly<Record<Band, { readonly exposed: number; readonly other: number } | null>>;
  /** Known staging and development get this many times the days; unknown is treated as production. */
  readonly nonProductionFactor: number;
  /** Share of the term after which the step is "approaching". */
  readonly approachingAt: number;
}

/** The policy that a new tenant starts with (docs/reference/sla-policy.md). */
export const DEFAULT_SLA_POLICY: SlaPolicy = {
  version: 'default-1',
  days: { act: { exposed: 3, other: 7 }, attend: { exposed: 14, other: 30 }, track: { exposed: 60, other: 90 }, defer: null },
  nonProductionFactor: 2,
  approachingAt: 0.75,
};

export type SlaStep = 'none' | 'running' | 'approaching' | 'breached' | 'paused';

/** What a finding's clock remembers between judgements. Times are RFC 3339 UTC. */
export interface SlaState {
  readonly start: string;
  readonly termDays: number | null;
  /** Due date by the policy alone, before CISA's date; empty without a term. */
  readonly policyDue: string;
  /** Since when a decision stops the clock; empty when it runs. */
  readonly pausedSince: string;
  readonly pausedMs: number;
  /** What people see. */
  readonly dueAt: string;
  readonly step: SlaStep;
  readonly reason: string;
  /** When the step changes by time alone; empty when it never does. */
  readonly nextStepAt: string;
}

export interface SlaInput {
  readonly band: Band;
  readonly environment: EnvironmentTier;
  readonly exposed: Tristate;
  readonly deployed: Tristate;
  readonly kevDue: string;
  readonly status: EvidenceState;
  readonly decision: Decision | '';
  readonly baseline: boolean;
  /** First detection, or activation where a baseline was activated later; never moves later. */
  readonly start: string;
  /** Time of this judgement (clock port). */
  readonly at: string;
}

const DAY = 86_400_000;

/**
 * The clock of a finding. A term that becomes shorter starts when the score rose (nobody is late for what was not known),
 * one that becomes longer counts from the start; decisions stop the clock and add their time; a first absence shows
 * "paused" and keeps the date, so that a returning flaw resumes from its original start; CISA's date caps the due date of
 * what is (or may be) deployed.
 */
export function slaOf(policy: SlaPolicy, input: SlaInput, previous: SlaState | null): SlaState {
  const pause = pauseOf(input, previous);
  if (input.baseline) return still(input, pause, 'baseline: not activated');
  if (input.status === 'fixed' || input.status === 'retired') return still(input, pause, input.status);
  const termDays = termOf(policy, input);
  const policyDue = policyDueOf(termDays, input, previous, pause.pausedMs);
  const cap = input.kevDue !== '' && input.deployed !== 'no' ? endOfDay(input.kevDue) : '';
  const dueAt = earliest(policyDue, cap);
  const due = { start: input.start, termDays, policyDue, ...pause, dueAt };
  if (input.decision !== '') return { ...due, dueAt: '', step: 'paused', reason: `paused: ${input.decision}`, nextStepAt: '' };
  if (dueAt === '') return { ...due, step: 'none', reason: `no term for band ${input.band}`, nextStepAt: '' };
  const reason = reasonOf(policy, input, termDays, dueAt === cap);
  if (input.status === 'awaiting-verification') return { ...due, step: 'paused', reason: `${reason}; paused: awaiting verification`, nextStepAt: '' };
  return { ...due, ...stepOf(policy, due.start, dueAt, input.at), reason };
}

function pauseOf(input: SlaInput, previous: SlaState | null): Pick<SlaState, 'pausedSince' | 'pausedMs'> {
  const before = { pausedSince: previous?.pausedSince ?? '', pausedMs: previous?.pausedMs ?? 0 };
  if (input.decision !== '') return { pausedSince: before.pausedSince || input.at, pausedMs: before.pausedMs };
  if (before.pausedSince === '') return before;
  return { pausedSince: '', pausedMs: before.pausedMs + Math.max(0, Date.parse(input.at) - Date.parse(before.pausedSince)) };
}

function still(input: SlaInput, pause: Pick<SlaState, 'pausedSince' | 'pausedMs'>, reason: string): SlaState {
  return { start: input.start, termDays: null, policyDue: '', ...pause, dueAt: '', step: 'none', reason, nextStepAt: '' };
}

function termOf(policy: SlaPolicy, input: SlaInput): number | null {
  const days = policy.days[input.band];
  if (days === null) return null;
  const term = input.exposed === 'yes' ? days.exposed : days.other;
  return input.environment === 'staging' || input.environment === 'development' ? term * policy.nonProductionFactor : term;
}

function policyDueOf(termDays: number | null, input: SlaInput, previous: SlaState | null, pausedMs: number): string {
  if (termDays === null) return '';
  const fromStart = Date.parse(input.start) + termDays * DAY + pausedMs;
  const before = previous?.termDays ?? null;
  if (before === null || previous === null || previous.policyDue === '') return iso(previous === null ? fromStart : Math.max(fromStart, risen(input, previous, termDays)));
  const added = pausedMs - previous.pausedMs;
  // A finding that took over an older one is as old as that one.
  const older = Math.max(0, Date.parse(previous.start) - Date.parse(input.start));
  const unchanged = Date.parse(previous.policyDue) + added - older;
  if (termDays === before) return iso(unchanged);
  return termDays < before ? iso(Math.min(unchanged, Date.parse(input.at) + termDays * DAY)) : iso(fromStart);
}

/** A finding that had no term until now (band defer, or closed) and gets one starts it now; an activation counts from its start. */
function risen(input: SlaInput, previous: SlaState, termDays: number): number {
  return previous.reason.startsWith('no term') ? Date.parse(input.at) + termDays * DAY : 0;
}

function stepOf(policy: SlaPolicy, start: string, dueAt: string, at: string): Pick<SlaState, 'step' | 'nextStepAt'> {
  const due = Date.parse(dueAt);
  const now = Date.parse(at);
  const approaching = due - Math.max(0, due - Date.parse(start)) * (1 - policy.approachingAt);
  if (now >= due) return { step: 'breached', nextStepAt: '' };
  return now >= approaching ? { step: 'approaching', nextStepAt: dueAt } : { step: 'running', nextStepAt: iso(approaching) };
}

function reasonOf(policy: SlaPolicy, input: SlaInput, termDays: number | null, capped: boolean): string {
  if (capped) return `CISA's due date ${input.kevDue}`;
  const where = input.environment === 'staging' || input.environment === 'development' ? `, ${input.environment}` : '';
  return `${input.band}${input.exposed === 'yes' ? ', exposed' : ''}${where}: ${termDays} days (policy ${policy.version})`;
}

const iso = (time: number): string => new Date(time).toISOString();
const endOfDay = (date: string): string => (date.length === 10 ? `${date}T23:59:59.000Z` : date);
const earliest = (a: string, b: string): string => (a === '' ? b : b === '' || a <= b ? a : b);
