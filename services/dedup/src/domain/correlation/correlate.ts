import type { Join } from '../near/view.js';
import { barred, compatible, elsewhere, Group } from './cluster.js';
import { edgesOf, type Edge } from './edges.js';
import { nodesOf, type Node } from './node.js';
import { siblings } from './place.js';
import { RECIPE, type Cluster, type CorrelationAnswer, type CorrelationQuestion } from './types.js';

/** An alternative with this share of the fit is as good. */
const AS_GOOD = 0.75;

/**
 * Which fresh results are one flaw with each other or with findings that other rules and tools found. Joins are made
 * surest first, over all results at once, so no result takes a place that fits another better. What fits two places
 * that cannot be one flaw joins neither: it stays new and is reported. The answer does not depend on the order of the question.
 */
export function correlate(question: CorrelationQuestion): CorrelationAnswer {
  const nodes = nodesOf(question.fresh, question.neighbours);
  const clustering = new Clustering(nodes, edgesOf(nodes, question.minConfidence));
  clustering.run();
  return { clusters: clustering.clusters(), ambiguous: clustering.ambiguous() };
}

class Clustering {
  readonly #nodes: readonly Node[];
  readonly #edges: readonly Edge[];
  readonly #edgesAt = new Map<number, Edge[]>();
  readonly #groups: Group[];
  readonly #rivals = new Map<number, Set<string>>();

  constructor(nodes: readonly Node[], edges: readonly Edge[]) {
    this.#nodes = nodes;
    this.#edges = edges;
    nodes.forEach((_, index) => this.#edgesAt.set(index, []));
    for (const edge of edges) for (const end of [edge.a, edge.b]) this.#edgesAt.get(end)?.push(edge);
    this.#groups = nodes.map((node, index) => new Group(index, node));
    const findings = new Map<string, Group>();
    for (const group of [...this.#groups]) {
      const known = findings.get(group.findingId);
      if (known !== undefined) this.#merge(known, group);
      else if (group.findingId !== '') findings.set(group.findingId, group);
    }
  }

  run(): void {
    for (const edge of this.#edges) {
      const a = this.#group(edge.a);
      const b = this.#group(edge.b);
      if (a === b || barred(a, b) || !this.#compatible(a, b, edge)) continue;
      const ofA = this.#alternatives(a, b, edge);
      const ofB = this.#alternatives(b, a, edge);
      if (ofA.length === 0 && ofB.length === 0) this.#merge(a, b);
      this.#bar(a, b, ofA);
      this.#bar(b, a, ofB);
    }
  }

  #group(index: number): Group {
    return this.#groups[index] as Group;
  }

  #compatible(a: Group, b: Group, edge: Edge): boolean {
    return compatible(a, b, edge, this.#nodes, (one, other) => this.#edgesAt.get(one)?.some((own) => own.a === other || own.b === other) === true);
  }

  /**
   * Groups that `seeker` fits as well as `chosen`, and that cannot be one flaw with `chosen`; also those it is barred
   * from: that the others could not decide decides nothing.
   */
  #alternatives(seeker: Group, chosen: Group, edge: Edge): readonly Group[] {
    const found = new Set<Group>();
    for (const member of this.#rivalling(seeker, edge)) {
      for (const other of this.#edgesAt.get(member) ?? []) {
        if (other.confidence !== edge.confidence || (other.fit < AS_GOOD * edge.fit && !this.#siblings(member, other, edge))) continue;
        const group = this.#group(other.a === member ? other.b : other.a);
        if (group !== seeker && group !== chosen && this.#compatible(seeker, group, other) && !this.#compatible(chosen, group, edge)) found.add(group);
      }
    }
    return [...found];
  }

  /** Members for which others may rival this edge: a secret known by its value takes one result in each of its places. */
  #rivalling(seeker: Group, edge: Edge): readonly number[] {
    if (seeker.secrets.length === 0) return seeker.members;
    const end = this.#nodes[this.#group(edge.a) === seeker ? edge.a : edge.b] as Node;
    return seeker.members.filter((member) => !elsewhere(this.#nodes[member] as Node, end));
  }

  /** Whether both edges lead from one view into places in it that do not touch. */
  #siblings(member: number, other: Edge, edge: Edge): boolean {
    if (edge.a !== member && edge.b !== member) return false;
    const [outer, first, second] = [member, edge.a === member ? edge.b : edge.a, other.a === member ? other.b : other.a].map((index) => this.#nodes[index] as Node);
    return siblings((outer as Node).region, (first as Node).region, (second as Node).region);
  }

  #bar(seeker: Group, chosen: Group, alternatives: readonly Group[]): void {
    if (alternatives.length === 0) return;
    const candidates = [chosen, ...alternatives];
    for (const candidate of candidates) for (const index of candidate.members) seeker.barred.add(index);
    for (const index of [seeker, ...candidates].flatMap((group) => group.members)) this.#report(index, seeker, candidates);
  }

  /** A fresh result names the findings that it might be: the candidates of its group, or the finding that could not choose. */
  #report(index: number, seeker: Group, candidates: readonly Group[]): void {
    if ((this.#nodes[index] as Node).findingId !== '') return;
    const findings = (this.#group(index) === seeker ? candidates : [seeker]).map((group) => group.findingId).filter((id) => id !== '');
    if (findings.length > 0) this.#rivals.set(index, new Set([...(this.#rivals.get(index) ?? []), ...findings]));
  }

  #merge(a: Group, b: Group): void {
    a.absorb(b);
    for (const index of b.members) this.#groups[index] = a;
  }

  clusters(): readonly Cluster[] {
    const groups = [...new Set(this.#groups)].map((group) => ({ findingId: group.findingId, members: [...group.members].sort((x, y) => x - y) }));
    return groups.map(({ findingId, members }) => {
      const fresh = members.filter((index) => this.#nodes[index]?.findingId === '');
      const founder = findingId === '' ? fresh[0] : undefined;
      return { findingId, members: fresh.map((index) => ({ fresh: (this.#nodes[index] as Node).view.id, join: index === founder ? undefined : this.#join(index) })) };
    }).filter((cluster) => cluster.members.length > 0);
  }

  /** The surest edge to another member of the same group. */
  #join(index: number): Join | undefined {
    const edge = this.#edgesAt.get(index)?.find((one) => this.#group(one.a) === this.#group(one.b));
    return edge === undefined ? undefined : { rule: edge.rule, fields: edge.fields, confidence: edge.confidence, recipe: RECIPE };
  }

  /** Fresh results that joined nothing because two answers were equally good; sorted by place. */
  ambiguous(): CorrelationAnswer['ambiguous'] {
    return [...this.#rivals].sort(([a], [b]) => a - b).filter(([index]) => this.#group(index).findingId === '')
      .map(([index, candidates]) => ({ fresh: (this.#nodes[index] as Node).view.id, candidates: [...candidates].sort() }));
  }
}
