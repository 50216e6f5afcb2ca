import { isWhole } from './code.js';
import type { Edge } from './edges.js';
import { repeats, sameVersion, type Node } from './node.js';
import { gap, overlap } from './place.js';
import { NEAR, overLines, UNNAMED } from './relate.js';

/** Views that are one flaw so far. */
export class Group {
  readonly members: number[];
  findingId: string;
  kinds: ReadonlySet<string>;
  particulars: readonly string[];
  readonly apart: Set<string>;
  /** Signatures of members, to find what may not be together. */
  readonly bySignature = new Map<string, Node[]>();
  readonly secrets: Node[];
  /** Members of groups that this one is as near to as to others: it joins none of them. */
  readonly barred = new Set<number>();

  constructor(index: number, node: Node) {
    this.members = [index];
    this.findingId = node.findingId;
    this.kinds = new Set(node.nature.kinds.keys());
    this.particulars = node.nature.particulars;
    this.apart = new Set(node.apart);
    this.bySignature.set(node.signature, [node]);
    this.secrets = node.view.secret === '' ? [] : [node];
  }

  /** Takes over another group. An existing finding whose members agree on no kind (a person merged them) keeps all kinds. */
  absorb(other: Group): void {
    this.members.push(...other.members);
    this.findingId ||= other.findingId;
    const shared = intersection(this.kinds, other.kinds);
    this.kinds = shared.size > 0 ? shared : new Set([...this.kinds, ...other.kinds]);
    this.particulars = agreed(this.particulars, other.particulars);
    for (const signature of other.apart) this.apart.add(signature);
    this.secrets.push(...other.secrets);
    for (const index of other.barred) this.barred.add(index);
    for (const [signature, nodes] of other.bySignature) this.bySignature.set(signature, [...(this.bySignature.get(signature) ?? []), ...nodes]);
  }
}

const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> => new Set([...a].filter((one) => b.has(one)));

function agreed(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const both = a.filter((one) => b.includes(one));
  return both.length > 0 ? both : [...a, ...b];
}

/** Whether one of two groups was found to be as near to others as to the other. */
export const barred = (a: Group, b: Group): boolean => b.members.some((index) => a.barred.has(index)) || a.members.some((index) => b.barred.has(index));

/** Whether nothing forbids that two groups are one flaw. `linked`: whether two views have an edge of their own. */
export function compatible(a: Group, b: Group, edge: Edge, nodes: readonly Node[], linked: (a: number, b: number) => boolean): boolean {
  if (a.findingId !== '' && b.findingId !== '') return false;
  if (intersection(a.kinds, b.kinds).size === 0 && (edge.rule !== UNNAMED.rule || (a.kinds.size > 0 && b.kinds.size > 0))) return false;
  if (a.particulars.length > 0 && b.particulars.length > 0 && !a.particulars.some((one) => b.particulars.includes(one))) return false;
  if ([...b.bySignature.keys()].some((signature) => a.apart.has(signature)) || [...a.bySignature.keys()].some((signature) => b.apart.has(signature))) return false;
  if (conflicting(a, b)) return false;
  return !overLines(edge.rule) || !farApart(a, b, nodes, linked);
}

/**
 * One rule at two regions, or two values of secrets on one line. A secret that is known by its value stands in many
 * places, so a rule that knows no value may show it in each of them: its edges lead only to the value on its own line.
 */
function conflicting(a: Group, b: Group): boolean {
  const byValue = a.secrets.length + b.secrets.length > 0;
  for (const [signature, left] of a.bySignature) {
    const right = b.bySignature.get(signature);
    if (right?.some((one) => left.some((other) => !repeats(one, other) && !(byValue && elsewhere(one, other)))) === true) return true;
  }
  return a.secrets.some((one) => b.secrets.some((other) => differ(one, other)));
}

/** In another file, or on other lines of the same version. */
export function elsewhere(a: Node, b: Node): boolean {
  return a.view.path !== b.view.path || (sameVersion(a, b) && overlap(a.region, b.region) === undefined);
}

function differ(a: Node, b: Node): boolean {
  if (a.view.secret === b.view.secret) return false;
  const rule = sameVersion(a, b) && a.view.path === b.view.path ? overlap(a.region, b.region)?.rule : undefined;
  return rule !== 'same-region' && rule !== 'overlapping-columns';
}

/**
 * A region of several lines holds more than one flaw: it does not bridge places that have nothing else to do with each
 * other. A statement's lines do, unless each may hold a credential of its own, or the first is a whole statement.
 */
function farApart(a: Group, b: Group, nodes: readonly Node[], linked: (a: number, b: number) => boolean): boolean {
  const reach = a.kinds.has('hard-coded-credential') ? 0 : NEAR;
  return a.members.some((one) => b.members.some((other) => {
    const [left, right] = [nodes[one] as Node, nodes[other] as Node];
    return sameVersion(left, right) && left.view.path === right.view.path && !linked(one, other) && (gap(left.region, right.region) > reach || twoStatements(left, right));
  }));
}

function twoStatements(a: Node, b: Node): boolean {
  if (gap(a.region, b.region) === 0) return false;
  return isWhole((a.region.start < b.region.start ? a : b).view.snippet);
}
