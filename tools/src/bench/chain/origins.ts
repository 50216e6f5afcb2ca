import { ociArtifact, ociImage, ociIndex, type OciImage } from '@throughline/testing';
import { bundle, BUNDLE_TYPE, type Provenance } from './attestations.js';
import { ORGANIZATION, registryOf, TEAM, type ImagePlan, type Origin, type OriginInput, type PushPlan, type RepositoryPlan } from './fleet.js';
import type { Hop, OriginTruth } from './truth.js';

/** One commit with its run: what a version of a service is built from. */
interface Version { readonly repository: string; readonly sha: string; readonly runId: number; readonly at: Date; readonly build: string }

const DAY = 86_400_000;
const COMMIT_ONLY: readonly Hop[] = ['repository', 'commit'];
const ALL: readonly Hop[] = ['repository', 'commit', 'build'];

function version(input: OriginInput, name = 'v1', over: { repository?: string; sha?: string } = {}): Version {
  const repository = over.repository ?? `${ORGANIZATION}/${input.name}`;
  const runId = 1_000_000 + input.index * 100 + input.chance.below(90, `${input.name} ${name} run`);
  const age = 30 - Number(/\d+/.exec(name)?.[0] ?? 1);
  return {
    repository, sha: over.sha ?? input.chance.hex(`${repository} ${input.name} ${name}`), runId, at: new Date(input.now.getTime() - age * DAY + input.index * 60_000),
    build: `github.com/${repository}/actions/runs/${runId}`,
  };
}

const asRepository = (versions: readonly Version[], files: Readonly<Record<string, string>> = {}): RepositoryPlan => ({
  fullName: versions[0]?.repository ?? '', files: { '.github/CODEOWNERS': `* @${ORGANIZATION}/${TEAM}\n`, ...files },
  commits: versions.map(({ sha, at }) => ({ sha, at })), runs: versions.map(({ runId, sha, at }) => ({ id: runId, sha, at, workflow: '.github/workflows/release.yml' })),
});

const labels = (of: Version): Record<string, string> => ({ 'org.opencontainers.image.source': `https://github.com/${of.repository}`, 'org.opencontainers.image.revision': of.sha });
const truth = (of: Version, evident: readonly Hop[], verified = false): OriginTruth => ({ repository: `github.com/${of.repository}`, commit: of.sha, build: of.build, evident, verified });
/** It has a source, but nothing that says which. */
const untold = (of: Version): OriginTruth => ({ ...truth(of, []) });
const NOBODY_KNOWS: OriginTruth = { evident: [], verified: false };

const reference = (input: OriginInput, tag: string): string => `${registryOf(input.place)}/${input.name}:${tag}`;
const pinned = (input: OriginInput, digest: string): string => `${registryOf(input.place)}/${input.name}@${digest}`;

/** One image under one tag, pushed and deployed by it. */
function simple(input: OriginInput, image: OciImage, tag: string, of: OriginTruth, repositories: readonly RepositoryPlan[], more: Partial<ImagePlan> = {}): ImagePlan {
  return {
    pushes: [{ image, tag, when: 'before' }, ...(more.pushes ?? [])], deployed: more.deployed ?? [reference(input, tag)], running: [image.digest, ...image.parts.map((part) => part.digest)],
    told: more.told ?? [], repositories, truth: of, ...(more.reported && { reported: more.reported }), ...(more.keptAtGithub && { keptAtGithub: more.keptAtGithub }),
  };
}

const plain = (input: OriginInput, name = 'v1'): OciImage => ociImage({ seed: `${input.chance.hex(input.name)} ${name}` });

function labelled(input: OriginInput): ImagePlan {
  const v1 = version(input);
  return simple(input, ociImage({ seed: v1.sha, labels: labels(v1) }), 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1])]);
}

const provenance = (input: OriginInput, of: Version, digest: string): Provenance =>
  ({ digest, imageName: `${registryOf(input.place)}/${input.name}`, repository: of.repository, commit: of.sha, runId: of.runId });

const attached = (subject: OciImage, bytes: Buffer): PushPlan => ({ ...ociArtifact(subject, BUNDLE_TYPE, [bytes]), when: 'before' });

/** An image with an attestation beside it. Every second one has true labels too, which a bad attestation must not take away. */
function attested(make: (input: OriginInput, of: Version, image: OciImage) => Buffer, verified: boolean): Origin {
  return (input) => {
    const v1 = version(input);
    const isLabelled = Math.floor(input.index / 2) % 2 === 0;
    const image = ociImage({ seed: v1.sha, ...(isLabelled && { labels: labels(v1) }) });
    const known = verified ? truth(v1, ALL, true) : isLabelled ? truth(v1, COMMIT_ONLY) : untold(v1);
    return simple(input, image, 'v1.0.0', known, [asRepository([v1])], { pushes: [attached(image, make(input, v1, image))] });
  };
}

/** Another commit of the same repository, or of somebody else's: what a forger would like to be believed. */
const forged = (input: OriginInput): string => input.chance.hex(`${input.name} forged`);

const goodAttestation = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'trusted'), true);
const badSignature = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'trusted', (text) => text.replaceAll(of.sha, forged(input))), false);
const wrongSubject = attested((input, of) => bundle({ ...provenance(input, of, `sha256:${input.chance.hex('another image', 64)}`), commit: forged(input) }, 'trusted'), false);
const wrongBuilder = attested((input, of, image) => bundle({ ...provenance(input, of, image.digest), commit: forged(input), builder: 'evil/fork' }, 'trusted'), false);
const unknownKey = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'unknown'), false);

/** A tag that is the commit, in the forms that pipelines use. */
function taggedWithCommit(input: OriginInput): ImagePlan {
  const v1 = version(input);
  const form = [v1.sha, v1.sha.slice(0, 12), `main-${v1.sha.slice(0, 8)}`, `sha-${v1.sha.slice(0, 7)}`][Math.floor(input.index / 4) % 4] ?? v1.sha;
  return simple(input, plain(input), form, truth(v1, COMMIT_ONLY), [asRepository([v1])]);
}

/** A short tag that begins two commits of two repositories. */
function taggedAmbiguously(input: OriginInput): ImagePlan {
  const start = input.chance.hex(`${input.name} start`, 7);
  const [mine, theirs] = [`${input.name}`, `${input.name}-fork`].map((name) => version(input, 'v1', { repository: `${ORGANIZATION}/${name}`, sha: start + input.chance.hex(name, 33) })) as [Version, Version];
  const rivals = [mine, theirs].map(({ sha }) => sha);
  return simple(input, plain(input), `sha-${start}`, { ...untold(mine), rivals }, [asRepository([mine]), asRepository([theirs])]);
}

/** Eight digits that could be a commit and are a date. */
function taggedWithDate(input: OriginInput): ImagePlan {
  const v1 = version(input);
  return simple(input, plain(input), '20260115', untold(v1), [asRepository([v1])]);
}

function retagged(input: OriginInput): ImagePlan {
  const [v1, v2] = [version(input, 'v1'), version(input, 'v2')];
  const [old, next] = [v1, v2].map((of) => ociImage({ seed: of.sha, labels: labels(of) })) as [OciImage, OciImage];
  return simple(input, old, 'live', truth(v1, COMMIT_ONLY), [asRepository([v1, v2])], { pushes: [{ image: next, tag: 'live', when: 'after' }] });
}

const handPushed: Origin = (input) => simple(input, plain(input), 'latest', NOBODY_KNOWS, []);

function multiArch(report: 'index' | 'platform'): Origin {
  return (input) => {
    const v1 = version(input);
    const parts = ['amd64', 'arm64'].map((architecture) => ({ architecture, image: ociImage({ seed: v1.sha, architecture, labels: labels(v1) }) }));
    const image = ociIndex(parts);
    const [first] = parts;
    return simple(input, image, 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1])], {
      ...(report === 'platform' && first && { reported: { pulled: image.digest, reported: first.image.digest } }),
    });
  };
}

/** Attested by the digest of the index, while the task says the digest of its platform. */
function multiArchAttested(input: OriginInput): ImagePlan {
  const v1 = version(input);
  const parts = ['amd64', 'arm64'].map((architecture) => ({ architecture, image: ociImage({ seed: v1.sha, architecture }) }));
  const image = ociIndex(parts);
  return simple(input, image, 'v1.0.0', truth(v1, ALL, true), [asRepository([v1])], {
    pushes: [attached(image, bundle(provenance(input, v1, image.digest), 'trusted'))],
    ...(parts[0] && { reported: { pulled: image.digest, reported: parts[0].image.digest } }),
  });
}

function monorepo(input: OriginInput): ImagePlan {
  const v1 = version(input, 'v1', { repository: `${ORGANIZATION}/mono` });
  const file = { [`services/${input.name}/Dockerfile`]: `FROM scratch\nCOPY services/${input.name} /app\nCMD ["/app"]\n`, [`services/${input.name}/main.go`]: 'package main\n' };
  return simple(input, ociImage({ seed: v1.sha, labels: labels(v1) }), 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1], file)]);
}

/** The label names one source, the tag the commit of another. */
function rivals(input: OriginInput): ImagePlan {
  const [a, b] = [version(input), version(input, 'v1', { repository: `${ORGANIZATION}/${input.name}-copy` })];
  const image = ociImage({ seed: a.sha, labels: labels(a) });
  return simple(input, image, b.sha, { ...untold(a), rivals: [a.sha, b.sha] }, [asRepository([a]), asRepository([b])]);
}

function deploymentRecord(how: 'open' | 'github', isAttested = false): Origin {
  return (input) => {
    const v1 = version(input);
    const image = plain(input);
    const told = { digest: image.digest, image: reference(input, 'release'), build: `https://${v1.build}` };
    return simple(input, image, 'release', truth(v1, ALL, isAttested), [asRepository([v1])], {
      told: [how === 'open' ? { kind: 'deployment-record', ...told, commit: `github.com/${v1.repository}@${v1.sha}` } : { kind: 'github-deployment', ...told, repository: v1.repository, sha: v1.sha, id: v1.runId }],
      ...(isAttested && { keptAtGithub: [{ digest: image.digest, bundle: bundle(provenance(input, v1, image.digest), 'trusted') }] }),
    });
  };
}

function buildOutput(input: OriginInput): ImagePlan {
  const v1 = version(input);
  const image = plain(input);
  return simple(input, image, 'release', truth(v1, ALL), [asRepository([v1])], {
    told: [{ kind: 'build-output', build: v1.build, commit: `github.com/${v1.repository}@${v1.sha}`, image: `${registryOf(input.place)}/${input.name}`, digest: image.digest, at: v1.at }],
  });
}

/** An image of GitHub's own registry. The package says only of which repository it is; an attestation at GitHub says all. */
function packaged(isAttested: boolean): Origin {
  return (input) => {
    const v1 = version(input);
    const image = plain(input);
    const name = `${ORGANIZATION}/${input.name}`;
    return {
      pushes: [], deployed: [`ghcr.io/${name}@${image.digest}`], running: [image.digest], repositories: [asRepository([v1])], truth: isAttested ? truth(v1, ALL, true) : truth(v1, ['repository']),
      told: [{ kind: 'package-published', repository: v1.repository, sha: v1.sha, name: input.name, tag: 'v1.0.0', digest: image.digest, at: v1.at }],
      ...(isAttested && { keptAtGithub: [{ digest: image.digest, bundle: bundle({ ...provenance(input, v1, image.digest), imageName: `ghcr.io/${name}` }, 'trusted') }] }),
    };
  };
}

const steps = (name: string): string[] => [`RUN apk add --no-cache tini ${name}-tools`, `COPY bin/${name} /usr/local/bin/${name}`, `ENV SERVICE=${name}`, 'USER 10001', `CMD ["/usr/local/bin/${name}"]`];
const dockerfile = (name: string): string => ['FROM alpine:3.22', ...steps(name)].join('\n') + '\n';
/** As BuildKit writes it into the image's configuration. */
const history = (name: string): string[] => [
  'ADD alpine-minirootfs-3.22.0-x86_64.tar.gz / # buildkit', 'CMD ["/bin/sh"]',
  ...steps(name).map((line) => (line.startsWith('RUN ') ? `RUN /bin/sh -c ${line.slice(4)} # buildkit` : line.startsWith('COPY ') ? `${line} # buildkit` : line)),
];

function dockerfileOnly(input: OriginInput): ImagePlan {
  const v1 = version(input);
  const image = ociImage({ seed: v1.sha, history: history(input.name) });
  return simple(input, image, 'stable', truth(v1, ['repository']), [asRepository([v1], { Dockerfile: dockerfile(input.name) })]);
}

/** Two repositories with the same Dockerfile: neither may be picked. */
function dockerfileShared(input: OriginInput): ImagePlan {
  const [a, b] = [version(input), version(input, 'v1', { repository: `${ORGANIZATION}/${input.name}-template` })];
  const image = ociImage({ seed: a.sha, history: history(input.name) });
  const file = { Dockerfile: dockerfile(input.name) };
  return simple(input, image, 'stable', { ...untold(a), rivals: [`github.com/${a.repository}`, `github.com/${b.repository}`] }, [asRepository([a], file), asRepository([b], file)]);
}

function rolledBack(input: OriginInput): ImagePlan {
  const [v1, v2] = [version(input, 'v1'), version(input, 'v2')];
  const [old, next] = [v1, v2].map((of) => ociImage({ seed: of.sha, labels: labels(of) })) as [OciImage, OciImage];
  return simple(input, old, 'v1', truth(v1, COMMIT_ONLY), [asRepository([v1, v2])], {
    pushes: [{ image: next, tag: 'v2', when: 'before' }], deployed: [reference(input, 'v1'), pinned(input, next.digest), reference(input, 'v1')],
  });
}

export const ORIGINS = {
  labelled, attested: goodAttestation, 'bad signature': badSignature, 'wrong subject': wrongSubject, 'wrong builder': wrongBuilder, 'unknown key': unknownKey,
  'tag is the commit': taggedWithCommit, 'tag begins two commits': taggedAmbiguously, 'tag is a date': taggedWithDate, 're-tagged': retagged, 'hand-pushed': handPushed,
  'multi-arch, index runs': multiArch('index'), 'multi-arch, platform runs': multiArch('platform'), 'multi-arch, attested': multiArchAttested, monorepo, 'label against tag': rivals,
  'deployment record': deploymentRecord('open'), 'GitHub deployment': deploymentRecord('github'), 'GitHub deployment, attested': deploymentRecord('github', true),
  'build output': buildOutput, package: packaged(false), 'package, attested': packaged(true),
  'Dockerfile only': dockerfileOnly, 'Dockerfile of two': dockerfileShared, 'rolled back': rolledBack,
} as const satisfies Readonly<Record<string, Origin>>;
