import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import type { Graph } from './graph.js';
import type { Link } from './links.js';
import { CANDIDATE_BELOW, CANDIDATE_CONFIDENCE } from './method.js';

/** An image that a service runs, or may run. */
export interface RunningImage {
  readonly image: Urn;
  readonly environment: string;
  readonly confidence: number;
  readonly candidate: boolean;
  /** The first link of the chain from the image to the service. */
  readonly link: Link;
}

type Tier = 'task' | 'record' | 'pinned' | 'tag';
const TIERS: readonly Tier[] = ['task', 'record', 'pinned', 'tag'];

interface Found {
  readonly image: Urn;
  readonly tier: Tier;
  readonly confidence: number;
  readonly link: Link;
}

const PER_NODE = 200;

/**
 * The images of services. What the tasks themselves say outranks a deployment record, which outranks the task
 * definition, whose tag is weakest: a tag may have moved since. Weaker statements that name another image stay visible
 * as candidates. Containers are judged apart. A record newer than every task is a roll-out under way: both run. A durable service and its runtimes
 * are judged as one group, so that a task of a runtime outranks a record that names the durable service.
 */
export async function runningImages(graph: Graph, groups: ReadonlyMap<Urn, readonly Urn[]>): Promise<Map<Urn, RunningImage[]>> {
  const into = (await graph.links({ nodes: [...new Set([...groups.values()].flat())], direction: 'in', kinds: ['runs-as', 'part-of'], perNode: PER_NODE })).links;
  const middles = [...new Set(into.map((link) => link.from).filter((node) => ['task', 'task-definition'].includes(kindOf(node))))];
  const inner = middles.length
    ? (await graph.links({ nodes: middles, direction: 'in', kinds: ['runs-as'], perNode: PER_NODE })).links : [];
  const images = [...inner, ...into].map((link) => link.from).filter((node) => kindOf(node) === 'image');
  const indexOf = await indexes(graph, images);
  const [byService, byMiddle] = [Map.groupBy(into, (link) => link.to), Map.groupBy(inner, (link) => link.to)];
  return new Map([...groups].map(([service, group]) => {
    const found = group.flatMap((node) => byService.get(node) ?? []).flatMap((link) => imagesBehind(link, byMiddle.get(link.from) ?? []));
    return [service, judge(found, indexOf)];
  }));
}

function imagesBehind(link: Link, inner: readonly Link[]): Found[] {
  switch (kindOf(link.from)) {
    case 'image': return [{ image: link.from, tier: link.method === 'api' ? 'task' : 'record', confidence: link.confidence, link }];
    case 'task': return throughMiddle(link, inner, () => 'task');
    case 'task-definition': return throughMiddle(link, inner, (item) => (item.method === 'tag' ? 'tag' : 'pinned'));
    default: return [];
  }
}

function throughMiddle(link: Link, inner: readonly Link[], tier: (link: Link) => Tier): Found[] {
  return inner.filter((item) => kindOf(item.from) === 'image')
    .map((item) => ({ image: item.from, tier: tier(item), confidence: Math.min(item.confidence, link.confidence), link: item }));
}

/** Index digests of platform digests: they are one logical image. */
async function indexes(graph: Graph, images: readonly Urn[]): Promise<Map<Urn, Set<Urn>>> {
  const found = new Map<Urn, Set<Urn>>();
  if (images.length === 0) return found;
  const { links } = await graph.links({ nodes: [...new Set(images)], direction: 'in', kinds: ['contains'], perNode: 20 });
  for (const link of links) found.set(link.to, new Set([...(found.get(link.to) ?? []), link.from]));
  return found;
}

function judge(found: readonly Found[], indexOf: ReadonlyMap<Urn, ReadonlySet<Urn>>): RunningImage[] {
  const same = (a: Urn, b: Urn): boolean => a === b || digest(a) === digest(b) || indexOf.get(a)?.has(b) === true || indexOf.get(b)?.has(a) === true;
  const judged = found.map((item): RunningImage => {
    const rivals = rivalsOf(item, found);
    const best = TIERS.find((tier) => rivals.some((other) => other.tier === tier));
    const claimed = rivals.filter((other) => other.tier === best);
    const newest = Math.max(...claimed.map((other) => other.link.validFrom));
    const holds = claimed.some((other) => same(other.image, item.image)) || (item.tier === 'record' && item.link.validFrom > newest);
    const candidate = !holds || item.confidence < CANDIDATE_BELOW;
    return {
      image: item.image, environment: environmentOf(item.link), candidate, link: item.link,
      confidence: candidate ? Math.min(item.confidence, CANDIDATE_CONFIDENCE) : item.confidence,
    };
  });
  return strongestOfEach(judged);
}

/**
 * Statements about the same container, the item's own among them. What a sidecar runs says nothing of the application
 * beside it. A record names no container: it speaks of the one that runs its image's name, or of all when none does.
 */
function rivalsOf(item: Found, found: readonly Found[]): readonly Found[] {
  const container = containerOf(item);
  return found.filter((other) => {
    const its = containerOf(other);
    if (container === its) return true;
    return container === '' ? speaksOf(item, other, found) : its === '' && speaksOf(other, item, found);
  });
}

function speaksOf(record: Found, of: Found, found: readonly Found[]): boolean {
  const known = found.some((other) => containerOf(other) !== '' && nameOf(other.image) === nameOf(record.image));
  return !known || nameOf(of.image) === nameOf(record.image);
}

/** One entry an image and environment. */
function strongestOfEach(images: readonly RunningImage[]): RunningImage[] {
  const kept = new Map<string, RunningImage>();
  for (const item of images) {
    const key = `${item.image}|${item.environment}`;
    const other = kept.get(key);
    if (!other || item.confidence > other.confidence) kept.set(key, item);
  }
  return [...kept.values()].sort((a, b) => (`${a.image}|${a.environment}` < `${b.image}|${b.environment}` ? -1 : 1));
}

const digest = (image: Urn): string => image.slice(image.lastIndexOf('@'));
const nameOf = (image: Urn): string => image.slice(0, image.lastIndexOf('@'));

function containerOf({ link }: Found): string {
  const container = link.evidence['container'];
  return typeof container === 'string' ? container : '';
}

function environmentOf(link: Link): string {
  const environment = link.evidence['environment'];
  return typeof environment === 'string' ? environment : '';
}
