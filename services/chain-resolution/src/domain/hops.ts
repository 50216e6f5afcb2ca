import { kindOf } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import type { Context } from './context.js';
import { gap } from './gaps.js';
import type { Gap } from './gaps.js';
import type { Origin } from './origins.js';
import type { ServiceState } from './service-state.js';

/** The hops of the chain whose coverage is measured, in the order of the picture. */
export const HOPS = ['repository-of-image', 'build', 'commit', 'runtime', 'exposure', 'owner', 'environment', 'application'] as const;
export type Hop = (typeof HOPS)[number];

/** How one hop is known of one asset. An empty method: it is missing, and `reason` says why. */
export interface HopState {
  readonly hop: Hop;
  readonly asset: Urn;
  readonly method: string;
  readonly verified: boolean;
  readonly reason: string;
}

export const IMAGE_HOPS: readonly Hop[] = ['repository-of-image', 'build', 'commit'];
export const SERVICE_HOPS: readonly Hop[] = ['runtime', 'exposure', 'environment', 'application'];

const known = (hop: Hop, asset: Urn, method: string, verified = false): HopState => ({ hop, asset, method, verified, reason: '' });
const missing = (hop: Hop, asset: Urn, reason: string): HopState => ({ hop, asset, method: '', verified: false, reason });

/** What is known of where an image comes from: by the strongest origin that may be claimed and names the hop. */
export function imageHops(image: Urn, origins: readonly Origin[]): HopState[] {
  const claimed = origins.filter((origin) => !origin.candidate).sort((a, b) => Number(b.verified) - Number(a.verified) || b.confidence - a.confidence);
  const reason = origins.length > 0 && claimed.length === 0
    ? gap.contested(image, [...new Set(origins.map((origin) => origin.link.from))]).reason : gap.noBuild(image).reason;
  const hop = (name: Hop, of: (origin: Origin) => string, otherwise: string): HopState => {
    const found = claimed.find((origin) => of(origin) !== '');
    return found ? known(name, image, found.link.method, found.verified) : missing(name, image, claimed.length === 0 ? reason : otherwise);
  };
  return [
    hop('repository-of-image', (origin) => origin.repository, 'the build is known, its repository is not'),
    hop('build', (origin) => origin.build, gap.unnamedBuild(image).reason),
    hop('commit', (origin) => origin.commit, gap.noCommit(image).reason),
  ];
}

/**
 * What is known of where a service runs, who reaches it and where it belongs. A durable service is measured by its
 * runtimes, which are rows of their own; one that is stopped runs nothing and misses no image.
 */
export function serviceHops(state: ServiceState): HopState[] {
  const { service } = state;
  if (state.runtimes.length > 0) return [];
  const running = state.running.filter((item) => !item.candidate).sort((a, b) => b.confidence - a.confidence)[0];
  const { exposure, reasons } = state.exposure;
  return [
    ...(state.deployed === 'no' ? [] : [running ? known('runtime', service, running.link.method) : missing('runtime', service, gap.noImage(service).reason)]),
    exposure === 'unknown' ? missing('exposure', service, gap.noExposure(service, reasons).reason) : known('exposure', service, exposure),
    state.belongsBy.environment ? known('environment', service, state.belongsBy.environment) : missing('environment', service, gap.noEnvironment(service).reason),
    state.belongsBy.application ? known('application', service, state.belongsBy.application) : missing('application', service, gap.noApplication(service).reason),
  ];
}

/** Who owns an asset that holds findings, by the source that outranks the others. */
export function ownerHop(context: Context): HopState {
  const owner = context.owners.find((item) => item.team !== '');
  return owner ? known('owner', context.asset, owner.source) : missing('owner', context.asset, gap.noOwner(context.asset).reason);
}

/** The step that closes the hop for an asset. */
export function remedyOf(hop: Hop, asset: Urn): string {
  const gaps: Readonly<Record<Hop, (node: Urn) => Gap>> = {
    'repository-of-image': gap.noBuild, build: kindOf(asset) === 'image' ? gap.unnamedBuild : gap.noBuild, commit: gap.noCommit,
    runtime: gap.noImage, exposure: (node) => gap.noExposure(node, []), owner: gap.noOwner, environment: gap.noEnvironment, application: gap.noApplication,
  };
  return gaps[hop](asset).remedy;
}
