import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Exposure, Urn } from '@throughline/domain';
import { endpointsOf } from './context.js';
import type { Graph } from './graph.js';
import { isVisible } from './restrict.js';
import type { Visibility } from './restrict.js';
import type { ServiceState } from './service-state.js';

/** Look-ups over what is derived already: a blast radius costs a number of them that does not depend on its size. */
export interface BlastLookups {
  imagesBuiltFrom(nodes: readonly Urn[], limit: number): Promise<readonly Urn[]>;
  imagesBasedOn(images: readonly Urn[], limit: number): Promise<readonly Urn[]>;
  statesAround(nodes: readonly Urn[], limit: number): Promise<readonly ServiceState[]>;
}

export interface BlastService {
  readonly service: Urn;
  readonly exposure: Exposure;
  readonly path: readonly Urn[];
  readonly images: readonly Urn[];
  readonly environments: readonly string[];
  readonly applications: readonly string[];
  readonly team: string | null;
}

export interface BlastRadius {
  readonly imageCount: number;
  /** Those that run first, at most 1000. */
  readonly images: readonly { readonly image: Urn; readonly running: boolean }[];
  readonly services: readonly BlastService[];
  readonly environments: readonly string[];
  readonly endpoints: readonly Urn[];
  readonly applications: readonly string[];
  readonly teams: readonly string[];
  readonly repositories: readonly Urn[];
  readonly byExposure: Readonly<Partial<Record<Exposure, number>>>;
  /** Services of teams that the reader may not see: counted, and left out. */
  readonly restricted: number;
  /** True when a cap cut something off: the answer holds, but is not all. */
  readonly partial: boolean;
}

export const BLAST_LIMITS = { images: 5000, services: 2000, bases: 3 } as const;

const CODE: ReadonlySet<string> = new Set(['repository', 'commit', 'image-name']);
const PER_NODE = 1000;

/**
 * Everything that a flaw in the given assets is in now: the images built from them or on them, the services that run
 * those, and what stands around. Only what may be claimed counts: a candidate image of a service is no blast.
 */
export async function blastRadius(graph: Graph, from: readonly Urn[], visible: Visibility, lookups: BlastLookups): Promise<BlastRadius> {
  const images = await imagesOf(graph, from, lookups);
  const names = [...images].flatMap((image) => parseUrn(`image-name:${urnRest(image).split('@')[0] ?? ''}`) ?? []);
  const around = from.filter((node) => kindOf(node) !== 'image');
  const states = await lookups.statesAround([...names, ...around], BLAST_LIMITS.services + 1);
  const start = new Set<Urn>(from);
  const hits = states.slice(0, BLAST_LIMITS.services).filter((state) => state.runtimes.length === 0 || start.has(state.service))
    .flatMap((state) => hit(state, images, start) ?? []);
  const services = hits.filter((item) => isVisible(item.state.owners.map((owner) => owner.team).filter((team) => team !== ''), visible));
  return {
    ...summary(services), restricted: hits.length - services.length, partial: states.length > BLAST_LIMITS.services || images.size > BLAST_LIMITS.images,
    imageCount: images.size, images: shown([...images], services),
  };
}

interface Hit {
  readonly state: ServiceState;
  readonly images: readonly Urn[];
}

/** What of a service is concerned; nothing when it only shares an image's name with what is. */
function hit(state: ServiceState, images: ReadonlySet<Urn>, start: ReadonlySet<Urn>): Hit | undefined {
  if (state.deployed === 'no') return undefined;
  const claimed = state.running.filter((item) => !item.candidate).map((item) => item.image);
  const run = claimed.filter((image) => images.has(image));
  const whole = start.has(state.service) || endpointsOf(state).some((node) => start.has(node)) || state.accounts.some((node) => start.has(node))
    || state.applications.some((slug) => start.has(`application:${slug}` as Urn)) || state.mapped.some((node) => start.has(node));
  return run.length > 0 ? { state, images: run } : whole ? { state, images: claimed } : undefined;
}

async function imagesOf(graph: Graph, from: readonly Urn[], lookups: BlastLookups): Promise<Set<Urn>> {
  const builds = from.filter((node) => kindOf(node) === 'build');
  const produced = builds.length ? (await graph.links({ nodes: builds, direction: 'out', kinds: ['produced'], perNode: PER_NODE })).links.filter((link) => link.confidence >= 0.5) : [];
  const built = await lookups.imagesBuiltFrom(from.filter((node) => CODE.has(kindOf(node))), BLAST_LIMITS.images + 1);
  const images = new Set<Urn>([...from.filter((node) => kindOf(node) === 'image'), ...produced.map((link) => link.to), ...built]);
  let frontier: readonly Urn[] = await withSameContent(graph, images, [...images]);
  for (let level = 0; level < BLAST_LIMITS.bases && frontier.length > 0 && images.size <= BLAST_LIMITS.images; level += 1) {
    const next = (await lookups.imagesBasedOn(frontier, BLAST_LIMITS.images)).filter((image) => !images.has(image));
    for (const image of next) images.add(image);
    frontier = await withSameContent(graph, images, next);
  }
  return images;
}

/** Index and platform digests are one logical image, copies of one digest are one image: adds them, and returns all that is new. */
async function withSameContent(graph: Graph, images: Set<Urn>, added: readonly Urn[]): Promise<Urn[]> {
  if (added.length === 0) return [];
  const query = { nodes: added, kinds: ['contains'], perNode: 50 };
  const [inner, outer] = [await graph.links({ ...query, direction: 'out' }), await graph.links({ ...query, direction: 'in' })];
  const others = [...inner.links.map((link) => link.to), ...outer.links.map((link) => link.from)].filter((node) => kindOf(node) === 'image' && !images.has(node));
  for (const node of others) images.add(node);
  return [...added, ...others];
}

const MAX_SHOWN = 1000;

function shown(images: readonly Urn[], hits: readonly Hit[]): { image: Urn; running: boolean }[] {
  const running = new Set(hits.flatMap((item) => item.images));
  return [...new Set([...running, ...images])].map((image) => ({ image, running: running.has(image) }))
    .sort((a, b) => Number(b.running) - Number(a.running) || (a.image < b.image ? -1 : 1)).slice(0, MAX_SHOWN);
}

function summary(hits: readonly Hit[]): Omit<BlastRadius, 'images' | 'imageCount' | 'restricted' | 'partial'> {
  const all = (pick: (state: ServiceState) => readonly string[]): string[] => [...new Set(hits.flatMap((item) => pick(item.state)))].filter((word) => word !== '').sort();
  const byExposure: Partial<Record<Exposure, number>> = {};
  for (const { state } of hits) byExposure[state.exposure.exposure] = (byExposure[state.exposure.exposure] ?? 0) + 1;
  return {
    services: hits.map(({ state, images }) => ({
      service: state.service, exposure: state.exposure.exposure, path: state.exposure.path, images, environments: state.environments,
      applications: state.applications, team: teamOf(state),
    })),
    environments: all((state) => [...state.environments, ...state.running.map((item) => item.environment)]), endpoints: all(endpointsOf) as Urn[],
    applications: all((state) => state.applications), teams: all((state) => [teamOf(state) ?? '']),
    repositories: all((state) => state.running.filter((item) => !item.candidate).map((item) => item.repository)) as Urn[], byExposure,
  };
}

const teamOf = (state: ServiceState): string | null => state.owners.find((owner) => owner.team !== '')?.team ?? null;
