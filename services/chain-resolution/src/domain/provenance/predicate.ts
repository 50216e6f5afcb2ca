import { parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { isRecord, text } from '../assets.js';

/** What a provenance predicate says of the origin of its subjects. Empty text: it does not say. */
export interface Provenance {
  readonly builder: string;
  readonly buildType: string;
  /** `github.com/acme/pay`, lower case. */
  readonly repository: string;
  readonly ref: string;
  readonly commit: string;
  readonly workflow: string;
  /** Part of a monorepo that was built. */
  readonly subPath: string;
  readonly build: Urn | '';
  /** Epoch ms; 0: not said. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

type Fields = Readonly<Record<string, unknown>>;

interface Source {
  readonly repository: string;
  readonly ref: string;
  readonly subPath: string;
  readonly commit: string;
}

const SLSA_V1 = /^https:\/\/slsa\.dev\/provenance\/v1(\.\d+)?$/;
const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
const MAX_DEPENDENCIES = 2000;

/** SLSA provenance 0.2 and 1; undefined for a predicate of another kind. */
export function provenanceOf(predicateType: string, predicate: Fields): Provenance | undefined {
  if (SLSA_V1.test(predicateType)) return slsaV1(predicate);
  return predicateType === SLSA_V02 ? slsaV02(predicate) : undefined;
}

/** https://slsa.dev/spec/v1.0/provenance; GitHub's build type: https://actions.github.io/buildtypes/workflow/v1 */
function slsaV1(predicate: Fields): Provenance {
  const definition = record(predicate['buildDefinition']);
  const run = record(predicate['runDetails']);
  const metadata = record(run['metadata']);
  const parameters = record(definition['externalParameters']);
  const workflow = record(parameters['workflow']);
  const named = text(workflow['repository']) || text(record(parameters['configSource'])['uri']) || uriOf(parameters['source']);
  return assemble({
    builder: text(record(run['builder'])['id']), buildType: text(definition['buildType']), named, ref: text(workflow['ref']),
    workflow: text(workflow['path']) || text(record(parameters['configSource'])['path']), parameters, materials: definition['resolvedDependencies'],
    invocation: text(metadata['invocationId']), startedOn: metadata['startedOn'], finishedOn: metadata['finishedOn'],
  });
}

/** https://slsa.dev/spec/v0.2/provenance: what Tekton Chains, GitLab's runner and older generators write. */
function slsaV02(predicate: Fields): Provenance {
  const invocation = record(predicate['invocation']);
  const config = record(invocation['configSource']);
  const metadata = record(predicate['metadata']);
  const materials = Array.isArray(predicate['materials']) ? (predicate['materials'] as unknown[]) : [];
  return assemble({
    builder: text(record(predicate['builder'])['id']), buildType: text(predicate['buildType']), named: text(config['uri']), ref: '',
    workflow: text(config['entryPoint']), parameters: record(invocation['parameters']), materials: [config, ...materials],
    invocation: text(metadata['buildInvocationId']) || text(metadata['buildInvocationID']), startedOn: metadata['buildStartedOn'], finishedOn: metadata['buildFinishedOn'],
  });
}

interface Raw {
  readonly builder: string;
  readonly buildType: string;
  readonly named: string;
  readonly ref: string;
  readonly workflow: string;
  readonly parameters: Fields;
  readonly materials: unknown;
  readonly invocation: string;
  readonly startedOn: unknown;
  readonly finishedOn: unknown;
}

function assemble(raw: Raw): Provenance {
  const source = sourceIn(raw.named, raw.materials);
  const build = buildOf(raw.invocation);
  // a run's address names its repository: one that names another than the source is no run of it
  const strange = build !== '' && githubRepository(build) !== '' && githubRepository(build) !== source.repository;
  return {
    builder: raw.builder.slice(0, 500), buildType: raw.buildType.slice(0, 500), repository: source.repository, ref: (raw.ref || source.ref).slice(0, 300),
    commit: source.commit, workflow: raw.workflow.slice(0, 500), subPath: subPathIn(raw.parameters) || source.subPath,
    build: strange ? '' : build, startedAt: time(raw.startedOn), finishedAt: time(raw.finishedOn),
  };
}

/** The source among the materials: the one that the parameters name, else the only git one. Several and none named: not said. */
function sourceIn(named: string, materials: unknown): Source {
  const wanted = gitSource(named);
  const list = (Array.isArray(materials) ? (materials as unknown[]) : []).slice(0, MAX_DEPENDENCIES).filter(isRecord);
  const sources = list.flatMap((item): Source[] => {
    const source = gitSource(text(item['uri']));
    const commit = commitIn(record(item['digest']));
    // the SHA-1 of a file that was downloaded is no commit
    const isGit = /^(git|ssh)|\.git([@#/]|$)/i.test(text(item['uri'])) || text(record(item['digest'])['gitCommit']) !== '' || source?.repository === wanted?.repository;
    return source && commit && isGit ? [{ ...source, commit }] : [];
  });
  const own = wanted ? sources.filter((source) => source.repository === wanted.repository) : sources;
  const commits = new Set(own.map((source) => `${source.repository}@${source.commit}`));
  const first = own[0];
  if (first && commits.size === 1) return { ...first, ref: wanted?.ref || first.ref, subPath: wanted?.subPath || first.subPath };
  return wanted ? { ...wanted, commit: '' } : { repository: '', ref: '', subPath: '', commit: '' };
}

/** `git+https://github.com/acme/pay@refs/heads/main`, `https://github.com/acme/pay.git#main:services/pay`, `git+ssh://git@…`. */
function gitSource(uri: string): Source | undefined {
  const found = /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/]*@)?([a-z0-9.-]+(?::\d+)?)\/([^#?@\s]+?)(?:\.git)?\/?(?:@([^#?\s]+))?(?:#([^:\s]*)(?::(\S*))?)?$/i.exec(uri.slice(0, 1000));
  if (!found) return undefined;
  const [, host = '', path = '', at = '', hash = '', directory = ''] = found;
  if (!path.includes('/')) return undefined;
  return { repository: `${host}/${path.replace(/\.git$/, '')}`.toLowerCase(), ref: at || hash, subPath: relativePath(directory), commit: '' };
}

/** GitLab's runner and old generators file a commit id under the name of another algorithm; its length tells what it is. */
function commitIn(digest: Fields): string {
  const named = text(digest['gitCommit']).toLowerCase();
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(named)) return named;
  return [digest['sha1'], digest['sha256']].map((value) => text(value).toLowerCase()).find((value) => /^[0-9a-f]{40}$/.test(value)) ?? '';
}

const SUB_PATH_WORDS = ['subPath', 'sub-path', 'sub_path', 'subpath', 'subdirectory', 'directory', 'workingDirectory', 'working-directory', 'contextDir'];

function subPathIn(parameters: Fields): string {
  for (const fields of [parameters, record(parameters['inputs']), record(parameters['parameters']), record(parameters['params'])]) {
    for (const word of SUB_PATH_WORDS) {
      const path = relativePath(text(fields[word]));
      if (path !== '') return path;
    }
  }
  return '';
}

/** A path below the root of the repository; empty for the root itself and for what leads out of it. */
function relativePath(value: string): string {
  const path = value.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
  const parts = path.split('/');
  return path.length <= 300 && /^[\w.@+-]+(\/[\w.@+-]+)*$/.test(path) && !parts.includes('..') && !parts.includes('.') ? path : '';
}

/** The address of a run as the connectors name it; attempts of one run are one build. */
function buildOf(invocation: string): Urn | '' {
  const github = /^https:\/\/([a-z0-9.-]+)\/([\w.-]+)\/([\w.-]+)\/actions\/runs\/(\d+)(\/attempts\/\d+)?\/?$/i.exec(invocation);
  if (github) return parseUrn(`build:${github[1] ?? ''}/${github[2] ?? ''}/${github[3] ?? ''}`.toLowerCase() + `/actions/runs/${github[4] ?? ''}`) ?? '';
  const other = /^https?:\/\/([a-z0-9.:-]+\/[^\s?#]+)/i.exec(invocation.slice(0, 600))?.[1];
  return other ? parseUrn(`build:${other.replace(/\/+$/, '')}`) ?? '' : '';
}

const githubRepository = (build: string): string => /^build:(.+)\/actions\/runs\/\d+$/.exec(build)?.[1] ?? '';

const record = (value: unknown): Fields => (isRecord(value) ? value : {});
const uriOf = (value: unknown): string => text(value) || text(record(value)['uri']) || text(record(value)['repository']);

function time(value: unknown): number {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) && at > 0 ? at : 0;
}
