import { compareFlow } from './flow.js';
import { containment, likeness, renamedNames } from './code.js';
import type { View } from '../near/view.js';
import type { Fact } from './fact.js';
import type { FilePairs } from './files.js';
import type { Placing, Shifts } from './shift.js';

/**
 * How much each observation says that two results are one flaw, as natural logarithms of odds (+1: 2.7 times as likely
 * when it is one flaw as when it is not). The sum through the logistic function is the confidence. This is the one table;
 * its figures are set by the reasons given and are not fitted to a set of data.
 */
export const WEIGHTS = {
  /** Two results of one rule that a scan leaves over are, before anything else is known, rather two flaws than one. */
  prior: -1.5,
  /** Equal but for white space: `eval(x)` can stand anywhere, what says more (`longCode`) chance does not repeat. */
  sameCode: 1.5,
  sameLongCode: 5,
  longCode: 2,
  /** Edited code: `perLikeness` · (likeness − `evenLikeness`). Half of what is said alike leaves it open; below, they are different flaws. */
  perLikeness: 8,
  evenLikeness: 0.5,
  /** One name replaced everywhere is a renaming more often than a new flaw of equal form: moves likeness towards 1 by this share. */
  renamedName: 0.4,
  /** The lines around the flagged ones are (mostly) what they were. */
  sameSurroundings: 1,
  /** A tool that printed code and now prints none, or the reverse, prints it for some results only: rather two. */
  codeOfOne: -1,
  /** No code: a message of its own that is the same; and one that differs, by how much. */
  sameTitle: 2,
  perTitleLikeness: 4,
  samePath: 1,
  /** Another path, as far as it is known to be the old one's new name. */
  renamedFile: 1.4,
  /** Another file that goes on: code seldom moves so; less seldom to a file of that name. */
  otherFile: -1.5,
  otherFileOfThatName: -0.7,
  sameSymbol: 0.8,
  /** Functions are renamed, too. */
  otherSymbol: -0.8,
  /** Exactly where its surroundings went; by both neighbours, by one, or when no neighbour is known. */
  placedSure: 1.7,
  placedLikely: 1.2,
  placedGuess: 0.9,
  /** At most two lines off: an import or a wrapped line. */
  placedNear: 0.5,
  /** Its neighbours moved apart, and it is between them. */
  placedBetween: 0.2,
  /** Somewhere else: both neighbours stayed together without it; one neighbour says so; or lines may have come in above that nobody saw. */
  displacedSure: -1.6,
  displacedLikely: -0.9,
  displacedGuess: -0.4,
  /** The tool's own fingerprint, which leaves lines out. */
  sameNative: 4,
  /** Resource addresses name one thing. */
  sameResource: 2.5,
  otherResource: -2,
  sameSecret: 5,
  sameColumn: 0.3,
  otherColumn: -0.2,
  /** The data flow begins where its surroundings went. */
  sameSource: 0.6,
  renamedRule: -1,
} as const;

const NEAR_LINES = 2;
/** Containment is weaker than likeness: what the rest says is unknown. */
const OF_CONTAINMENT = 0.85;

export interface Evidence {
  /** Log odds. */
  readonly sum: number;
  readonly fields: readonly string[];
  readonly sameCode: boolean;
  readonly noCode: boolean;
}

/** Collects the sum and the names of what agreed. */
class Tally {
  sum: number = WEIGHTS.prior;
  readonly fields: string[] = [];

  add(weight: number, field?: string): void {
    this.sum += weight;
    if (weight > 0 && field !== undefined) this.agree(field);
  }

  agree(field: string): void {
    if (!this.fields.includes(field)) this.fields.push(field);
  }
}

/** Undefined when something rules it out, or all that agrees comes to less than `least`. */
export function weigh(fresh: Fact, gone: Fact, files: FilePairs, shifts: Shifts | undefined, least: number): Evidence | undefined {
  const now = fresh.view;
  const before = gone.view;
  if (now.secret !== '' && before.secret !== '' && now.secret !== before.secret) return undefined; // another secret, wherever it is
  const tally = new Tally();
  if (now.secret !== '' && now.secret === before.secret) tally.add(WEIGHTS.sameSecret, 'secret');
  const sameCode = fresh.same !== '' && fresh.same === gone.same;
  weighPath(tally, fresh, gone, files);
  weighPosition(tally, fresh, gone, shifts?.placing(before.startLine, now.startLine, [before.id, now.id]));
  weighNames(tally, now, before);
  if (now.startColumn > 0 && before.startColumn > 0) tally.add(now.startColumn === before.startColumn ? WEIGHTS.sameColumn : WEIGHTS.otherColumn);
  if (compareFlow(now, before, shifts)) tally.add(WEIGHTS.sameSource, 'flow');
  if (gone.renamed) tally.add(WEIGHTS.renamedRule);
  else tally.agree('rule');
  // Most pairs of a file end here, or at the next step: comparing code takes the time.
  const needed = least - tally.sum;
  if (needed >= WEIGHTS.sameLongCode || (!sameCode && needed >= WEIGHTS.perLikeness * (1 - WEIGHTS.evenLikeness))) return undefined;
  weighCode(tally, fresh, gone, sameCode);
  if (tally.sum <= least) return undefined;
  return { sum: tally.sum, fields: tally.fields.sort(), sameCode, noCode: fresh.same === '' || gone.same === '' };
}

function weighCode(tally: Tally, fresh: Fact, gone: Fact, sameCode: boolean): void {
  if (sameCode) return tally.add(WEIGHTS.sameCode + (WEIGHTS.sameLongCode - WEIGHTS.sameCode) * Math.min(1, fresh.bag.total / WEIGHTS.longCode), 'snippet');
  if (fresh.same === '' || gone.same === '') {
    if (fresh.same !== gone.same) tally.add(WEIGHTS.codeOfOne);
    return weighTitle(tally, fresh, gone);
  }
  const alike = Math.max(likeness(fresh.bag, gone.bag), OF_CONTAINMENT * containment(fresh.bag, gone.bag));
  const value = alike < 1 && renamedNames(fresh.code.tokens, gone.code.tokens) === 1 ? alike + (1 - alike) * WEIGHTS.renamedName : alike;
  tally.add(WEIGHTS.perLikeness * (value - WEIGHTS.evenLikeness), 'snippet');
}

function weighTitle(tally: Tally, fresh: Fact, gone: Fact): void {
  if (fresh.view.title === '' || gone.view.title === '') return;
  if (fresh.view.title === gone.view.title) return tally.add(WEIGHTS.sameTitle * (1 - Math.max(fresh.titleShare, gone.titleShare)), 'title');
  tally.add(WEIGHTS.perTitleLikeness * Math.min(0, likeness(fresh.title, gone.title) - 1 + WEIGHTS.evenLikeness));
}

function weighPath(tally: Tally, { view: now }: Fact, { view: before }: Fact, files: FilePairs): void {
  if (now.path === before.path) return tally.add(WEIGHTS.samePath, 'path');
  const trust = files.trust(now.path, before.path);
  if (trust > 0) return tally.add(WEIGHTS.renamedFile * trust, 'path');
  tally.add(baseName(now.path) === baseName(before.path) ? WEIGHTS.otherFileOfThatName : WEIGHTS.otherFile);
}

function weighNames(tally: Tally, now: View, before: View): void {
  if (now.native !== '' && now.native === before.native) tally.add(WEIGHTS.sameNative, 'native');
  if (now.resource !== '' && before.resource !== '') tally.add(now.resource === before.resource ? WEIGHTS.sameResource : WEIGHTS.otherResource, 'resource');
}

/** Line, function and the code around say one thing, that it is the same place: the strongest of them counts, since together they say little more. */
function weighPosition(tally: Tally, fresh: Fact, gone: Fact, placing: Placing | undefined): void {
  const symbols = fresh.view.symbol !== '' && gone.view.symbol !== '';
  const sameSymbol = symbols && fresh.view.symbol === gone.view.symbol;
  const sameAround = fresh.around.total > 1 && likeness(fresh.around, gone.around) >= 0.6;
  const place = placing === undefined ? 0 : placingWeight(placing);
  const best = Math.max(place, sameSymbol ? WEIGHTS.sameSymbol : 0, sameAround ? WEIGHTS.sameSurroundings : 0);
  tally.add(best, best === 0 ? undefined : best === place ? 'line' : sameSymbol ? 'symbol' : 'snippet');
  if (place < 0) tally.add(place);
  if (sameSymbol) tally.agree('symbol');
  else if (symbols) tally.add(WEIGHTS.otherSymbol);
}

function placingWeight({ distance, trust, inOrder }: Placing): number {
  if (distance === 0) return trust === 'sure' ? WEIGHTS.placedSure : trust === 'likely' ? WEIGHTS.placedLikely : WEIGHTS.placedGuess;
  if (distance <= NEAR_LINES) return WEIGHTS.placedNear;
  if (trust === 'likely' && inOrder) return WEIGHTS.placedBetween;
  return trust === 'sure' ? WEIGHTS.displacedSure : trust === 'likely' ? WEIGHTS.displacedLikely : WEIGHTS.displacedGuess;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const confidenceOf = (sum: number): number => 1 / (1 + Math.exp(-sum));
export const sumOf = (confidence: number): number => Math.log(confidence / (1 - confidence));
