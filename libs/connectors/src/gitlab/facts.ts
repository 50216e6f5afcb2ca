import { assetFact, buildUrn, linkFact, objectOf, slugOf, textOf, timeless, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { commitUrn, parseUrn, repositoryUrn, type Urn } from '@throughline/domain';

export const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** A project as events and answers name it. */
export interface Project {
  readonly id: number;
  /** host/group/subgroup/name, lower case. */
  readonly repository: string;
  /** Address of its page, as GitLab writes it: builds are named after it. */
  readonly page: string;
  readonly defaultBranch: string;
}

/** Host and path come from the project's own page, as an instance may be asked under another name. Undefined: no project. */
export function projectOf(value: unknown): Project | undefined {
  const given = objectOf(value);
  const page = textOf(given['web_url']).replace(/\/+$/, '');
  const path = textOf(given['path_with_namespace']);
  if (!URL.canParse(page) || !/^[\w.-]+(\/[\w.-]+)+$/.test(path)) return undefined;
  return { id: Number(given['id'] ?? 0), repository: `${new URL(page).host}/${path}`.toLowerCase(), page, defaultBranch: textOf(given['default_branch']) };
}

export function repositoryFact(project: Project, attributes: JsonObject, observedAt: string): Fact {
  const node = repositoryUrn(project.repository);
  return timeless(assetFact(`repository|${node}|${JSON.stringify(attributes)}`, { urn: node, kind: 'repository', attributes: { defaultBranch: project.defaultBranch, url: project.page, ...attributes }, observedAt }));
}

export function commitFact(project: Project, sha: string, attributes: JsonObject, observedAt: string): Fact {
  const node = commitUrn(project.repository, sha);
  return timeless(assetFact(`commit|${node}|${JSON.stringify(attributes)}`, { urn: node, kind: 'commit', attributes, observedAt }));
}

/** `build:<host>/<path>/-/pipelines/<id>`, the same as an upload or a record that names the pipeline's address. */
export const pipelineUrn = (project: Project, id: number): Urn | undefined => buildUrn(`${project.page}/-/pipelines/${id}`);

export interface Pipeline {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly status: string;
  readonly source: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Fields are named alike in events (`object_attributes`) and in answers of the API. */
export function pipelineOf(value: unknown, fallback: Date): Pipeline | undefined {
  const given = objectOf(value);
  const [id, sha] = [given['id'], textOf(given['sha'])];
  if (typeof id !== 'number' || !SHA.test(sha)) return undefined;
  const createdAt = gitlabTime(given['created_at'], fallback);
  return { id, sha, ref: textOf(given['ref']), status: textOf(given['status']), source: textOf(given['source']), createdAt, updatedAt: gitlabTime(given['finished_at'] ?? given['updated_at'], new Date(createdAt)) };
}

/** A pipeline and the commit it ran on. Pipelines for merged results run on a commit of their own that nobody deploys; GitLab names it, and so do we. */
export function pipelineFacts(project: Project, { id, sha, ref, status, source, createdAt, updatedAt }: Pipeline): readonly Fact[] {
  const build = pipelineUrn(project, id);
  if (build === undefined) return [];
  const commit = commitUrn(project.repository, sha);
  return [
    assetFact(`pipeline|${build}|${status}`, { urn: build, kind: 'build', attributes: { name: `pipeline ${id}`, branch: ref, event: source, status, url: `${project.page}/-/pipelines/${id}` }, observedAt: updatedAt }),
    commitFact(project, sha, { branch: ref }, createdAt),
    linkFact(`pipeline|${build}|built-by`, { from: commit, to: build, kind: 'built-by', method: 'api', evidence: { pipeline: id, source }, validFrom: createdAt, observedAt: createdAt }),
  ];
}

export function environmentFacts(name: string, attributes: JsonObject, observedAt: string): readonly Fact[] {
  const slug = slugOf(name);
  const node = slug === '' ? undefined : parseUrn(`environment:${slug}`);
  return node === undefined ? [] : [timeless(assetFact(`environment|${slug}|${JSON.stringify(attributes)}`, { urn: node, kind: 'environment', attributes: { name, ...attributes }, observedAt }))];
}

/** `2026-03-01 12:00:00 UTC` of older events beside RFC 3339. */
export const gitlabTime = (value: unknown, fallback: Date): string => timeOf(typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/, '$1T$2Z') : value, fallback);

/** GitLab's tiers are the stages of our environments. */
export const stageOf = (tier: string): JsonObject => {
  const stage = { production: 'production', staging: 'staging', testing: 'test', development: 'development' }[tier];
  return stage === undefined ? {} : { stage };
};
