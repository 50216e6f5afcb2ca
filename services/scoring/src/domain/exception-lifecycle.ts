import type { StoredException } from './exception.js';
import type { ExceptionPolicy } from './policy.js';

/** A refused step: code for programs, detail for people. */
export interface Refusal { readonly refused: true; readonly code: string; readonly detail: string }
const refuse = (code: string, detail: string): Refusal => ({ refused: true, code, detail });

const DAY = 86_400_000;

/** Dates of a request: it ends, and within the policy's limit. */
export function checkDates(startsAt: string, expiresAt: string, now: string, policy: ExceptionPolicy): Refusal | null {
  const length = Date.parse(expiresAt) - Date.parse(startsAt);
  if (length <= 0 || Date.parse(expiresAt) <= Date.parse(now)) return refuse('expiry_in_the_past', 'An exception ends after it starts, and in the future.');
  if (length > policy.maxDays * DAY) return refuse('expiry_too_far', `The policy allows ${policy.maxDays} days at most; extend it when its time comes.`);
  return null;
}

export function approve(exception: StoredException, actor: string, now: string, policy: ExceptionPolicy): StoredException | Refusal {
  if (exception.status !== 'requested') return refuse('not_requested', `It is ${exception.status} already.`);
  if (policy.separationOfDuty && exception.requestedBy === actor) return refuse('separation_of_duty', 'The policy asks for an approver who is not the requester.');
  if (Date.parse(exception.expiresAt) <= Date.parse(now)) return refuse('expiry_in_the_past', 'Its time is over; extend it first.');
  return { ...exception, status: 'approved', approvedBy: actor, approvedAt: now, version: exception.version + 1 };
}

export function revoke(exception: StoredException, actor: string, now: string): StoredException | Refusal {
  if (exception.status === 'revoked') return refuse('already_revoked', 'It was revoked already.');
  return { ...exception, status: 'revoked', endedBy: actor, endedAt: now, version: exception.version + 1 };
}

/**
 * Works before and after the end. A lapsed one starts again now and needs no second approval from the same approvers
 * unless duty is separated and the extender is the requester: then it is requested anew. More time approves nothing: what
 * nobody approved stays a request.
 */
export function extend(exception: StoredException, expiresAt: string, actor: string, now: string, policy: ExceptionPolicy): StoredException | Refusal {
  if (exception.status === 'revoked') return refuse('already_revoked', 'A revoked exception is asked for anew.');
  const startsAt = exception.status === 'lapsed' ? now : exception.startsAt;
  const dates = checkDates(exception.status === 'approved' ? now : startsAt, expiresAt, now, policy);
  if (dates) return dates;
  const alone = policy.separationOfDuty && exception.requestedBy === actor;
  const status = exception.status === 'requested' || exception.approvedBy === null || alone ? 'requested' : 'approved';
  return { ...exception, status, startsAt, expiresAt, endedBy: null, endedAt: null, version: exception.version + 1, ...(status === 'approved' ? { approvedBy: actor, approvedAt: now } : { approvedBy: null, approvedAt: null }) };
}
