import { mergeFindings, splitFinding, type Corrector } from '../correct.js';
import type { Known } from '../evolve.js';
import type { Finding } from '../model.js';
import type { Claim, Piece, PieceMerge, ReclusterAnswer, Why } from './question.js';

/** A finding after a re-clustering. */
export interface Performed {
  readonly known: Known;
  readonly change: 'merged' | 'split' | 'rekeyed';
}

/** Observations that are another finding's now. */
export interface MovedOccurrences {
  readonly from: string;
  readonly into: string;
  readonly occurrenceIds: readonly string[];
  /** What they left for, when they left. */
  readonly left: boolean;
}

export interface Performance {
  readonly findings: readonly Performed[];
  readonly moves: readonly MovedOccurrences[];
  /** Correlations that count no more. */
  readonly voided: readonly { readonly findingId: string; readonly occurrenceIds: readonly string[] }[];
  readonly joins: readonly { readonly findingId: string; readonly occurrenceIds: readonly string[]; readonly why: Why }[];
  readonly claims: readonly { readonly findingId: string; readonly keys: readonly Claim[] }[];
}

/**
 * Carries out what a re-clustering found. The oldest finding keeps its id, clock and decisions; what leaves a finding gets
 * an id of its own and, other than by a person's split, no word that keeps it apart: the next policy may join it again.
 */
export function perform(answer: ReclusterAnswer, findings: readonly Known[], corrector: Corrector, newId: () => string): Performance {
  const state = new State(findings, corrector);
  for (const { piece, why } of answer.splits) state.split(piece, why, newId());
  for (const merge of answer.merges) state.merge(merge);
  for (const { piece, why, occurrenceIds } of answer.kept) state.keep(piece, why, occurrenceIds);
  for (const { piece, keys } of answer.claims) state.claim(piece, keys);
  return state.performance();
}

class State {
  readonly #known: Map<string, Known>;
  readonly #changes = new Map<string, Performed['change']>();
  readonly #born = new Set<string>();
  readonly #idOf = new Map<Piece, string>();
  readonly #homes = new Map<string, string>();
  readonly #moves: MovedOccurrences[] = [];
  readonly #voided: Performance['voided'][number][] = [];
  readonly #joins: Performance['joins'][number][] = [];
  readonly #claims: Performance['claims'][number][] = [];
  readonly #corrector: Corrector;

  constructor(findings: readonly Known[], corrector: Corrector) {
    this.#known = new Map(findings.map((one) => [one.finding.findingId, one]));
    this.#corrector = corrector;
  }

  split(piece: Piece, why: Why, findingId: string): void {
    const before = this.#of(piece.findingId);
    const result = splitFinding(before, new Set(piece.occurrenceIds), findingId, this.#corrector);
    if ('code' in result) throw new RangeError(result.detail);
    const own = new Set(result.keys.filter((one) => one.kind !== 'operator').map((one) => one.key));
    const { apart } = before.finding;
    this.#set(result.rest.finding, result.rest.occurrences, apart, before.finding.keys.filter((key) => !own.has(key)), 'split');
    this.#set({ ...result.part.finding, statusReason: `split from ${piece.findingId}: ${why.recipe} does not hold it there` }, result.part.occurrences, apart, [...own], 'split');
    this.#born.add(findingId);
    this.#idOf.set(piece, findingId);
    this.#moves.push({ from: piece.findingId, into: findingId, occurrenceIds: piece.occurrenceIds, left: true });
  }

  merge({ into, from, why, occurrenceIds, voided }: PieceMerge): void {
    const [target, source] = [this.#home(into), this.#home(from)];
    if (target === source) return;
    const other = this.#of(source);
    const result = mergeFindings(this.#of(target), [other], this.#corrector);
    if ('code' in result) throw new RangeError(result.detail);
    this.#known.set(target, result.into);
    this.#changes.set(target, 'merged');
    const [retired] = result.retired;
    this.#known.set(source, retired as Known);
    this.#changes.set(source, 'merged');
    this.#homes.set(source, target);
    this.#moves.push({ from: source, into: target, occurrenceIds: other.occurrences.map((one) => one.id), left: false });
    if (voided.length > 0) this.#voided.push({ findingId: target, occurrenceIds: voided });
    this.#joins.push({ findingId: target, occurrenceIds, why });
  }

  keep(piece: Piece, why: Why, occurrenceIds: readonly string[]): void {
    this.#joins.push({ findingId: this.#home(piece), occurrenceIds, why });
  }

  claim(piece: Piece, keys: readonly Claim[]): void {
    const findingId = this.#home(piece);
    const { finding, occurrences } = this.#of(findingId);
    this.#known.set(findingId, { finding: { ...finding, keys: [...new Set([...finding.keys, ...keys.map((one) => one.key)])] }, occurrences });
    if (!this.#changes.has(findingId)) this.#changes.set(findingId, 'rekeyed');
    this.#claims.push({ findingId, keys });
  }

  performance(): Performance {
    const findings = [...this.#changes].map(([id, change]) => ({ known: this.#of(id), change }));
    // A part that went on into another finding was never one: no reader hears of it.
    const passing = new Set([...this.#born].filter((id) => this.#homes.has(id)));
    return {
      findings: findings.filter(({ known }) => !passing.has(known.finding.findingId)),
      moves: this.#moves, voided: this.#voided, joins: this.#joins.map((one) => ({ ...one, findingId: this.#final(one.findingId) })), claims: this.#claims,
    };
  }

  #set(finding: Finding, occurrences: Known['occurrences'], apart: readonly string[], keys: readonly string[], change: Performed['change']): void {
    this.#known.set(finding.findingId, { finding: { ...finding, apart, keys }, occurrences });
    this.#changes.set(finding.findingId, change);
  }

  #of(findingId: string): Known {
    const known = this.#known.get(findingId);
    if (known === undefined) throw new RangeError(`finding ${findingId} was not loaded`);
    return known;
  }

  #home(piece: Piece): string {
    return this.#final(this.#idOf.get(piece) ?? piece.findingId);
  }

  #final(findingId: string): string {
    const next = this.#homes.get(findingId);
    return next === undefined ? findingId : this.#final(next);
  }
}
