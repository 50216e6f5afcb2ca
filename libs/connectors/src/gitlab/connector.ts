import { type Cursor, type JsonObject, type PullConnector, type PullPage, type WebhookConnector, type WebhookRequest } from '@throughline/connectors/api';
import { GitlabClient, GitlabError, Throttled } from './client.js';
import type { GitlabConfig } from './config.js';
import { isIn, mapGitlab } from './events.js';
import { projectOf, type Project } from './facts.js';
import { readProject, readRegistry, registriesOf, type Reading, type Registry } from './pull.js';
import { verifyGitlab } from './verify.js';

const EVERY_SECONDS = 900;
const DAY_MS = 86_400_000;
/** Pipelines that changed while the last pull read are read again: saying a thing twice is free. */
const OVERLAP_MS = 10 * 60_000;
const NAME = /^[\x21-\x7e]{1,200}$/;

/** GitLab by webhook. */
export const gitlabWebhook: WebhookConnector = { kind: 'gitlab', verify: verifyGitlab, identify, map: mapGitlab };

/** `Idempotency-Key` stays the same over retries; older instances send the event's UUID only. */
function identify({ headers }: WebhookRequest): { readonly delivery: string; readonly name: string } | string {
  const delivery = headers['idempotency-key'] ?? headers['x-gitlab-event-uuid'] ?? '';
  const name = headers['x-gitlab-event'] ?? '';
  return NAME.test(delivery) && /^[\x20-\x7e]{1,100}$/.test(name) ? { delivery, name } : 'X-Gitlab-Event and Idempotency-Key or X-Gitlab-Event-UUID are needed.';
}

/** Where a pull stands: lists of projects still to be asked for, projects and registries still to be read. */
interface Stand {
  readonly since: string;
  readonly startedAt: string;
  readonly lists: readonly string[];
  readonly projects: readonly (Project & { readonly given: JsonObject })[];
  readonly registries: readonly (Registry & { readonly project: Project })[];
}

/**
 * A GitLab instance as far as the token sees: lists of projects in pages; then one page a project, and one a repository
 * of its container registry, whose tags are an inventory of their own.
 */
export const gitlabConnector: PullConnector<GitlabConfig> = {
  kind: 'gitlab', everySeconds: EVERY_SECONDS,
  async pull(config, cursor, context) {
    const now = context.clock.now();
    const stand = standOf(cursor) ?? begin(config, context.memory ?? null, now);
    const source = `gitlab:${new URL(config.baseUrl).host}`;
    if (config.token === undefined) return { source, facts: [], cursor: null, more: false, gaps: [{ scope: source, code: 'access_denied', reason: 'there is no token: only webhooks are taken', remedy: 'give a token with the scope read_api' }] };
    const client = new GitlabClient(config, context);
    try {
      const { page, after } = await step(client, config, stand, now);
      const more = after.lists.length + after.projects.length + after.registries.length > 0;
      return { source, ...page, more, cursor: more ? { ...after } : null, ...(!more && { memory: { since: stand.startedAt } }) };
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      return { source, facts: [], cursor: { ...stand }, more: true, gaps: [], waitUntil: error.until };
    }
  },
};

const standOf = (cursor: Cursor): Stand | undefined => (cursor !== null && Array.isArray(cursor['lists']) ? cursor as unknown as Stand : undefined);

function begin(config: GitlabConfig, memory: Cursor, now: Date): Stand {
  const last = typeof memory?.['since'] === 'string' ? Date.parse(memory['since']) - OVERLAP_MS : Number.NaN;
  const since = new Date(Number.isNaN(last) ? now.getTime() - config.lookbackDays * DAY_MS : last).toISOString();
  // Keyset pages where GitLab has them: they cost the same at any depth.
  const lists = config.groups?.map((group) => `groups/${encodeURIComponent(group)}/projects?include_subgroups=true&order_by=id&sort=asc&per_page=100`)
    ?? ['projects?membership=true&pagination=keyset&order_by=id&sort=asc&per_page=100'];
  return { since, startedAt: now.toISOString(), lists, projects: [], registries: [] };
}

interface Step { readonly page: Pick<PullPage, 'facts' | 'gaps' | 'snapshot' | 'defaultBranches'>; readonly after: Stand }

async function step(client: GitlabClient, config: GitlabConfig, stand: Stand, now: Date): Promise<Step> {
  const [registry, ...registries] = stand.registries;
  if (registry !== undefined) {
    const { facts, gaps, complete } = await readRegistry(reading(client, config, registry.project, stand, now), registry);
    return { page: { facts, gaps, snapshot: { scope: `registry/${registry.location}`, complete, last: true } }, after: { ...stand, registries } };
  }
  const [project, ...projects] = stand.projects;
  if (project !== undefined) return projectStep(reading(client, config, project, stand, now), project.given, { ...stand, projects });
  return listStep(client, config, stand);
}

const reading = (client: GitlabClient, config: GitlabConfig, project: Project, { since }: Stand, now: Date): Reading => ({ client, config, project, since, now });

async function projectStep(at: Reading, given: JsonObject, after: Stand): Promise<Step> {
  const { facts, gaps } = await readProject(at, given);
  const found = given['container_registry_access_level'] === 'disabled' ? [] : await registriesOf(at).catch((error: unknown) => {
    // Instances without a registry answer as if the project had none.
    if (error instanceof GitlabError && error.status === 404) return [];
    if (error instanceof GitlabError && error.status === 403) return undefined;
    throw error;
  });
  const refused = found === undefined ? [{ scope: at.project.repository, code: 'access_denied', reason: `the container registry of ${at.project.repository} could not be read`, remedy: 'give the token the scope read_api and the role Reporter' }] : [];
  const { id, repository, page, defaultBranch } = at.project;
  const registries = (found ?? []).map((registry) => ({ ...registry, project: { id, repository, page, defaultBranch } }));
  return { page: { facts, gaps: [...gaps, ...refused], defaultBranches: defaultBranch === '' ? [] : [{ repository, branch: defaultBranch }] }, after: { ...after, registries } };
}

const KEPT = ['visibility', 'archived', 'container_registry_access_level'];

async function listStep(client: GitlabClient, config: GitlabConfig, stand: Stand): Promise<Step> {
  const [list = '', ...lists] = stand.lists;
  try {
    const { body, next } = await client.page(list);
    const projects = body.flatMap((item) => {
      const project = projectOf(item);
      return project === undefined || !isIn(project, config.groups) ? [] : [{ ...project, given: Object.fromEntries(KEPT.map((name) => [name, item[name]])) }];
    });
    return { page: { facts: [], gaps: [] }, after: { ...stand, lists: next === '' ? lists : [next, ...lists], projects } };
  } catch (error) {
    if (!(error instanceof GitlabError) || ![403, 404].includes(error.status)) throw error;
    const group = decodeURIComponent(/^groups\/([^/]+)\//.exec(list)?.[1] ?? '');
    return { page: { facts: [], gaps: [{ scope: group || 'projects', code: error.code, reason: `the projects of ${group || 'the token'} could not be listed: GitLab answered ${error.status}`, remedy: 'check the path of the group, and that the token is of a member of it with the scope read_api' }] }, after: { ...stand, lists } };
  }
}
