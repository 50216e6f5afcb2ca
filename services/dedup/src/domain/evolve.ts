import type { FindingChanged } from '@throughline/contracts';
import { compose, relevant } from './compose.js';
import { evidenceEvent, firstState, transition, type Evidence, type EvidenceEvent } from './evidence.js';
import { issueIdOf } from './issue.js';
import type { Asset, Finding, FullOccurrence, Scope } from './model.js';
import type { Policy } from './policy.js';
import { sameVersions, standing, type Run, type Standing } from './running.js';

export const IDENTITY_CONFLICT = 'identity_conflict';
/** It may be one of several findings, or none: nothing was joined. */
export const IDENTITY_AMBIGUOUS = 'identity_ambiguous';
export const CLOCK_SKEW = 'clock_skew';

/** What a scan brings to every decision about its findings. */
export interface ScanFacts {
  readonly scanId: string;
  readonly tenantId: string;
  readonly sequence: number;
  readonly receivedAt: string;
  readonly scope: Scope;
  /** A newer scan of the scope began already: what is known is not overwritten, and absence means nothing. */
  readonly superseded: boolean;
  /** Complete scans of the scope that are newer and were applied already: with any, this scan is history. */
  readonly newerScans: number;
  readonly baseline: boolean;
  readonly clockSkew: boolean;
}

/** A finding with its occurrences, as loaded or as decided. */
export interface Known {
  readonly finding: Finding;
  readonly occurrences: readonly FullOccurrence[];
}

/** A finding after a decision; `record` is what its readers are told, undefined when nothing shown changed. */
export interface Evolved extends Known {
  readonly record: FindingChanged | undefined;
  readonly outcome: 'created' | 'reopened' | 'changed' | 'absent' | 'fixed' | 'silent';
  /** First shown on the default line by this scan. */
  readonly arrived: boolean;
}

interface Circumstances {
  readonly scan: ScanFacts;
  readonly asset: Asset;
  /** Scans of the versions that run. */
  readonly runs: readonly Run[];
  readonly policy: Policy;
  readonly changedAt: string;
}

/** A finding that no key knew. A scan that came late creates it in the state that newer scans left it in. */
export function create(seed: Pick<Finding, 'findingId' | 'class' | 'keys' | 'flags' | 'aliases'>, occurrences: readonly FullOccurrence[], at: Circumstances): Evolved {
  const { scan, asset, policy } = at;
  const runs = scan.scope.defaultLine ? standing(occurrences, at.runs) : standing([], []);
  const { event, awaitsRollOut } = overall(evidenceEvent(occurrences, policy.absencesToFix), runs);
  const status = firstState(event);
  const finding: Finding = {
    ...seed, tenantId: scan.tenantId, assetId: asset.assetId, status, statusReason: awaitsRollOut ? rollOutReason(runs) : reasonOf(status, { absences: scan.newerScans, asked: false }),
    statusSince: scan.receivedAt, regressions: 0, version: 1, issueId: issueIdOf(scan.tenantId, seed.findingId, asset, occurrences, seed.aliases),
    onDefault: scan.scope.defaultLine, baseline: scan.baseline, firstSeen: scan.receivedAt, flags: scan.clockSkew ? [...seed.flags, CLOCK_SKEW].sort() : seed.flags,
    absentIn: runs.absentIn, awaitsRollOut, apart: [], mergedInto: '', splitFrom: '',
  };
  const record = compose(finding, asset, occurrences, { change: 'created', scanId: scan.scanId, changedAt: at.changedAt });
  return { finding, occurrences, record, outcome: 'created', arrived: scan.scope.defaultLine };
}

/** A known finding that a scan shows anew, elsewhere or otherwise. `occurrences` are already as after the scan. */
export function seen(known: Known, keys: readonly string[], flags: readonly string[], at: Circumstances): Evolved {
  const { scan } = at;
  const withKeys: Finding = { ...known.finding, keys: mergeKeys(known.finding.keys, keys) };
  const flagged = flags.some((flag) => !withKeys.flags.includes(flag));
  const speaks = scan.scope.defaultLine || !withKeys.onDefault;
  if ((!speaks || scan.newerScans > 0) && !flagged) return silent(withKeys, known.occurrences);
  const arrived = scan.newerScans === 0 && scan.scope.defaultLine && !withKeys.onDefault;
  const base: Finding = {
    ...withKeys, onDefault: withKeys.onDefault || arrived, firstSeen: arrived ? scan.receivedAt : withKeys.firstSeen,
    flags: [...new Set([...withKeys.flags, ...flags])].sort(),
  };
  const next = arrived ? moved(base, { event: 'arrived', awaitsRollOut: false }, standing(relevant(base, known.occurrences), at.runs), { at: scan.receivedAt, absences: 0, asked: false }) : judged(base, known.occurrences, at.runs, at.policy, scan.receivedAt);
  const outcome = known.finding.status === 'fixed' && next.status === 'reopened' ? 'reopened' : 'changed';
  return announced(next, known.occurrences, outcome, arrived, at);
}

/** A known finding some occurrences of which a complete scan missed; `lost`: one that was present until now. */
export function missed(known: Known, lost: boolean, at: Circumstances): Evolved {
  const { finding, occurrences } = known;
  // A scan that misses one brings no other sight of it back.
  if (finding.status === 'retired' || (finding.onDefault && !at.scan.scope.defaultLine)) return silent(finding, occurrences);
  const next = judged(finding, occurrences, at.runs, at.policy, at.scan.receivedAt);
  if (!lost && !differs(next, finding)) return silent(finding, occurrences);
  const became = next.status === finding.status ? 'changed' : next.status === 'fixed' ? 'fixed' : 'absent';
  return announced(next, occurrences, became, false, at);
}

/** A finding whose versions run otherwise than before: what changed for it, or undefined. No scan came. */
export function rerun(known: Known, asset: Asset, runs: readonly Run[], policy: Policy, changedAt: string): Evolved | undefined {
  const { finding, occurrences } = known;
  if (finding.status === 'retired' || occurrences.length === 0) return undefined;
  const next = judged(finding, occurrences, runs, policy, changedAt);
  if (!differs(next, finding)) return undefined;
  const told: Finding = { ...next, version: finding.version + 1 };
  const change = finding.status === 'fixed' && told.status === 'reopened' ? 'reopened' : 'changed';
  return { finding: told, occurrences, record: compose(told, asset, occurrences, { change, scanId: '', changedAt }), outcome: change, arrived: false };
}

const differs = (a: Finding, b: Finding): boolean => a.status !== b.status || a.awaitsRollOut !== b.awaitsRollOut || !sameVersions(a.absentIn, b.absentIn);

interface Overall { readonly event: EvidenceEvent; readonly awaitsRollOut: boolean }

/** What is gone from the head and still runs is not gone. */
function overall(event: EvidenceEvent, { runsIn }: Standing): Overall {
  return (event === 'absent' || event === 'gone') && runsIn !== '' ? { event: 'seen', awaitsRollOut: true } : { event, awaitsRollOut: false };
}

/** The state that a finding's occurrences and the versions that run leave it in. Of branches nothing runs. */
export function judged(finding: Finding, occurrences: readonly FullOccurrence[], runs: readonly Run[], policy: Policy, at: string): Finding {
  const speaking = relevant(finding, occurrences);
  const stand = standing(speaking, finding.onDefault ? runs : []);
  return moved(finding, overall(evidenceEvent(speaking, policy.absencesToFix), stand), stand, { at, ...lookOf(speaking) });
}

function moved(finding: Finding, { event, awaitsRollOut }: Overall, stand: Standing, { at, ...look }: Look & { readonly at: string }): Finding {
  const next: Evidence = transition(finding, event);
  const judgedAt = { ...finding, ...next, absentIn: stand.absentIn, awaitsRollOut };
  if (next.status === finding.status && awaitsRollOut === finding.awaitsRollOut) return judgedAt;
  const statusSince = next.status === finding.status ? finding.statusSince : at;
  return { ...judgedAt, statusReason: awaitsRollOut ? rollOutReason(stand) : reasonOf(next.status, look), statusSince };
}

/** How often the scopes looked, and whether somebody asked one of them to. */
interface Look { readonly absences: number; readonly asked: boolean }

const lookOf = (speaking: readonly FullOccurrence[]): Look => ({ absences: Math.min(...speaking.map((one) => one.absences)), asked: speaking.some((one) => one.verified === true) });

const rollOutReason = ({ runsIn }: Standing): string => `awaits roll-out: gone from the newest scan, still runs in ${runsIn}`;

function announced(finding: Finding, occurrences: readonly FullOccurrence[], outcome: Evolved['outcome'], arrived: boolean, at: Circumstances): Evolved {
  const next: Finding = {
    ...finding, version: finding.version + 1,
    issueId: issueIdOf(finding.tenantId, finding.findingId, at.asset, relevant(finding, occurrences), finding.aliases),
  };
  const record = compose(next, at.asset, occurrences, { change: outcome, scanId: at.scan.scanId, changedAt: at.changedAt });
  return { finding: next, occurrences, record, outcome, arrived };
}

const silent = (finding: Finding, occurrences: readonly FullOccurrence[]): Evolved => ({ finding, occurrences, record: undefined, outcome: 'silent', arrived: false });

function mergeKeys(known: readonly string[], added: readonly string[]): readonly string[] {
  return added.length === 0 ? known : [...new Set([...known, ...added])];
}

function reasonOf(status: string, { absences, asked }: Look): string {
  switch (status) {
    case 'awaiting-verification': return 'not shown by the last complete scan of its scope';
    case 'fixed': return asked ? 'not shown by the scan that was asked for' : `not shown by ${absences} complete scans of its scope in a row`;
    case 'reopened': return 'shown again after it was fixed';
    default: return 'shown by a scan';
  }
}
