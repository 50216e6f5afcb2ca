import { createHash } from 'node:crypto';
import { ORGANIZATION, serviceArn, type FleetPlan, type RepositoryPlan, type ServicePlan, type Told } from './fleet.js';

/** Everything in GitHub's REST and webhook shapes, as far as a reader may look at it. */
export type Json = Record<string, unknown>;

const numberFrom = (text: string): number => Number.parseInt(createHash('sha1').update(text).digest('hex').slice(0, 8), 16);
const iso = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');
const LATER_MS = 5 * 60_000;

export const owner = (): Json => ({ login: ORGANIZATION, id: 1, type: 'Organization', html_url: `https://github.com/${ORGANIZATION}` });

export function repository(plan: RepositoryPlan): Json {
  const name = plan.fullName.split('/')[1] ?? '';
  const pushed = iso(new Date(Math.max(...plan.commits.map(({ at }) => at.getTime()))));
  return {
    id: numberFrom(plan.fullName), name, full_name: plan.fullName, owner: owner(), private: true, visibility: 'private', html_url: `https://github.com/${plan.fullName}`, fork: false, archived: false,
    disabled: false, default_branch: 'main', topics: [], created_at: '2025-01-01T00:00:00Z', updated_at: pushed, pushed_at: pushed, permissions: { admin: false, push: true, pull: true },
  };
}

export const runs = (plan: RepositoryPlan): Json[] => [...plan.runs].sort((a, b) => b.at.getTime() - a.at.getTime()).map((run) => ({
  id: run.id, name: 'release', path: run.workflow, head_branch: 'main', head_sha: run.sha, event: 'push', status: 'completed', conclusion: 'success', run_number: 1, run_attempt: 1,
  workflow_id: 1, html_url: `https://github.com/${plan.fullName}/actions/runs/${run.id}`, created_at: iso(run.at), run_started_at: iso(run.at), updated_at: iso(new Date(run.at.getTime() + LATER_MS)),
  head_commit: { id: run.sha, tree_id: run.sha, message: 'release', timestamp: iso(run.at), author: { name: 'a', email: 'a@acme.example' } }, repository: repository(plan), head_repository: repository(plan),
}));

export const commits = (plan: RepositoryPlan): Json[] => plan.commits.map(({ sha, at }) => ({ sha, html_url: `https://github.com/${plan.fullName}/commit/${sha}`, commit: { message: 'release', author: { date: iso(at) }, committer: { date: iso(at) } } }));

export const blobSha = (text: string): string => createHash('sha1').update(`blob ${Buffer.byteLength(text)}\0${text}`).digest('hex');

export function tree(plan: RepositoryPlan): Json {
  const files = Object.entries(plan.files).map(([path, text]) => ({ path, mode: '100644', type: 'blob', sha: blobSha(text), size: Buffer.byteLength(text) }));
  return { sha: plan.commits.at(-1)?.sha ?? '', tree: files, truncated: false };
}

export function content(plan: RepositoryPlan, path: string): Json | undefined {
  const text = plan.files[path];
  if (text === undefined) return undefined;
  return { type: 'file', encoding: 'base64', size: Buffer.byteLength(text), name: path.split('/').at(-1), path, sha: blobSha(text), content: Buffer.from(text).toString('base64'), html_url: `https://github.com/${plan.fullName}/blob/main/${path}` };
}

type GithubDeployment = Extract<Told, { kind: 'github-deployment' }>;
const toldOf = <Kind extends Told['kind']>(service: ServicePlan, kind: Kind): Extract<Told, { kind: Kind }>[] => service.images.told.filter((item): item is Extract<Told, { kind: Kind }> => item.kind === kind);

export function deployments(fleet: FleetPlan, fullName: string, at: Date): Json[] {
  const deployment = (service: ServicePlan, told: GithubDeployment): Json => ({
    id: told.id, sha: told.sha, ref: 'main', task: 'deploy', environment: 'production', created_at: iso(at), updated_at: iso(at), repository_url: `https://api.github.com/repos/${fullName}`,
    payload: { image: told.image, digest: told.digest, service: serviceArn(service.place, service.name), environment: 'production', build: told.build, commit: told.sha, at: at.toISOString() },
  });
  return fleet.services.flatMap((service) => toldOf(service, 'github-deployment').filter((told) => told.repository === fullName).map((told) => deployment(service, told)));
}

export const statuses = (at: Date): Json[] => [{ id: 1, state: 'success', environment: 'production', created_at: iso(at), updated_at: iso(at) }];

type Published = Extract<Told, { kind: 'package-published' }>;
export const published = (fleet: FleetPlan): Published[] => fleet.services.flatMap((service) => toldOf(service, 'package-published'));

export const containerPackage = (told: Published, plan: RepositoryPlan): Json => ({
  id: numberFrom(told.name), name: told.name, package_type: 'container', owner: owner(), version_count: 1, visibility: 'private', html_url: `https://github.com/orgs/${ORGANIZATION}/packages/container/package/${told.name}`,
  created_at: iso(told.at), updated_at: iso(told.at), repository: repository(plan),
});

export const containerVersion = (told: Published): Json => ({
  id: numberFrom(told.digest), name: told.digest, html_url: `https://github.com/orgs/${ORGANIZATION}/packages/container/${told.name}/1`, created_at: iso(told.at), updated_at: iso(told.at),
  metadata: { package_type: 'container', container: { tags: [told.tag] } },
});

/** The body of a `registry_package` webhook. */
export const publishedEvent = (told: Published, plan: RepositoryPlan): Json => ({
  action: 'published', organization: owner(), repository: repository(plan), sender: { login: 'ci', id: 2, type: 'User' },
  registry_package: {
    id: numberFrom(told.name), name: told.name, namespace: ORGANIZATION, package_type: 'CONTAINER', ecosystem: 'CONTAINER', html_url: `https://github.com/${ORGANIZATION}/packages/${numberFrom(told.name)}`,
    created_at: iso(told.at), updated_at: iso(told.at), owner: owner(),
    package_version: {
      id: numberFrom(told.digest), version: told.digest, name: told.digest, target_commitish: 'main', target_oid: told.sha, created_at: iso(told.at), updated_at: iso(told.at),
      container_metadata: { tag: { name: told.tag, digest: told.digest }, labels: {}, manifest: { digest: told.digest, media_type: 'application/vnd.oci.image.manifest.v1+json' } },
    },
  },
});
