import type { IdentityKey } from '../identity/index.js';
import { correlatePieces } from './near-pieces.js';
import { cut, text, type Cut } from './pieces.js';
import type { PieceMerge, ReclusterAnswer, ReclusterQuestion, Why } from './question.js';

/**
 * What the recipes of today make of observations that are stored, under a policy: which leave their finding, which findings
 * are one, and which keys they get. The word of people, drift and feeds stands, and so does every correlation that the
 * policy allows. Where the evidence points to several findings nothing is merged. Asked again about what it answered, it
 * answers nothing.
 */
export function recluster(question: ReclusterQuestion): ReclusterAnswer {
  const pieces = question.findings.filter((one) => one.occurrences.some((occurrence) => occurrence.absences === 0))
    .flatMap((known) => cut(known, question)).sort(byAge);
  const cores = new Map(pieces.filter((one) => one.core).map((one) => [one.findingId, one]));
  const union = new Union(question, cores);
  const { claims, ambiguous } = byKeys(pieces, union);
  const doubtful = question.policy.correlation.enabled
    ? correlatePieces(pieces, question, (piece) => union.rootOf(piece), ({ a, b, why, occurrenceIds }) => union.join(a, b, why, occurrenceIds)) : 0;
  return { splits: pieces.filter((piece) => union.left(piece)).map((piece) => ({ piece, why: piece.why as Why })), merges: union.merges(), kept: union.kept(), claims, ambiguous: ambiguous + doubtful };
}

/** The oldest first; a finding's core before what leaves it. */
const byAge = (a: Cut, b: Cut): number => text(a.known.finding.firstSeen, b.known.finding.firstSeen) || text(a.findingId, b.findingId)
  || Number(b.core) - Number(a.core) || text(firstSeenOf(a), firstSeenOf(b)) || text(a.occurrenceIds.join(), b.occurrenceIds.join());
const firstSeenOf = (piece: Cut): string => piece.occurrences.map((one) => one.firstSeen).sort()[0] ?? '';

/**
 * Keys of recipes that changed, one piece after the other as they came: a piece whose keys lead to one other finding is that
 * one; where they lead to several, it fails closed. Keys that findings hold already were decided when their scans came.
 */
function byKeys(pieces: readonly Cut[], union: Union): Pick<ReclusterAnswer, 'claims' | 'ambiguous'> {
  const owners = new Map<string, Cut>();
  let ambiguous = 0;
  for (const piece of pieces.filter((one) => one.core)) for (const key of piece.known.finding.keys) owners.set(key, piece);
  for (const piece of pieces.filter((one) => !one.core && !one.unkeyed)) for (const key of ownKeys(piece, pieces)) owners.set(key.key, piece);
  const claims = pieces.filter((piece) => piece.unkeyed).map((piece) => {
    const known = new Set([...piece.keys.keys()].map((key) => owners.get(key)).filter((one) => one !== undefined && one !== piece).map((one) => union.rootOf(one as Cut)));
    const [only] = known;
    if (known.size === 1 && only !== undefined) union.join(only, piece, { rule: 'same-keys', recipe: [...piece.keys.values()][0]?.recipe ?? '', fields: ['keys'], confidence: 1 }, piece.occurrenceIds);
    if (known.size > 1) ambiguous += 1;
    const free = [...piece.keys.values()].filter(({ key }) => !owners.has(key));
    for (const { key } of free) owners.set(key, piece);
    return { piece, keys: free };
  });
  return { claims: claims.filter(({ keys }) => keys.length > 0), ambiguous };
}

/** Keys of a piece that its finding holds and that nothing which stays there shares. */
export function ownKeys(piece: Cut, pieces: readonly Cut[]): readonly IdentityKey[] {
  const core = pieces.find((one) => one.core && one.findingId === piece.findingId);
  return [...piece.keys.values()].filter(({ key }) => piece.known.finding.keys.includes(key) && core?.keys.has(key) !== true);
}

interface Step {
  readonly piece: Cut;
  readonly why: Why;
  readonly occurrenceIds: readonly string[];
}

/** Which pieces are one by now; the oldest finding among them gives its id. */
class Union {
  readonly #parents = new Map<Cut, Cut>();
  readonly #steps: Step[] = [];
  readonly #question: ReclusterQuestion;
  readonly #cores: ReadonlyMap<string, Cut>;

  constructor(question: ReclusterQuestion, cores: ReadonlyMap<string, Cut>) {
    this.#question = question;
    this.#cores = cores;
  }

  rootOf(piece: Cut): Cut {
    const parent = this.#parents.get(piece);
    return parent === undefined ? piece : this.rootOf(parent);
  }

  join(a: Cut, b: Cut, why: Why, occurrenceIds: readonly string[]): void {
    const [into, from] = [this.rootOf(a), this.rootOf(b)].sort(byStanding) as [Cut, Cut];
    if (into === from || this.#question.apart.has(`${into.findingId}|${from.findingId}`)) return;
    this.#parents.set(from, into);
    this.#steps.push({ piece: from, why, occurrenceIds });
  }

  /** A piece that comes back to its own finding by other evidence did not leave it. */
  left(piece: Cut): boolean {
    return !piece.core && this.rootOf(piece) !== this.rootOf(this.#cores.get(piece.findingId) as Cut);
  }

  kept(): ReclusterAnswer['kept'] {
    return this.#steps.filter(({ piece }) => !piece.core && !this.left(piece)).map(({ piece, why, occurrenceIds }) => ({ piece, why, occurrenceIds: [...new Set([...occurrenceIds, ...piece.voided])] }));
  }

  /** Every piece that is another finding from now on. */
  merges(): readonly PieceMerge[] {
    return this.#steps.filter(({ piece }) => piece.core || this.left(piece)).map(({ piece, why, occurrenceIds }) => {
      const into = this.rootOf(piece);
      return { into, from: piece, why, occurrenceIds: [...new Set([...occurrenceIds, ...piece.voided])], voided: into.voided };
    });
  }
}

/** A finding stands before a piece that leaves one, then the older before the younger. */
const byStanding = (a: Cut, b: Cut): number => Number(b.core) - Number(a.core) || byAge(a, b);
