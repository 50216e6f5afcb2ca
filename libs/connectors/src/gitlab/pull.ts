import { objectOf, textOf, timeless, linkFact, assetFact, type Fact, type JsonObject, type PullGap } from '@throughline/connectors/api';
import { parseImageReference, parseUrn } from '@throughline/domain';
import { GitlabError, type GitlabClient } from './client.js';
import type { GitlabConfig } from './config.js';
import { visibility } from './events.js';
import { commitFact, environmentFacts, gitlabTime, pipelineFacts, pipelineOf, repositoryFact, SHA, stageOf, type Project } from './facts.js';

const PAGES = 20;
const CODEOWNERS = ['CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];
const MAX_CODEOWNERS = 14_000;

export interface Reading { readonly client: GitlabClient; readonly config: GitlabConfig; readonly project: Project; readonly since: string; readonly now: Date }
export interface Read { readonly facts: readonly Fact[]; readonly gaps: readonly PullGap[] }

/** What a project's code says: its owners, pipelines and deployments since a time. Each part may be refused alone. */
export async function readProject(reading: Reading, given: JsonObject): Promise<Read> {
  const parts = [
    await part(reading, 'the file CODEOWNERS', 'Repository: read (scope read_api, role Reporter)', () => owners(reading, given)), await part(reading, 'pipelines', 'CI/CD visible to the token (role Reporter)', () => pipelines(reading)),
    await part(reading, 'deployments', 'environments visible to the token (role Reporter)', () => deployments(reading)),
  ];
  return { facts: parts.flatMap(({ facts }) => facts), gaps: parts.flatMap(({ gaps }) => gaps) };
}

/** A refusal of one part is a gap; everything else ends the page and is tried again. */
async function part({ project }: Pick<Reading, 'project'>, what: string, remedy: string, read: () => Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof GitlabError) || ![403, 404].includes(error.status)) throw error;
    return { facts: [], gaps: [{ scope: project.repository, code: error.code, reason: `${what} of ${project.repository} could not be read: GitLab answered ${error.status}`, remedy: `give the token: ${remedy}` }] };
  }
}

async function owners({ client, project, now }: Reading, given: JsonObject): Promise<Read> {
  const attributes = { ...visibility(given), archived: given['archived'] === true };
  for (const path of project.defaultBranch === '' ? [] : CODEOWNERS) {
    const text = await client.text(`projects/${project.id}/repository/files/${encodeURIComponent(path)}/raw?ref=${encodeURIComponent(project.defaultBranch)}`);
    if (text === undefined) continue;
    const whole = text.length <= MAX_CODEOWNERS;
    const gaps = whole ? [] : [{ scope: project.repository, code: 'too_many', reason: `${path} of ${project.repository} is longer than ${MAX_CODEOWNERS} characters`, remedy: 'shorten it, or name owners by ownership rules' }];
    return { facts: [repositoryFact(project, { ...attributes, ...(whole && { codeowners: { path, text } }) }, now.toISOString())], gaps };
  }
  return { facts: [repositoryFact(project, attributes, now.toISOString())], gaps: [] };
}

async function pipelines({ client, project, since, now }: Reading): Promise<Read> {
  const listed = await all(client, `projects/${project.id}/pipelines?updated_after=${encodeURIComponent(since)}&order_by=updated_at&sort=asc&per_page=100`);
  return { facts: listed.items.flatMap((item) => { const pipeline = pipelineOf(item, now); return pipeline === undefined ? [] : pipelineFacts(project, pipeline); }), gaps: cutGap(listed, project, 'pipelines') };
}

/** Deployments that went through: commit and environment, and the pipeline that deployed. Which image, GitLab does not know. */
async function deployments({ client, project, since, now }: Reading): Promise<Read> {
  const listed = await all(client, `projects/${project.id}/deployments?updated_after=${encodeURIComponent(since)}&order_by=updated_at&sort=asc&status=success&per_page=100`);
  return { facts: listed.items.flatMap((item) => deploymentFacts(project, item, now)), gaps: cutGap(listed, project, 'deployments') };
}

function deploymentFacts(project: Project, item: JsonObject, now: Date): readonly Fact[] {
  const sha = textOf(item['sha']);
  const environment = objectOf(item['environment']);
  const at = gitlabTime(item['created_at'], now);
  if (!SHA.test(sha)) return [];
  const pipeline = pipelineOf(objectOf(item['deployable'])['pipeline'], now);
  return [commitFact(project, sha, { branch: textOf(item['ref']) }, at), ...environmentFacts(textOf(environment['name']), stageOf(textOf(environment['tier'])), at), ...(pipeline ? pipelineFacts(project, pipeline) : [])];
}

interface Listed { readonly items: readonly JsonObject[]; readonly cut: boolean }

/** A list to its end, or to a bound that keeps one project from taking the pull. */
async function all(client: GitlabClient, path: string, pages = PAGES): Promise<Listed> {
  const items: JsonObject[] = [];
  let next = path;
  for (let page = 0; next !== '' && page < pages; page += 1) {
    const answer = await client.page(next);
    items.push(...answer.body);
    next = answer.next;
  }
  return { items, cut: next !== '' };
}

const cutGap = ({ cut }: Listed, project: Project, what: string): readonly PullGap[] =>
  (cut ? [{ scope: project.repository, code: 'too_many', reason: `${project.repository} has more ${what} than one pull reads`, remedy: 'pull more often, or lower lookbackDays' }] : []);

export interface Registry { readonly id: number; readonly location: string }

export async function registriesOf({ client, project }: Pick<Reading, 'client' | 'project'>): Promise<readonly Registry[]> {
  const { items } = await all(client, `projects/${project.id}/registry/repositories?per_page=100`);
  return items.flatMap((item) => (typeof item['id'] === 'number' && parseImageReference(textOf(item['location'])) !== undefined ? [{ id: item['id'], location: textOf(item['location']).toLowerCase() }] : []));
}

/** Tags of one repository of the container registry with the digests they point to, as an inventory: a tag that moved or went ends. */
export async function readRegistry(reading: Reading, registry: Registry): Promise<Read & { readonly complete: boolean }> {
  const { facts, gaps } = await part(reading, `the tags of ${registry.location}`, 'container registry visible to the token (role Reporter)', () => tags(reading, registry));
  return { facts, gaps, complete: gaps.length === 0 };
}

async function tags({ client, config, project, now }: Reading, registry: Registry): Promise<Read> {
  const root = `projects/${project.id}/registry/repositories/${registry.id}/tags`;
  const { items, cut } = await all(client, `${root}?per_page=100`, Math.ceil(config.maxTags / 100));
  const facts: Fact[] = [];
  for (const item of items.slice(0, config.maxTags)) {
    // A tag that was deleted since it was listed has no details.
    const detail = await client.one(`${root}/${encodeURIComponent(textOf(item['name']))}`);
    if (detail !== undefined) facts.push(...tagFacts(detail, registry, now));
  }
  if (!cut && items.length <= config.maxTags) return { facts, gaps: [] };
  return { facts, gaps: [{ scope: `registry/${registry.location}`, code: 'too_many', reason: `${registry.location} has more than ${config.maxTags} tags`, remedy: 'raise maxTags, or set a clean-up policy for tags in GitLab' }] };
}

function tagFacts(tag: JsonObject, { location }: Registry, now: Date): readonly Fact[] {
  const digest = textOf(tag['digest']);
  const [image, node] = [parseUrn(`image:${location}@${digest}`), parseUrn(`tag:${location}:${textOf(tag['name'])}`)];
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || image === undefined || node === undefined) return [];
  const pushedAt = gitlabTime(tag['created_at'], now);
  return [
    timeless(assetFact(`image|${image}`, { urn: image, kind: 'image', attributes: {}, observedAt: pushedAt })),
    linkFact(`tag|${node}|${image}`, { from: image, to: node, kind: 'tagged', method: 'api', evidence: { registry: location }, validFrom: pushedAt, observedAt: now.toISOString() }),
  ];
}

