import { CODEOWNERS, commitOf, daysBefore, digestOf, imageReference, ORGANIZATION, REGISTRY, runOf, type Release, type SampleService } from './world.js';
import type { Fact } from './aws-facts.js';

/** A webhook as GitHub would send it: event name and body, with the fields that matter in GitHub's own shape. */
export interface Delivery { readonly id: string; readonly event: string; readonly body: object }

/** push → workflow_run → deployment → deployment_status of a release, as GitHub Actions makes them. */
export function deliveriesOf(service: SampleService, release: Release, now: Date): readonly Delivery[] {
  if (!service.repository) return [];
  const id = (event: string): string => `sample-${service.name}-${release.version}-${event}`;
  const base = { repository: repositoryOf(service.repository), organization: { login: ORGANIZATION, id: 9919 }, sender: { login: 'acme-bot', id: 41, type: 'User' } };
  const built = daysBefore(now, release.builtDaysAgo);
  const head = commitOf(service.name, release.version);
  const push = { ref: 'refs/heads/main', before: '0'.repeat(40), after: head, created: false, deleted: false, forced: false, head_commit: { id: head, message: `Release ${release.version}`, timestamp: built, author: { name: 'A. Developer', email: 'dev@acme.example' } }, commits: [{ id: head, message: `Release ${release.version}`, timestamp: built }], pusher: { name: 'acme-bot' } };
  const deliveries: Delivery[] = [
    { id: id('push'), event: 'push', body: { ...push, ...base } },
    { id: id('workflow_run'), event: 'workflow_run', body: { action: 'completed', workflow_run: workflowRun(service, release, built), workflow: { name: 'deploy', path: `.github/workflows/${service.workflow}` }, ...base } },
  ];
  if (release.deployedDaysAgo === undefined) return deliveries;
  const deployment = deploymentOf(service, release, now);
  const status = { id: runOf(service.name, release.version) + 9, state: 'success', environment: 'prod', created_at: deployment.created_at, updated_at: deployment.created_at, description: '', target_url: '' };
  return [...deliveries,
    { id: id('deployment'), event: 'deployment', body: { action: 'created', deployment, workflow: null, workflow_run: null, ...base } },
    { id: id('deployment_status'), event: 'deployment_status', body: { action: 'created', deployment, deployment_status: status, ...base } },
  ];
}

function repositoryOf(name: string): object {
  return { id: 1000 + name.length, name, full_name: `${ORGANIZATION}/${name}`, private: true, html_url: `https://github.com/${ORGANIZATION}/${name}`, default_branch: 'main', archived: false, owner: { login: ORGANIZATION, id: 9919, type: 'Organization' } };
}

function workflowRun(service: SampleService, release: Release, built: string): object {
  const id = runOf(service.name, release.version);
  return {
    id, name: 'deploy', run_number: 42, run_attempt: 1, event: 'push', status: 'completed', conclusion: 'success', head_branch: 'main', head_sha: commitOf(service.name, release.version),
    path: `.github/workflows/${service.workflow}`, html_url: `https://github.com/${ORGANIZATION}/${service.repository}/actions/runs/${id}`, created_at: built, run_started_at: built, updated_at: built,
  };
}

/** The payload of the deployment is the deployment record of docs: image, digest, service, environment, build, commit. */
function deploymentOf(service: SampleService, release: Release, now: Date) {
  const at = daysBefore(now, release.deployedDaysAgo ?? 0);
  const payload = {
    image: `${REGISTRY}/${service.name}`, digest: digestOf(service.name, release.version), service: service.name, environment: 'prod', commit: commitOf(service.name, release.version),
    build: `build:github.com/${ORGANIZATION}/${service.repository}/actions/runs/${runOf(service.name, release.version)}`, at,
  };
  return { id: runOf(service.name, release.version) + 5, sha: commitOf(service.name, release.version), ref: 'main', task: 'deploy', environment: 'prod', production_environment: true, description: `Deploy ${release.version}`, created_at: at, updated_at: at, payload };
}

/** What a back-fill over GitHub's REST API would add: CODEOWNERS, and what builds wrote into the images they made. */
export function githubFacts(services: readonly SampleService[], now: Date): readonly Fact[] {
  return services.flatMap((service): readonly Fact[] => {
    if (!service.repository) return [];
    const repository = `repo:github.com/${ORGANIZATION}/${service.repository}`;
    const observedAt = now.toISOString();
    const attributes = { defaultBranch: 'main', codeowners: { path: '.github/CODEOWNERS', text: CODEOWNERS[service.repository] ?? '' } };
    return [
      { asset: { urn: repository, kind: 'repository', attributes }, observedAt },
      { link: { from: repository, to: `application:${service.application}`, kind: 'member-of', method: 'manual', evidence: {} }, validFrom: daysBefore(now, 90), observedAt },
      ...service.releases.map((release): Fact => ({
        link: service.name === 'labs-report'
          ? { from: `commit:github.com/${ORGANIZATION}/${service.repository}@${commitOf(service.name, release.version)}`, to: `image:${imageReference(service.name, release.version)}`, kind: 'produced', method: 'oci-label', evidence: { 'org.opencontainers.image.revision': commitOf(service.name, release.version) } }
          : { from: `build:github.com/${ORGANIZATION}/${service.repository}/actions/runs/${runOf(service.name, release.version)}`, to: `image:${imageReference(service.name, release.version)}`, kind: 'produced', method: 'build-output', evidence: { step: 'docker/build-push-action', output: 'digest' } },
        validFrom: daysBefore(now, release.builtDaysAgo), observedAt,
      })),
    ];
  });
}
