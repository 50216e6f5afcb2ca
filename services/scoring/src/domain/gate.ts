import type { GatePolicy } from './policy.js';

/** A flaw that a build introduces, as it stands now. */
export interface GateSubject {
  readonly finding: string;
  readonly title: string;
  readonly band: string;
  readonly score: number;
  readonly live: boolean;
  readonly decision: string;
  readonly owner: string;
  readonly fix: string;
}

export interface GateReason {
  readonly finding: string;
  readonly title: string;
  readonly rule: string;
  readonly effect: 'block' | 'warn';
  readonly score: number;
  readonly band: string;
  readonly owner: string;
  readonly fix: string;
  readonly howToRequestException: string;
}

export interface GateVerdict {
  readonly verdict: 'pass' | 'warn' | 'block';
  readonly reasons: readonly GateReason[];
  readonly policyVersion: string;
}

/** Decisions come first: what is excepted or gone gates nothing. Only new flaws are given to it; debt of the base is not. */
export function evaluateGate(subjects: readonly GateSubject[], policy: GatePolicy): GateVerdict {
  const reasons = subjects.filter((subject) => subject.live && subject.decision === '').flatMap((subject) => reasonOf(subject, policy));
  const sorted = reasons.sort((a, b) => b.score - a.score || (a.finding < b.finding ? -1 : 1));
  const verdict = sorted.some((reason) => reason.effect === 'block') ? 'block' : sorted.length > 0 ? 'warn' : 'pass';
  return { verdict, reasons: sorted, policyVersion: policy.version };
}

function reasonOf(subject: GateSubject, policy: GatePolicy): readonly GateReason[] {
  const effect = policy.block.includes(subject.band) ? 'block' : policy.warn.includes(subject.band) ? 'warn' : undefined;
  if (effect === undefined) return [];
  const { finding, title, score, band, owner, fix } = subject;
  return [{
    finding, title, effect, score, band, owner, fix, rule: `${effect}: new flaw in band ${band}`,
    howToRequestException: `POST /v1/exceptions {"decision":"accepted-risk","scope":{"findings":["${finding}"]},"reason":"…","expiresAt":"…"}`,
  }];
}
