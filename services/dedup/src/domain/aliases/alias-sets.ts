import { byAuthority, isBundle } from '../identity/advisories.js';

/** A feed's word that two ids name one flaw. `a` is the advisory whose record says so. */
export interface AliasEdge {
  readonly a: string;
  readonly b: string;
  readonly source: string;
}

/** Ids that name one flaw, most authoritative first. */
export type AliasSet = readonly string[];

export interface AliasSets {
  /** The set of each id that has aliases; ids that are alone, bundled or contradictory have none. */
  readonly sets: ReadonlyMap<string, AliasSet>;
  /** Edges that unite nothing, since their ends belong to different CVEs. */
  readonly refused: readonly AliasEdge[];
}

const isCve = (id: string): boolean => id.startsWith('CVE-');
/** Whether an edge can say anything: an errata that bundles several flaws names none of them. */
const unites = ({ a, b }: AliasEdge): boolean => a !== b && !isBundle(a) && !isBundle(b);

/**
 * Alias sets as a union-find over edges. No set holds two CVEs: where edges would lead from one CVE to another, each id
 * belongs to the CVE it is fewest steps from, and one that is equally near to two to none, so that a wrong edge between
 * two flaws costs the ids in the middle and never unites the flaws. A function of the set of edges: neither their order
 * nor when they came matters, and withdrawing one is computing without it.
 */
export function aliasSets(edges: readonly AliasEdge[]): AliasSets {
  const usable = edges.filter(unites);
  const cveOf = nearestCve(usable);
  const refused = usable.filter(({ a, b }) => cveOf.get(a) !== cveOf.get(b));
  const parents = new Parents();
  for (const { a, b } of usable) if (cveOf.get(a) === cveOf.get(b) && cveOf.get(a) !== CONTRADICTORY) parents.unite(a, b);
  const contradictory = usable.filter(({ a, b }) => cveOf.get(a) === CONTRADICTORY && cveOf.get(b) === CONTRADICTORY);
  const sets = new Map<string, AliasSet>();
  for (const members of parents.sets()) {
    const set = [...members].sort(byAuthority);
    for (const id of set) sets.set(id, set);
  }
  return { sets, refused: [...refused, ...contradictory] };
}

const CONTRADICTORY = 'contradictory';

/** For each id that edges lead from to a CVE: the nearest one, or CONTRADICTORY. Breadth first, one step of all at a time. */
function nearestCve(edges: readonly AliasEdge[]): ReadonlyMap<string, string> {
  const neighbours = neighboursOf(edges);
  const nearest = new Map<string, string>();
  for (const id of neighbours.keys()) if (isCve(id)) nearest.set(id, id);
  for (let front = [...nearest.keys()]; front.length > 0;) {
    const reached = new Map<string, string>();
    for (const id of front) {
      for (const next of neighbours.get(id) ?? []) {
        if (nearest.has(next)) continue;
        const cve = nearest.get(id) as string;
        reached.set(next, (reached.get(next) ?? cve) === cve ? cve : CONTRADICTORY);
      }
    }
    for (const [id, cve] of reached) nearest.set(id, cve);
    front = [...reached.keys()];
  }
  return nearest;
}

function neighboursOf(edges: readonly AliasEdge[]): ReadonlyMap<string, ReadonlySet<string>> {
  const neighbours = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, new Set([to]));
    else known.add(to);
  };
  for (const { a, b } of edges) {
    add(a, b);
    add(b, a);
  }
  return neighbours;
}

/** Union-find with path halving. */
class Parents {
  readonly #parents = new Map<string, string>();

  #find(id: string): string {
    let at = id;
    for (let parent = this.#parents.get(at) ?? at; parent !== at; parent = this.#parents.get(at) ?? at) {
      const grand = this.#parents.get(parent) ?? parent;
      this.#parents.set(at, grand);
      at = grand;
    }
    return at;
  }

  unite(a: string, b: string): void {
    const [left, right] = [this.#find(a), this.#find(b)];
    this.#parents.set(left, right);
    if (!this.#parents.has(right)) this.#parents.set(right, right);
  }

  sets(): Iterable<readonly string[]> {
    return Map.groupBy(this.#parents.keys(), (id) => this.#find(id)).values();
  }
}

/** Why two ids are one: the shortest way of edges from one to the other; empty when they are not. */
export function provenance(edges: readonly AliasEdge[], from: string, to: string): readonly AliasEdge[] {
  const { sets } = aliasSets(edges);
  const set = sets.get(from);
  if (set === undefined || sets.get(to) !== set) return [];
  const within = edges.filter((edge) => unites(edge) && sets.get(edge.a) === set && sets.get(edge.b) === set);
  const way = new Map<string, readonly AliasEdge[]>([[from, []]]);
  for (let front = [from]; front.length > 0 && !way.has(to);) {
    const reached: string[] = [];
    for (const id of front) {
      for (const edge of within) {
        const next = edge.a === id ? edge.b : edge.b === id ? edge.a : undefined;
        if (next === undefined || way.has(next)) continue;
        way.set(next, [...(way.get(id) ?? []), edge]);
        reached.push(next);
      }
    }
    front = reached;
  }
  return way.get(to) ?? [];
}
