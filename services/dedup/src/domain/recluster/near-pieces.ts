import { correlate, signatureOf, type Neighbour } from '../correlation/index.js';
import type { FullOccurrence } from '../model.js';
import { viewOfOccurrence } from '../near/near.js';
import type { View } from '../near/view.js';
import { joinKey, type ReclusterQuestion, type Why } from './question.js';
import { text, type Cut } from './pieces.js';

/** A result that founded a piece: what correlation was asked about when it came. */
interface Founder {
  readonly piece: Cut;
  readonly occurrence: FullOccurrence;
  readonly view: View;
}

export interface Nearness {
  readonly a: Cut;
  readonly b: Cut;
  readonly why: Why;
  readonly occurrenceIds: readonly string[];
}

/**
 * Asks correlation again, scan after scan as they came: the results that founded pieces in a scan against what was
 * there before, so that the same policy gives the same answers. `rootOf`: the piece that one is part of by now; `meet`
 * is told of each pair that is one flaw, in order. Gives the number of results that fit several.
 */
export function correlatePieces(pieces: readonly Cut[], question: ReclusterQuestion, rootOf: (piece: Cut) => Cut, meet: (found: Nearness) => void): number {
  let ambiguous = 0;
  const shown = Map.groupBy(pieces.flatMap(presentIn), ({ view }) => placeOf(view));
  for (const founders of scansOf(pieces.flatMap((piece) => foundersOf(piece, question)))) {
    const places = new Set(founders.map(({ view }) => placeOf(view)));
    const before = [...places].flatMap((place) => shown.get(place) ?? []).filter(seenFrom(founders[0] as Founder));
    if (founders.length > 1 || before.length > 0) ambiguous += ask(founders, before, question, rootOf, meet);
  }
  return ambiguous;
}

/** Results at different places never meet. */
const placeOf = ({ path, url, resource }: View): string => (path === '' ? `${url}|${resource}` : path);

/** What was there before. Of the default line only that line is seen; of a branch, that and its own. */
const seenFrom = (one: Founder) => (other: Founder): boolean => text(scanKey(other), scanKey(one)) < 0
  && (other.occurrence.scope.defaultLine || other.occurrence.scope.line === one.occurrence.scope.line);

const comparable = (view: View): boolean => view.class !== 'sca' && view.class !== 'container' && (view.path !== '' || view.url !== '' || view.resource !== '');

function presentIn(piece: Cut): readonly Founder[] {
  return piece.occurrences.filter((one) => one.absences === 0)
    .map((occurrence) => ({ piece, occurrence, view: viewOfOccurrence(occurrence, piece.known.finding.class) }))
    .filter(({ view }) => comparable(view));
}

/**
 * The results of the scan that founded a piece, where they are still shown. What a join brought to it, or a later scan, was
 * asked about when it came, and chose.
 */
function foundersOf(piece: Cut, { joins }: ReclusterQuestion): readonly Founder[] {
  const founding = piece.occurrences.map(scanOf).sort(text)[0];
  return presentIn(piece).filter((one) => scanKey(one) === founding && (piece.why !== undefined || !joins.has(joinKey(piece.findingId, one.occurrence.id)))).sort(inTime);
}

const scanOf = (one: FullOccurrence): string => `${one.firstSeen}|${one.scopeId}|${one.firstSequence}`;
const scanKey = ({ occurrence }: Founder): string => scanOf(occurrence);
const inTime = (a: Founder, b: Founder): number => text(scanKey(a), scanKey(b)) || text(a.occurrence.id, b.occurrence.id);

function scansOf(founders: readonly Founder[]): readonly (readonly Founder[])[] {
  return [...Map.groupBy([...founders].sort(inTime), scanKey).values()];
}

function ask(founders: readonly Founder[], before: readonly Founder[], { policy }: ReclusterQuestion, rootOf: (piece: Cut) => Cut, meet: (found: Nearness) => void): number {
  const known = new Map<string, Cut>();
  const neighbours: Neighbour[] = before.map(({ piece, view }) => {
    const root = rootOf(piece);
    known.set(idOf(root), root);
    return { ...view, findingId: idOf(root), apart: root.known.finding.apart };
  });
  const byId = new Map(founders.map((one) => [one.view.id, one]));
  const { clusters, ambiguous } = correlate({ fresh: founders.map(({ view }) => view), neighbours, minConfidence: policy.correlation.minConfidence });
  const targets = new Map<Cut, Set<string>>();
  for (const [index, { findingId, members }] of clusters.entries()) {
    for (const { fresh } of members) {
      const { piece } = byId.get(fresh) as Founder;
      if (findingId !== '' || members.length > 1) targets.set(piece, (targets.get(piece) ?? new Set()).add(findingId || `new|${index}`));
    }
  }
  for (const { findingId, members } of clusters) {
    const all = members.map(({ fresh, join }) => ({ ...byId.get(fresh) as Founder, join })).filter(({ piece }) => (targets.get(piece)?.size ?? 0) <= 1);
    const anchor = findingId === '' ? all.find(({ join }) => join === undefined)?.piece ?? all[0]?.piece : known.get(findingId);
    for (const { piece, join, occurrence } of all) {
      if (anchor !== undefined && join !== undefined && piece !== anchor && mayMeet(piece, rootOf(anchor))) meet({ a: anchor, b: piece, why: join, occurrenceIds: [occurrence.id] });
    }
  }
  return ambiguous.length;
}

export const idOf = (piece: Cut): string => `${piece.findingId}|${piece.core ? '' : piece.occurrenceIds.join()}`;

/** What a person split from one of them is not part of the other. */
function mayMeet(a: Cut, b: Cut): boolean {
  const shows = (piece: Cut): readonly string[] => presentIn(piece).map(({ view }) => signatureOf(view));
  return !shows(b).some((one) => a.known.finding.apart.includes(one)) && !shows(a).some((one) => b.known.finding.apart.includes(one));
}
