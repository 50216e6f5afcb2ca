import { EXPOSURES, exposureOf } from './exposures.js';
import { partitionOf, PLACES, type FleetPlan, type Origin, type Place, type RepositoryPlan, type ServicePlan } from './fleet.js';
import { ORIGINS } from './origins.js';
import { chance } from './random.js';

/** Plans a fleet: every situation of origin with every situation of exposure in turn, in pairs that differ from round to round. */
export function planFleet(seed: string, count: number, now: Date): FleetPlan {
  const services = Array.from({ length: count }, (_, index) => planService(seed, index, now));
  return { seed, services, repositories: merge(services.flatMap((service) => service.images.repositories)) };
}

/** Coprime to the number of exposures, so that each of them comes. */
const STEP = [5, 7, 11, 13].find((step) => EXPOSURES.length % step !== 0) ?? 1;

function planService(seed: string, index: number, now: Date): ServicePlan {
  const origins = Object.entries<Origin>(ORIGINS);
  const [origin, make] = origins[index % origins.length] as [string, Origin];
  const round = Math.floor(index / origins.length);
  const exposed = EXPOSURES[(index * STEP + round) % EXPOSURES.length] as (typeof EXPOSURES)[number];
  const inTurn = PLACES[(index + round) % PLACES.length] as Place;
  const place = exposureOf(exposed).balancers.some(({ door }) => door === 'cloudfront') && partitionOf(inTurn.region) !== 'aws' ? PLACES[0] as Place : inTurn;
  const name = `svc-${String(index).padStart(3, '0')}`;
  return { name, place, origin, exposed, images: make({ name, place, index, chance: chance(seed), now }), exposure: exposureOf(exposed) };
}

/** A repository that several services come from is one repository. */
function merge(repositories: readonly RepositoryPlan[]): RepositoryPlan[] {
  const merged = new Map<string, RepositoryPlan>();
  for (const item of repositories) {
    const known = merged.get(item.fullName);
    merged.set(item.fullName, known === undefined ? item : {
      fullName: item.fullName, commits: [...known.commits, ...item.commits], runs: [...known.runs, ...item.runs], files: { ...known.files, ...item.files },
    });
  }
  return [...merged.values()];
}
