import { ociArtifact, ociImage, type OciImage } from '@throughline/testing';
import { BUNDLE_TYPE, type Provenance } from './attestations.js';
import { ORGANIZATION, registryOf, TEAM, type ImagePlan, type OriginInput, type PushPlan, type RepositoryPlan } from './fleet.js';
import type { Hop, OriginTruth } from './truth.js';

/** One commit with its run: what a version of a service is built from. */
export interface Version { readonly repository: string; readonly sha: string; readonly runId: number; readonly at: Date; readonly build: string }

const DAY = 86_400_000;
export const COMMIT_ONLY: readonly Hop[] = ['repository', 'commit'];
export const ALL: readonly Hop[] = ['repository', 'commit', 'build'];

export function version(input: OriginInput, name = 'v1', over: { repository?: string; sha?: string } = {}): Version {
  const repository = over.repository ?? `${ORGANIZATION}/${input.name}`;
  const number = Number(/\d+/.exec(name)?.[0] ?? 1);
  const runId = 1_000_000 + input.index * 100 + number;
  const age = 30 - number;
  return {
    repository, sha: over.sha ?? input.chance.hex(`${repository} ${input.name} ${name}`), runId, at: new Date(input.now.getTime() - age * DAY + input.index * 60_000),
    build: `github.com/${repository}/actions/runs/${runId}`,
  };
}

export const asRepository = (versions: readonly Version[], files: Readonly<Record<string, string>> = {}): RepositoryPlan => ({
  fullName: versions[0]?.repository ?? '', files: { '.github/CODEOWNERS': `* @${ORGANIZATION}/${TEAM}\n`, ...files },
  commits: versions.map(({ sha, at }) => ({ sha, at })), runs: versions.map(({ runId, sha, at }) => ({ id: runId, sha, at, workflow: '.github/workflows/release.yml' })),
});

export const labels = (of: Version): Record<string, string> => ({ 'org.opencontainers.image.source': `https://github.com/${of.repository}`, 'org.opencontainers.image.revision': of.sha });
export const truth = (of: Version, evident: readonly Hop[], verified = false): OriginTruth => ({ repository: `github.com/${of.repository}`, commit: of.sha, build: of.build, evident, verified });
/** It has a source, but nothing that says which. */
export const untold = (of: Version): OriginTruth => ({ ...truth(of, []) });
export const NOBODY_KNOWS: OriginTruth = { evident: [], verified: false };

export const reference = (input: OriginInput, tag: string): string => `${registryOf(input.place)}/${input.name}:${tag}`;
export const pinned = (input: OriginInput, digest: string): string => `${registryOf(input.place)}/${input.name}@${digest}`;

/** One image under one tag, pushed and deployed by it. */
export function simple(input: OriginInput, image: OciImage, tag: string, of: OriginTruth, repositories: readonly RepositoryPlan[], more: Partial<ImagePlan> = {}): ImagePlan {
  return {
    deployed: [reference(input, tag)], running: [image.digest, ...image.parts.map((part) => part.digest)], told: [], repositories, truth: of, ...more,
    pushes: [{ image, tag, when: 'before' }, ...(more.pushes ?? [])],
  };
}

export const plain = (input: OriginInput, name = 'v1'): OciImage => ociImage({ seed: `${input.chance.hex(input.name)} ${name}` });

export const provenance = (input: OriginInput, of: Version, digest: string): Provenance =>
  ({ digest, imageName: `${registryOf(input.place)}/${input.name}`, repository: of.repository, commit: of.sha, runId: of.runId });

/** A statement beside its image, under the fallback tag of OCI, or under cosign's own. */
export function attached(subject: OciImage, bytes: Buffer, mediaType = BUNDLE_TYPE, suffix = ''): PushPlan {
  const { image, tag } = ociArtifact(subject, mediaType, [bytes]);
  return { image, tag: `${tag}${suffix}`, when: 'before' };
}
