import { kindOf, urnRest } from '@throughline/domain';
import type { NodeKind, Urn } from '@throughline/domain';
import type { Link } from './links.js';
import type { Trace } from './trace.js';

/** Teams whose nodes a reader may see; null: all of them. */
export type Visibility = ReadonlySet<string> | null;

const TEAM_SCOPE = 'team:';

/** A reader with at least one scope `team:<slug>` sees what these teams own, and what nobody owns. */
export function visibilityOf(scopes: readonly string[]): Visibility {
  const teams = scopes.filter((scope) => scope.startsWith(TEAM_SCOPE)).map((scope) => scope.slice(TEAM_SCOPE.length));
  return teams.length > 0 ? new Set(teams) : null;
}

export const isVisible = (owners: readonly string[], visible: Visibility): boolean =>
  visible === null || owners.length === 0 || owners.some((team) => visible.has(team));

/** A node that the reader may not see: its kind and its place in the chain, and nothing that tells which it is. */
export interface RestrictedTrace extends Trace {
  readonly restricted: ReadonlyMap<Urn, NodeKind>;
}

/**
 * Takes from a trace what belongs to other teams. Their nodes stay as opaque ones with their kind, so that the chain
 * holds together and nothing looks like a gap; links keep method, confidence and validity, and lose their evidence.
 * `owners`: the teams of services and repositories, from which the nodes around them take theirs.
 */
export function restrict(trace: Trace, visible: Visibility, owners: ReadonlyMap<Urn, readonly string[]>): RestrictedTrace {
  if (visible === null) return { ...trace, restricted: new Map() };
  const teams = spread(trace.links, owners);
  const hidden = trace.nodes.filter((node) => !isVisible(kindOf(node) === 'team' ? [urnRest(node)] : [...teams.get(node) ?? []], visible));
  const opaque = new Map(hidden.map((node, index) => [node, `restricted:${kindOf(node)}/${index + 1}` as Urn]));
  const shown = (node: Urn): Urn => opaque.get(node) ?? node;
  return {
    ...trace, nodes: trace.nodes.map(shown), paths: trace.paths.map((path) => path.map(shown)),
    facts: new Map([...trace.facts].filter(([node]) => !opaque.has(node))),
    links: trace.links.map((link) => (opaque.has(link.from) || opaque.has(link.to) ? { ...link, from: shown(link.from), to: shown(link.to), evidence: {} } : link)),
    gaps: trace.gaps.filter((gap) => !opaque.has(gap.at)),
    services: trace.services.map((service) => (opaque.has(service.service)
      ? { ...service, service: shown(service.service), path: service.path.map(shown), reasons: [], audience: [], assumed: [], owner: null }
      : { ...service, path: service.path.map(shown), owner: service.owner !== null && visible.has(service.owner) ? service.owner : null })),
    owner: trace.owner !== null && visible.has(trace.owner) ? trace.owner : null,
    restricted: new Map(hidden.map((node) => [shown(node), kindOf(node)])),
  };
}

const CODE_LINKS: ReadonlySet<string> = new Set(['contains', 'built-by', 'produced', 'tagged']);
const OUTWARD_LINKS: ReadonlySet<string> = new Set(['routes-to', 'listens-on', 'resolves-to']);

/**
 * Owners of every node: what is made from a repository belongs to its owners, what leads to a service or carries its
 * tasks to the service's. What several teams share belongs to all of them, and any of them may see it.
 */
function spread(links: readonly Link[], owners: ReadonlyMap<Urn, readonly string[]>): Map<Urn, Set<string>> {
  const found = new Map([...owners].map(([node, teams]) => [node, new Set(teams)]));
  const [forward, backward] = [Map.groupBy(links.filter(carriesForward), (link) => link.from), Map.groupBy(links.filter(carriesBackward), (link) => link.to)];
  const queue = [...owners.keys()];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const next = [...(forward.get(node) ?? []).map((link) => link.to), ...(backward.get(node) ?? []).map((link) => link.from)];
    for (const other of next.filter((item) => !owners.has(item))) {
      const known = found.get(other) ?? new Set<string>();
      const before = known.size;
      for (const team of found.get(node) ?? []) known.add(team);
      found.set(other, known);
      if (known.size > before) queue.push(other);
    }
  }
  return found;
}

/** From code to what is made of it, from a service to what leads to it. */
const carriesForward = (link: Link): boolean => CODE_LINKS.has(link.kind) || OUTWARD_LINKS.has(link.kind)
  || (link.kind === 'part-of' && ['listener-rule', 'image'].includes(kindOf(link.from)));

/** From a service to its tasks, their definitions and what they run, which is also whoever's that built it. */
const carriesBackward = (link: Link): boolean => (link.kind === 'runs-as' || link.kind === 'part-of')
  && ['service', 'task', 'task-definition'].includes(kindOf(link.to)) && ['task', 'task-definition', 'image'].includes(kindOf(link.from));
