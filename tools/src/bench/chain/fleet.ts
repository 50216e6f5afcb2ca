import type { OciImage } from '@throughline/testing';
import type { ExposurePlan } from './exposures.js';
import type { Chance } from './random.js';
import type { OriginTruth } from './truth.js';

/** Where things are. A partition has its own hosts and its own names. */
export interface Place { readonly account: string; readonly region: string }

export const PLACES: readonly Place[] = [
  { account: '410011112222', region: 'eu-central-1' },
  { account: '410022223333', region: 'us-east-1' },
  { account: '410011112222', region: 'us-east-1' },
  { account: '410022223333', region: 'eu-central-1' },
  { account: '410033334444', region: 'cn-north-1' },
];
/** Names that no sample uses, as a fleet may be built beside one. */
export const ORGANIZATION = 'fleet-acme';
export const TEAM = 'fleet-payments';
export const CLUSTER = 'prod';

export const registryOf = ({ account, region }: Place): string => `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
export const partitionOf = (region: string): string => (region.startsWith('cn-') ? 'aws-cn' : 'aws');
export const serviceArn = (place: Place, name: string): string => `arn:${partitionOf(place.region)}:ecs:${place.region}:${place.account}:service/${CLUSTER}/${name}`;

export interface RunPlan { readonly id: number; readonly sha: string; readonly at: Date; readonly workflow: string }
export interface CommitPlan { readonly sha: string; readonly at: Date }
/** A repository as GitHub shows it. */
export interface RepositoryPlan {
  /** Without the host: `acme/pay`. */
  readonly fullName: string;
  readonly commits: readonly CommitPlan[];
  readonly runs: readonly RunPlan[];
  readonly files: Readonly<Record<string, string>>;
}

/** Something that is told through an open door or a webhook once the service runs. */
export type Told =
  | { readonly kind: 'deployment-record'; readonly build: string; readonly commit: string; readonly digest: string; readonly image: string }
  | { readonly kind: 'github-deployment'; readonly repository: string; readonly sha: string; readonly build: string; readonly digest: string; readonly image: string; readonly id: number }
  | { readonly kind: 'build-output'; readonly build: string; readonly commit: string; readonly image: string; readonly digest: string; readonly at: Date }
  | { readonly kind: 'package-published'; readonly repository: string; readonly sha: string; readonly name: string; readonly tag: string; readonly digest: string; readonly at: Date };

export interface PushPlan {
  readonly image: OciImage;
  readonly tag?: string;
  /** The deployment. */
  readonly when: 'before' | 'after';
  /** Where the service does not run. */
  readonly place?: Place;
}

/** The images of one service, and which of them run in what order. */
export interface ImagePlan {
  readonly pushes: readonly PushPlan[];
  /** References that are deployed one after the other; the last one runs. */
  readonly deployed: readonly string[];
  readonly running: readonly string[];
  /** Digest that tasks report where it is not the one that was pulled: the platform's, of an index. */
  readonly reported?: { readonly pulled: string; readonly reported: string };
  readonly told: readonly Told[];
  /** A second container of the same tasks. */
  readonly sidecar?: { readonly reference: string; readonly digest: string };
  /** Bundles that GitHub keeps, and no registry, of an image that it knows the digest of. */
  readonly keptAtGithub?: readonly { readonly digest: string; readonly bundle: Buffer }[];
  readonly repositories: readonly RepositoryPlan[];
  readonly truth: OriginTruth;
}

export interface ServicePlan {
  readonly name: string;
  readonly place: Place;
  readonly origin: string;
  readonly exposed: string;
  readonly images: ImagePlan;
  readonly exposure: ExposurePlan;
}

export interface FleetPlan {
  readonly seed: string;
  readonly services: readonly ServicePlan[];
  readonly repositories: readonly RepositoryPlan[];
}

/** Everything that a maker of images may use. */
export interface OriginInput {
  readonly name: string;
  readonly place: Place;
  readonly index: number;
  readonly chance: Chance;
  readonly now: Date;
}

/** Makes the images of one service, in one situation, with what is true of them. */
export type Origin = (input: OriginInput) => ImagePlan;
