import type { EvidenceState } from '@throughline/domain';
import { unnamed } from './aliases/aliases.js';
import { relevant } from './compose.js';
import { evidenceEvent, firstState, transition } from './evidence.js';
import { judged, type Known } from './evolve.js';
import type { Fingerprint, IdentityKey } from './identity/index.js';
import { issueIdOf } from './issue.js';
import type { Asset, Finding, FullOccurrence } from './model.js';
import type { Policy } from './policy.js';
import { operatorKey } from './resolve.js';
import type { Run } from './running.js';
import { storedKeys } from './stored-keys.js';

/** Why a correction cannot be made; a stable code for programs and a sentence for people. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface Corrector {
  readonly asset: Asset;
  readonly runs: readonly Run[];
  readonly policy: Policy;
  readonly at: string;
}

/** Which state of several outweighs: what is believed to be there, what may be, what was, what has no asset. */
const LIVELINESS: Readonly<Record<EvidenceState, number>> = { open: 3, reopened: 3, 'awaiting-verification': 2, fixed: 1, retired: 0 };

export interface Merged {
  readonly into: Known;
  /** The findings that are no more, as they were told to readers: retired, with their last occurrences. */
  readonly retired: readonly Known[];
}

/**
 * Operator's word: these findings are one flaw. The target takes over keys and occurrences, so that later scans of
 * either find it; the earliest clock and the most regressions stay; open outweighs awaiting, and that fixed.
 */
export function mergeFindings(target: Known, others: readonly Known[], { asset, runs, policy, at }: Corrector): Merged | Refusal {
  if (others.some((one) => one.finding.assetId !== target.finding.assetId)) {
    return { code: 'different_assets', detail: 'Findings of different assets are one issue at most, never one finding; merge those of one asset.' };
  }
  const all = [target, ...others].map((one) => one.finding);
  const occurrences = [target, ...others].flatMap((one) => one.occurrences.map((occurrence) => ({ ...occurrence, findingId: target.finding.findingId })));
  if (occurrences.length === 0) return { code: 'finding_retired', detail: 'None of these findings has observations; they were merged before.' };
  const onDefault = all.some((one) => one.onDefault);
  const live = all.reduce((a, b) => (LIVELINESS[b.status] > LIVELINESS[a.status] ? b : a));
  const regressions = Math.max(...all.map((one) => one.regressions));
  // Open with a regression is reopened, whichever of them brought which.
  const status = live.status === 'open' && regressions > 0 ? 'reopened' as const : live.status;
  const base = { ...target.finding, onDefault, regressions, status, statusSince: live.statusSince, statusReason: live.statusReason };
  const finding: Finding = {
    ...rejudged(base, occurrences, runs, policy, at), version: target.finding.version + 1,
    baseline: all.every((one) => one.baseline), firstSeen: all.map((one) => one.firstSeen).sort()[0] as string,
    flags: [...new Set(all.flatMap((one) => one.flags))].filter((flag) => flag !== 'identity_conflict'),
    keys: [...new Set(all.flatMap((one) => one.keys))],
    apart: joinedApart(all, occurrences),
    aliases: unnamed(all.flatMap((one) => one.aliases), occurrences),
    issueId: issueIdOf(target.finding.tenantId, target.finding.findingId, asset, relevant(base, occurrences), all.flatMap((one) => one.aliases)),
  };
  const retired = others.map((one) => ({ ...one, finding: { ...retire(one.finding, `merged into ${finding.findingId}`, at), mergedInto: finding.findingId } }));
  return { into: { finding, occurrences }, retired };
}

/** What is one now is apart no more. */
function joinedApart(all: readonly Finding[], occurrences: readonly FullOccurrence[]): readonly string[] {
  const shown = new Set(occurrences.map(signatureOf));
  return [...new Set(all.flatMap((one) => one.apart))].filter((signature) => !shown.has(signature)).sort();
}

/** Tool and rule of an observation, as correlation knows them. */
export const signatureOf = ({ content }: FullOccurrence): string => `${content.rule.tool}|${content.rule.id}`;

function retire(finding: Finding, reason: string, at: string): Finding {
  return { ...finding, ...transition(finding, 'retired'), statusReason: reason, statusSince: at, version: finding.version + 1, keys: [], flags: [], absentIn: [], awaitsRollOut: false };
}

export interface Split {
  readonly rest: Known;
  readonly part: Known;
  /** Keys that lead to the new finding from now on. */
  readonly keys: readonly Pick<IdentityKey, 'key' | 'kind' | 'recipe'>[];
}

/**
 * Operator's word: these observations are another flaw. They get a finding of their own; an operator key for each, which
 * outweighs every other, and the keys that nothing left behind shares lead to it in later scans and on other lines.
 */
export function splitFinding(known: Known, ids: ReadonlySet<string>, findingId: string, corrector: Corrector): Split | Refusal {
  const { policy } = corrector;
  const moved = known.occurrences.filter((one) => ids.has(one.id)).map((one) => ({ ...one, findingId }));
  const stay = known.occurrences.filter((one) => !ids.has(one.id));
  if (moved.length < ids.size) return { code: 'observation_not_found', detail: 'An observation is not one of this finding; list them with GET …/observations.' };
  if (stay.length === 0) return { code: 'nothing_left', detail: 'A split leaves at least one observation with the finding.' };
  const kept = new Set(storedKeys(stay, known.finding.class, known.finding.assetId).map((one) => one.key));
  const own = storedKeys(moved, known.finding.class, known.finding.assetId).filter((one) => !kept.has(one.key) && known.finding.keys.includes(one.key));
  const operator = moved.map((one) => ({ key: operatorKey(one.group, one.ordinal), kind: 'operator', recipe: 'operator/1' }));
  const taken = new Set<Fingerprint>([...own, ...operator].map((one) => one.key));
  const rest = resettled({ ...known.finding, apart: apartFrom(known.finding, moved), keys: known.finding.keys.filter((key) => !taken.has(key)), version: known.finding.version + 1 }, stay, corrector);
  const part = resettled({
    ...known.finding, findingId, apart: apartFrom(known.finding, stay), version: 1, regressions: 0, awaitsRollOut: false, status: splitState(known.finding, moved, policy), keys: [...taken],
    statusReason: known.finding.status === 'retired' ? known.finding.statusReason : `split from ${known.finding.findingId}`, splitFrom: known.finding.findingId, firstSeen: moved.map((one) => one.firstSeen).sort()[0] as string,
  }, moved, corrector);
  return { rest: { finding: rest, occurrences: stay }, part: { finding: part, occurrences: moved }, keys: [...new Map([...own, ...operator].map((one) => [one.key, one])).values()] };
}

const splitState = (from: Finding, moved: readonly FullOccurrence[], policy: Policy): EvidenceState => (from.status === 'retired' ? 'retired' : firstState(evidenceEvent(moved, policy.absencesToFix)));

const apartFrom = (finding: Finding, others: readonly FullOccurrence[]): readonly string[] => [...new Set([...finding.apart, ...others.map(signatureOf)])].sort();

/** A correction is no scan: it brings back no finding whose asset is gone, and what it leaves present is no regression. */
function rejudged(finding: Finding, occurrences: readonly FullOccurrence[], runs: readonly Run[], policy: Policy, at: string): Finding {
  if (finding.status === 'retired') return finding;
  const next = judged(finding, occurrences, runs, policy, at);
  if (next.regressions <= finding.regressions) return next;
  return { ...next, regressions: finding.regressions, status: finding.regressions > 0 ? 'reopened' : 'open' };
}

/** What a finding's occurrences alone say of it. */
export function resettled(finding: Finding, occurrences: readonly FullOccurrence[], { asset, runs, policy, at }: Corrector): Finding {
  const onDefault = occurrences.some((one) => one.scope.defaultLine);
  return {
    ...rejudged({ ...finding, onDefault }, occurrences, runs, policy, at),
    flags: finding.flags.filter((flag) => flag !== 'identity_conflict'),
    issueId: issueIdOf(finding.tenantId, finding.findingId, asset, relevant({ onDefault }, occurrences), finding.aliases),
  };
}
