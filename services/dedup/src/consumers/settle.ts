import type { Unit } from '@throughline/persistence';
import { correlate, type CorrelationAnswer, type Neighbour } from '../domain/correlation/index.js';
import { track, type DriftAnswer, type Gone, type Line } from '../domain/drift/index.js';
import type { Known } from '../domain/evolve.js';
import type { Matched } from '../domain/match.js';
import type { FullOccurrence } from '../domain/model.js';
import { nearLookups, viewOf, viewOfOccurrence } from '../domain/near/near.js';
import type { View } from '../domain/near/view.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { findingsNear } from '../persistence/near.repository.js';
import { byKeys } from './resolve-known.js';
import { placeOf, type Deciding, type Work } from './work.js';

/** What a whole scan no longer shows, and what is needed to tell where it went. */
export interface Unshown {
  readonly gone: readonly GoneOccurrence[];
  readonly anchors: readonly Line[];
  readonly knownPaths: ReadonlySet<string>;
  readonly shownPaths: ReadonlySet<string>;
  readonly knownRules?: ReadonlySet<string>;
  readonly shownRules?: ReadonlySet<string>;
  /** The scan looked everywhere: what it does not show is not there. */
  readonly whole: boolean;
}

export interface GoneOccurrence extends Gone {
  readonly occurrence: FullOccurrence;
}

/** A result that decides for all that share its first key (one resource, one route), as matching sees it. */
interface Leader {
  readonly one: Matched;
  readonly view: View;
}

/**
 * Finds the findings of what no key knows: results that moved or were edited (of scans with a history), places that
 * findings return to, other tools' and rules' results of the same flaw; the rest are new findings.
 */
export async function settle(unit: Unit, works: readonly Work[], unshown: ReadonlyMap<string, Unshown>, deciding: Deciding): Promise<void> {
  const open = works.filter((work) => work.remainder.length > 0).map((work) => ({ work, leaders: leadersOf(work), left: unshown.get(work.open.facts.scanId) }));
  if (open.length === 0) return;
  const drifts = open.map(({ work, leaders, left }) => drift(work, leaders, left, deciding));
  const rest = open.map(({ work, leaders }) => leaders.filter(({ one }) => !work.resolutions.has(one)));
  const near = await neighbours(unit, open.map(({ work }, index) => ({ work, leaders: rest[index] ?? [] })), deciding);
  for (const [index, { work, left }] of open.entries()) {
    correlateRest(work, rest[index] ?? [], near, left, drifts[index], deciding);
    follow(work);
  }
}

function leadersOf(work: Work): readonly Leader[] {
  const seen = new Set<string>();
  return [...work.remainder].sort(byKeys).filter((one) => {
    const key = one.prepared.identity.keys(one.ordinal)[0]?.key ?? placeOf(one);
    return seen.has(key) ? false : (seen.add(key), true);
  }).map((one) => ({ one, view: viewOf(placeOf(one), one.prepared.draft, one.prepared.content.native ?? '', work.open.slice.header.target.version) }));
}

/** Moves findings to where they went, then gives back places to those that left them. */
function drift(work: Work, leaders: readonly Leader[], left: Unshown | undefined, deciding: Deciding): DriftAnswer | undefined {
  const { minConfidence, enabled } = deciding.policyOf(work.open.slice.tenantId).drift;
  const byId = new Map(leaders.map((leader) => [leader.view.id, leader.one]));
  const answer = left === undefined || !enabled || left.gone.length === 0 ? undefined : track({ ...left, fresh: leaders.map(({ view }) => view).filter(({ path }) => path !== ''), minConfidence });
  const gone = new Map(left?.gone.map((one) => [one.id, one]));
  for (const joined of answer?.joins ?? []) {
    const one = byId.get(joined.fresh) as Matched;
    const from = gone.get(joined.gone) as GoneOccurrence;
    const own = from.occurrence.scopeId === work.open.facts.scope.scopeId;
    work.resolutions.set(one, work.resolver.join(one, from.findingId, { created: false, join: joined.join, ...(own ? { moved: from.occurrence } : {}) }));
  }
  const doubtful = new Set(answer?.ambiguous.map(({ fresh }) => fresh));
  for (const { one, view } of leaders) {
    if (work.resolutions.has(one) || doubtful.has(view.id)) continue;
    const returning = work.resolver.returning(one);
    if (returning !== undefined) work.resolutions.set(one, returning);
  }
  return answer;
}

/** Present occurrences near any of these results, with their findings. */
async function neighbours(unit: Unit, all: readonly { readonly work: Work; readonly leaders: readonly Leader[] }[], deciding: Deciding): Promise<readonly Known[]> {
  const asking = all.filter(({ work }) => deciding.policyOf(work.open.slice.tenantId).correlation.enabled);
  const lookups = asking.flatMap(({ work, leaders }) => leaders.flatMap(({ view }) => nearLookups(view, work.open.asset.assetId)));
  const unique = new Map(lookups.map((one) => [`${one.key}|${one.from}|${one.upto}`, one]));
  const findings = await findingsNear(unit, [...unique.values()]);
  return [...(await loadKnown(unit, findings)).values()];
}

function correlateRest(work: Work, leaders: readonly Leader[], near: readonly Known[], left: Unshown | undefined, drifted: DriftAnswer | undefined, deciding: Deciding): void {
  const { enabled, minConfidence } = deciding.policyOf(work.open.slice.tenantId).correlation;
  const byId = new Map(leaders.map(({ view, one }) => [view.id, one]));
  const answer: CorrelationAnswer = enabled
    ? correlate({ fresh: leaders.map(({ view }) => view), neighbours: neighboursOf(work, near, left), minConfidence })
    : { clusters: leaders.map(({ view }) => ({ findingId: '', members: [{ fresh: view.id, join: undefined }] })), ambiguous: [] };
  const candidates = candidatesOf(answer, drifted, left);
  for (const { findingId, members } of answer.clusters) {
    let target = findingId;
    for (const { fresh, join } of [...members].sort((a, b) => Number(a.join !== undefined) - Number(b.join !== undefined))) {
      const one = byId.get(fresh) as Matched;
      const resolution = target === '' ? work.resolver.create(one, candidates.get(fresh)) : work.resolver.join(one, target, { created: false, ...(join === undefined ? {} : { join }) });
      target = resolution.findingId;
      work.resolutions.set(one, resolution);
    }
  }
}

/** Of a scan of the default line, only that line's occurrences; of a branch, that and its own. What the scan no longer shows is none. */
function neighboursOf(work: Work, near: readonly Known[], left: Unshown | undefined): readonly Neighbour[] {
  const { line } = work.open.facts.scope;
  const gone = new Set(left?.gone.map((one) => one.id));
  return near.filter(({ finding }) => finding.assetId === work.open.asset.assetId).flatMap(({ finding, occurrences }) => occurrences
    .filter((one) => one.absences === 0 && (one.scope.defaultLine || one.scope.line === line))
    .map((one) => ({ ...viewOfOccurrence(one, finding.class), findingId: finding.findingId, apart: finding.apart }))
    .filter((one) => !gone.has(one.id)));
}

function candidatesOf(answer: CorrelationAnswer, drifted: DriftAnswer | undefined, left: Unshown | undefined): ReadonlyMap<string, readonly string[]> {
  const findingOf = new Map(left?.gone.map((one) => [one.id, one.findingId]));
  const pairs = [
    ...(drifted?.ambiguous ?? []).map(({ fresh, candidates }) => [fresh, candidates.map((id) => findingOf.get(id) as string)] as const),
    ...answer.ambiguous.map(({ fresh, candidates }) => [fresh, candidates] as const),
  ];
  const all = new Map<string, readonly string[]>();
  for (const [fresh, ids] of pairs) all.set(fresh, [...new Set([...(all.get(fresh) ?? []), ...ids])].sort());
  return all;
}

/** What shares its first key with a leader goes where that went; the same result twice is the same finding. */
function follow(work: Work): void {
  for (const one of work.remainder) {
    if (!work.resolutions.has(one)) work.resolutions.set(one, work.resolver.known(one) ?? work.resolver.create(one));
  }
}
