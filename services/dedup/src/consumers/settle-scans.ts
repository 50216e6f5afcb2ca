import type { FindingObserved } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import { showsAbsence } from '../domain/completion.js';
import { pathKeyOf, viewOfOccurrence } from '../domain/near/near.js';
import { repositoryPath } from '../domain/identity/normalize.js';
import { missingOf } from '../persistence/completion.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { pathsOf, shownAmong, unseenOnBranch, type Unseen } from '../persistence/near.repository.js';
import { savePending, takePending, type PendingDraft } from '../persistence/pending.repository.js';
import { planFor } from '../persistence/plans.js';
import { applyWorks, type Held } from './apply-wave.js';
import type { OpenScan } from './open-scans.js';
import { resolveKnown } from './resolve-known.js';
import { settle, type GoneOccurrence, type Unshown } from './settle.js';
import type { Deciding, Work } from './work.js';

/** Ordinal of the membership of results that waited; parts count from 0, the marker is -1. */
const SETTLED = -2;

export const isWhole = ({ marker, partsSeen, slice }: OpenScan): boolean => marker !== null && partsSeen + slice.parts.length >= marker.parts;

/** Keeps what waits; of scans that are whole now, decides where everything that waited went. */
export async function settleScans(unit: Unit, scans: readonly OpenScan[], held: ReadonlyMap<string, Held>, deciding: Deciding): Promise<void> {
  await savePending(unit, scans.filter((open) => !isWhole(open)).flatMap((open) => pendingOf(open, held.get(open.facts.scanId))));
  const whole = scans.filter((open) => isWhole(open) && !open.facts.baseline);
  const waited = await takePending(unit, whole.filter((open) => open.partsSeen > 0).map((open) => open.facts.scanId));
  const results = whole.map((open) => ({ open, parts: partOf(open, waited.get(open.facts.scanId) ?? [], held.get(open.facts.scanId)), later: true })).filter(({ parts }) => parts.length > 0);
  if (results.length === 0) return;
  const works = await resolveKnown(unit, results, deciding.newId);
  const unshown = new Map<string, Unshown>();
  for (const work of works) {
    const { scanId } = work.open.facts;
    unshown.set(scanId, await unshownBy(unit, work, held.get(scanId), deciding));
  }
  await settle(unit, works, unshown, deciding);
  await applyWorks(unit, works, deciding);
}

function pendingOf(open: OpenScan, held: Held | undefined): readonly PendingDraft[] {
  return (held?.parts ?? []).flatMap((part) => part.drafts.map((draft) => ({ scanId: open.facts.scanId, tenantId: open.slice.tenantId, part: part.ordinal, draft })));
}

/** All that waited as one part; its results were counted with the parts they came in. */
function partOf({ slice: { header } }: OpenScan, waited: readonly PendingDraft[], held: Held | undefined): readonly FindingObserved[] {
  const drafts = [...waited.map((one) => one.draft), ...(held?.parts ?? []).flatMap((part) => part.drafts)];
  return drafts.length === 0 ? [] : [{ header, ordinal: SETTLED, drafts, marker: null }];
}

/** What the scan no longer shows: in its own scope, and for a branch on the default line. */
async function unshownBy(unit: Unit, work: Work, held: Held | undefined, deciding: Deciding): Promise<Unshown> {
  const { facts, slice, marker, partsSeen } = work.open;
  const anchors = held?.anchors ?? [];
  // What earlier batches showed is not at hand; of a scan in one batch all rules are.
  const rules = partsSeen === 0 && held !== undefined ? { knownRules: held.rules, shownRules: held.rules } : {};
  const scan = { scanId: facts.scanId, scopeId: facts.scope.scopeId };
  const none: Unshown = { gone: [], anchors, knownPaths: new Set(), shownPaths: new Set(), whole: true };
  if (facts.superseded || work.remainder.length === 0 || marker === null) return none;
  await planFor(unit, 'sets');
  const own = await missingOf(unit, [scan], [deciding.policyOf(slice.tenantId).absencesToFix]);
  const main = facts.scope.defaultLine ? [] : await unseenOnBranch(unit, [{ ...scan, stream: slice.stream }]);
  const unseen = [...own.map((one) => ({ ...one, scopeId: scan.scopeId })), ...main];
  work.resolver.claim(await shownAmong(unit, scan, work.resolver.formerOwners(work.remainder)));
  await planFor(unit, 'lookup');
  const gone = await goneOf(unit, unseen);
  const fresh = new Set(work.remainder.map((one) => repositoryPath(one.prepared.draft.location?.path ?? '')));
  const paths = [...new Set([...gone.map((one) => one.path), ...fresh])].filter((path) => path !== '');
  await planFor(unit, 'sets');
  const rows = await pathsOf(unit, scan, paths.map(pathKeyOf));
  await planFor(unit, 'lookup');
  const among = (keys: ReadonlySet<string>): ReadonlySet<string> => new Set(paths.filter((path) => keys.has(pathKeyOf(path))));
  return {
    gone, anchors, ...rules, whole: showsAbsence(marker, marker.observed),
    knownPaths: new Set([...among(new Set(rows.map((row) => row.pathKey))), ...gone.map((one) => one.path)]),
    shownPaths: new Set([...among(new Set(rows.filter((row) => row.shown).map((row) => row.pathKey))), ...fresh]),
  };
}

async function goneOf(unit: Unit, unseen: readonly Pick<Unseen, 'id' | 'scopeId' | 'findingId'>[]): Promise<readonly GoneOccurrence[]> {
  const wanted = new Set(unseen.map((one) => `${one.scopeId}|${one.id}`));
  const known = await loadKnown(unit, [...new Set(unseen.map((one) => one.findingId))].sort());
  return [...known.values()].flatMap(({ finding, occurrences }) => occurrences.filter((one) => wanted.has(`${one.scopeId}|${one.id}`))
    .map((occurrence) => ({ ...viewOfOccurrence(occurrence, finding.class), findingId: finding.findingId, occurrence })));
}
