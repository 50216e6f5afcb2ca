import { kindOf, parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { HOLDING_KINDS } from '../domain/context.js';
import type { Graph } from '../domain/graph.js';
import type { Change } from './apply-facts.js';

/** What a change reaches, so that only that is judged again. */
export interface Affected {
  /** Images whose origin may differ. */
  readonly images: readonly Urn[];
  readonly services: readonly Urn[];
  /** Lasting assets whose own facts or links changed. */
  readonly assets: readonly Urn[];
  /** Repositories whose own facts changed: what is built from them takes owners and applications from them. */
  readonly repositories: readonly Urn[];
}

/** Look-ups beside the graph: who names a security group, which services have an asset among their members. */
export interface Lookups {
  referringTo(refs: readonly Urn[]): Promise<readonly Urn[]>;
  servicesOf(members: readonly Urn[]): Promise<readonly Urn[]>;
}

const PER_NODE = 20_000;
const MAX_LEVELS = 8;

const OUTWARDS: ReadonlySet<string> = new Set(['target-group', 'listener-rule', 'listener', 'load-balancer', 'endpoint']);
const RUNTIME: ReadonlySet<string> = new Set(['task', 'task-definition']);

/**
 * Follows a change to what is judged from it: from code to images, from images and tasks to services, from exposure
 * back to services, from memberships to what they gather.
 */
export async function affectedBy(graph: Graph, change: Change, lookups: Lookups): Promise<Affected> {
  const start = new Starts();
  for (const link of change.links) start.link(link.from, link.kind, link.to);
  for (const node of change.nodes) start.node(node);
  for (const node of await lookups.referringTo([...start.referred])) start.node(node);
  const images = await imagesBelow(graph, start);
  const services = new Set(start.services);
  await collectForward(graph, [...start.runtime], services);
  await collectBackward(graph, [...start.outwards], services);
  await collectPlaces(graph, [...start.places], services);
  for (const service of await lookups.servicesOf([...start.gathering])) services.add(service);
  await addAliases(graph, services);
  return { images: [...images], services: [...services], assets: [...start.assets], repositories: [...start.gathering].filter((node) => kindOf(node) === 'repository') };
}

/** Where a change starts, by what it can reach. */
class Starts {
  readonly builds = new Set<Urn>();
  readonly images = new Set<Urn>();
  readonly runtime = new Set<Urn>();
  readonly services = new Set<Urn>();
  readonly outwards = new Set<Urn>();
  readonly places = new Set<Urn>();
  readonly gathering = new Set<Urn>();
  readonly referred = new Set<Urn>();
  readonly assets = new Set<Urn>();

  link(from: Urn, kind: string, to: Urn): void {
    for (const end of [from, to]) if (HOLDING_KINDS.has(kindOf(end))) this.assets.add(end);
    switch (kind) {
      case 'built-by': this.builds.add(to); break;
      case 'produced': this.images.add(to); break;
      case 'contains': if (kindOf(to) === 'image') this.images.add(to); break;
      case 'runs-as': case 'part-of': this.runs(from, to); break;
      case 'routes-to': case 'listens-on': case 'resolves-to': this.node(from); break;
      case 'member-of': case 'owned-by': this.node(from); break;
      default: break;
    }
  }

  node(node: Urn): void {
    const kind = kindOf(node);
    if (HOLDING_KINDS.has(kind)) this.assets.add(node);
    if (kind === 'service') this.services.add(node);
    else if (kind === 'image') this.images.add(node);
    else if (RUNTIME.has(kind)) this.runtime.add(node);
    else if (OUTWARDS.has(kind)) this.outwards.add(node);
    else if (kind === 'cloud-resource') { this.referred.add(node); this.outwards.add(node); }
    else if (kind === 'cluster' || kind === 'account') this.places.add(node);
    if (kind === 'repository' || kind === 'application') this.gathering.add(node);
    if (node.includes('#') && kind === 'repository') this.assets.add(parseUrn(node.split('#')[0] ?? '') ?? node);
  }

  private runs(from: Urn, to: Urn): void {
    if (kindOf(from) === 'image' && kindOf(to) === 'image-name') this.images.add(from);
    else if (kindOf(from) === 'listener-rule') this.node(from);
    else if (kindOf(to) === 'service') this.services.add(to);
    else if (RUNTIME.has(kindOf(to))) this.runtime.add(to);
    else this.node(from);
  }
}

/** Images that the touched builds produced, and the platform images inside touched indexes. */
async function imagesBelow(graph: Graph, start: Starts): Promise<Set<Urn>> {
  const images = new Set(start.images);
  if (start.builds.size > 0) {
    const { links } = await graph.links({ nodes: [...start.builds], direction: 'out', kinds: ['produced'], perNode: PER_NODE });
    for (const link of links) images.add(link.to);
  }
  if (images.size > 0) {
    const { links } = await graph.links({ nodes: [...images], direction: 'out', kinds: ['contains'], perNode: PER_NODE });
    for (const link of links) images.add(link.to);
  }
  return images;
}

/** Services that images, tasks or task definitions run as. */
export async function collectForward(graph: Graph, nodes: readonly Urn[], services: Set<Urn>): Promise<void> {
  let frontier = [...nodes];
  for (let level = 0; level < 3 && frontier.length > 0; level += 1) {
    const { links } = await graph.links({ nodes: frontier, direction: 'out', kinds: ['runs-as', 'part-of'], perNode: PER_NODE });
    const next = new Set<Urn>();
    for (const link of links) {
      if (kindOf(link.to) === 'service') services.add(link.to);
      else if (RUNTIME.has(kindOf(link.to))) next.add(link.to);
    }
    frontier = [...next];
  }
}

async function collectBackward(graph: Graph, nodes: readonly Urn[], services: Set<Urn>): Promise<void> {
  const seen = new Set(nodes);
  let frontier = [...nodes];
  for (let level = 0; level < MAX_LEVELS && frontier.length > 0; level += 1) {
    const { links } = await graph.links({ nodes: frontier, direction: 'in', kinds: ['routes-to', 'part-of', 'listens-on', 'resolves-to'], perNode: PER_NODE });
    frontier = [];
    for (const link of links) {
      if (kindOf(link.from) === 'service') services.add(link.from);
      else if ((OUTWARDS.has(kindOf(link.from)) || kindOf(link.from) === 'cloud-resource') && !seen.has(link.from)) {
        seen.add(link.from);
        frontier.push(link.from);
      }
    }
  }
}

/** Services in clusters and accounts. */
async function collectPlaces(graph: Graph, nodes: readonly Urn[], services: Set<Urn>): Promise<void> {
  let frontier = [...nodes];
  for (let level = 0; level < 2 && frontier.length > 0; level += 1) {
    const { links } = await graph.links({ nodes: frontier, direction: 'in', kinds: ['part-of'], perNode: PER_NODE });
    for (const link of links) if (kindOf(link.from) === 'service') services.add(link.from);
    frontier = links.map((link) => link.from).filter((node) => kindOf(node) === 'cluster');
  }
}

/** A runtime and its durable service are judged together. */
async function addAliases(graph: Graph, services: Set<Urn>): Promise<void> {
  if (services.size === 0) return;
  const query = { nodes: [...services], kinds: ['member-of'], perNode: PER_NODE };
  const [up, down] = [await graph.links({ ...query, direction: 'out' }), await graph.links({ ...query, direction: 'in' })];
  for (const link of [...up.links, ...down.links]) {
    if (kindOf(link.from) !== 'service' || kindOf(link.to) !== 'service') continue;
    services.add(link.from);
    services.add(link.to);
  }
}
