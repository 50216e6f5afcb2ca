import type { Join } from '../near/view.js';
import type { Candidate } from './candidates.js';
import { confidenceOf } from './evidence.js';
import { drifts, factsOf, type Fact } from './fact.js';
import { edgeOf, graphOf, MARGIN, SUREST, twinKey, type Graph } from './graph.js';
import { ruleKey, type DriftAnswer, type DriftQuestion } from './question.js';
import { renamedRules } from './rules.js';
import { solve, type Pair } from './solve.js';
import { alignTwins, inOrder } from './twins.js';

const RECIPE = 'drift/1';
/** Ids that an ambiguity names. */
const MAX_CANDIDATES = 10;

/**
 * Finds which results of a scan are findings that moved, were edited or got another rule's name: the assignment of
 * highest total evidence between what is new and what is gone, of which pairs stay that no nearly as likely assignment
 * contradicts. Depends on neither order nor ids.
 */
export function track(question: DriftQuestion): DriftAnswer {
  const fresh = question.fresh.filter(drifts);
  const gone = question.gone.filter(drifts);
  if (fresh.length === 0 || gone.length === 0) return { joins: [], ambiguous: [] };
  const graph = graphOf(factsOf(fresh, gone, renamedRules({ ...question, fresh, gone })), question);
  const { sides, slots } = graph;
  const edges = [...graph.edges].map(([key, { evidence }]) => ({ row: Math.floor(key / slots.members.length), column: key % slots.members.length, worth: evidence.sum - graph.threshold }));
  const { pairs, unsolved } = solve(edges, {
    rows: (one, other) => twinKey(sides.fresh[one]) !== '' && twinKey(sides.fresh[one]) === twinKey(sides.fresh[other]),
    columns: (one, other) => slots.twin(one) !== '' && slots.twin(one) === slots.twin(other),
  });
  const sure = pairs.filter((pair) => pair.worth > 0 && pair.margin >= MARGIN);
  const joined = alignTwins([...sure, ...inOrder(unsolved, graph)], graph);
  return { joins: joined.map((pair) => joinOf(pair, graph)), ambiguous: ambiguousOf(joined, graph) };
}

function joinOf({ row, column }: Pick<Pair, 'row' | 'column'>, graph: Graph): DriftAnswer['joins'][number] {
  const { fresh, gone, evidence } = edgeOf(graph, row, column) as Candidate;
  const now = graph.sides.fresh[fresh] as Fact;
  const before = graph.sides.gone[gone] as Fact;
  const confidence = Math.min(SUREST, Math.round(confidenceOf(evidence.sum) * 100) / 100);
  const join: Join = { rule: ruleOf(now, before, evidence, graph), fields: evidence.fields, confidence, recipe: RECIPE };
  return { fresh: now.view.id, gone: before.view.id, join };
}

/** The word for what happened, the rarest change first. */
function ruleOf(now: Fact, before: Fact, { sameCode, noCode }: Candidate['evidence'], { shifts }: Graph): string {
  if (ruleKey(now.view) !== ruleKey(before.view)) return 'renamed-rule';
  if (now.view.path !== before.view.path) return shifts.of(now.view.path, before.view.path) === undefined ? 'moved-code' : 'moved-file';
  if (noCode) return 'same-place';
  return sameCode ? 'moved-in-file' : 'edited';
}

/** Results and findings that could have been one and were not joined; a solved assignment leaves none but the ambiguous. */
function ambiguousOf(joined: readonly Pick<Pair, 'row' | 'column'>[], graph: Graph): DriftAnswer['ambiguous'] {
  const { sides, slots, threshold } = graph;
  const rows = new Set(joined.map((pair) => pair.row));
  const columns = new Set(joined.map((pair) => pair.column));
  const open = [...graph.edges.values()].filter((one) => one.evidence.sum > threshold && !rows.has(one.fresh) && !columns.has(slots.of(one.gone)));
  return [...Map.groupBy(open, (one) => one.fresh)].sort(([a], [b]) => a - b).map(([fresh, ones]) => {
    const ranked = [...ones].sort((a, b) => b.evidence.sum - a.evidence.sum || a.gone - b.gone);
    const near = ranked.filter((one) => one.evidence.sum > (ranked[0]?.evidence.sum ?? 0) - MARGIN);
    return { fresh: (sides.fresh[fresh] as Fact).view.id, candidates: near.slice(0, MAX_CANDIDATES).map((one) => (sides.gone[one.gone] as Fact).view.id) };
  });
}
