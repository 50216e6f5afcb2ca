import { ociImage, ociIndex, sha256, type OciImage } from '@throughline/testing';
import { bundle } from './attestations.js';
import * as attested from './attested-origins.js';
import { ORGANIZATION, registryOf, type ImagePlan, type Origin, type OriginInput } from './fleet.js';
import { ALL, asRepository, attached, COMMIT_ONLY, labels, NOBODY_KNOWS, pinned, plain, provenance, reference, simple, truth, untold, version, type Version } from './origin-kit.js';

function labelled(input: OriginInput): ImagePlan {
  const v1 = version(input);
  return simple(input, ociImage({ seed: v1.sha, labels: labels(v1) }), 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1])]);
}

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

/** The label is the page of the service's folder. */
function monorepo(input: OriginInput): ImagePlan {
  const v1 = version(input, 'v1', { repository: `${ORGANIZATION}/mono` });
  const folder = `services/${input.name}`;
  const image = ociImage({ seed: v1.sha, labels: { ...labels(v1), 'org.opencontainers.image.source': `https://github.com/${v1.repository}/tree/main/${folder}` } });
  return simple(input, image, 'v1.0.0', { ...truth(v1, ['repository', 'commit', 'path']), path: `github.com/${v1.repository}#${folder}` }, [asRepository([v1], { [`${folder}/main.go`]: 'package main\n' })]);
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

/** The label names the repository and forgets the commit. */
function labelledWithoutCommit(input: OriginInput): ImagePlan {
  const v1 = version(input);
  return simple(input, ociImage({ seed: v1.sha, labels: { 'org.opencontainers.image.source': `https://github.com/${v1.repository}` } }), 'v1.0.0', truth(v1, ['repository']), [asRepository([v1])]);
}

/** The address as git itself writes it, in capitals. */
function labelledByGitAddress(input: OriginInput): ImagePlan {
  const v1 = version(input);
  return simple(input, ociImage({ seed: v1.sha, labels: { ...labels(v1), 'org.opencontainers.image.source': `git@github.com:${v1.repository.toUpperCase()}.git` } }), 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1])]);
}

/** Beside it runs a proxy of somebody else's, of which nothing is known. */
function withSidecar(input: OriginInput): ImagePlan {
  const v1 = version(input);
  const digest = sha256(`proxy of ${input.name}`);
  return simple(input, ociImage({ seed: v1.sha, labels: labels(v1) }), 'v1.0.0', truth(v1, COMMIT_ONLY), [asRepository([v1])], { sidecar: { reference: `public.ecr.aws/proxies/envoy@${digest}`, digest } });
}

export const ORIGINS = {
  labelled, attested: attested.goodAttestation, 'bad signature': attested.badSignature, 'wrong subject': attested.wrongSubject, 'wrong builder': attested.wrongBuilder, 'unknown key': attested.unknownKey,
  'tag is the commit': taggedWithCommit, 'tag begins two commits': taggedAmbiguously, 'tag is a date': taggedWithDate, 're-tagged': retagged, 'hand-pushed': handPushed,
  'multi-arch, index runs': multiArch('index'), 'multi-arch, platform runs': multiArch('platform'), 'multi-arch, attested': multiArchAttested, monorepo, 'label against tag': rivals,
  'deployment record': deploymentRecord('open'), 'GitHub deployment': deploymentRecord('github'), 'GitHub deployment, attested': deploymentRecord('github', true),
  'build output': buildOutput, package: packaged(false), 'package, attested': packaged(true), 'Dockerfile only': dockerfileOnly, 'Dockerfile of two': dockerfileShared, 'rolled back': rolledBack,
  'label without commit': labelledWithoutCommit, 'label by git address': labelledByGitAddress, 'with a sidecar': withSidecar, 'attested by cosign': attested.cosigned,
  'attested, labels of the base image': attested.baseLabels, 'attested, and forged': attested.goodAndForged, 'promoted from another account': attested.promoted,
} as const satisfies Readonly<Record<string, Origin>>;
