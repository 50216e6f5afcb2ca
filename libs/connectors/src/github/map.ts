import { assetFact, deploymentFacts, type DeploymentRecord, type Fact, type JsonObject, linkFact, type MappedEvent, numberOf, objectOf, slugOf, textOf, timeless, timeOf, type WebhookEvent } from '@throughline/connectors/api';
import { commitUrn, parseUrn, repositoryUrn, urn, type Urn } from '@throughline/domain';

/** A deployment that was only announced may still fail. */
const ANNOUNCED_CONFIDENCE = 0.6;
const SHA = /^[0-9a-f]{40,64}$/;
const NO_COMMIT = /^0+$/;

/** What GitHub's webhook events say of the chain. Pure; an event that says nothing tells why. */
export function mapGithub(event: WebhookEvent): MappedEvent {
  const payload = objectOf(event.payload);
  const repository = repositoryOf(payload['repository']);
  if (repository === undefined) return ignored('the event names no repository');
  const defaultBranch = textOf(objectOf(payload['repository'])['default_branch']);
  const facts = factsOf(event, payload, repository);
  const defaultBranches = defaultBranch === '' ? [] : [{ repository, branch: defaultBranch }];
  return typeof facts === 'string' ? { facts: [], defaultBranches, ignored: facts } : { facts, defaultBranches, ignored: '' };
}

function factsOf(event: WebhookEvent, payload: JsonObject, repository: string): Fact[] | string {
  switch (event.name) {
    case 'push': return pushFacts(payload, repository, event.receivedAt);
    case 'workflow_run': return runFacts(payload, repository, event.receivedAt);
    case 'deployment': return deploymentEvent(payload, repository, event.receivedAt, {});
    case 'deployment_status': return deploymentEvent(payload, repository, event.receivedAt, objectOf(payload['deployment_status']));
    case 'repository': return [repositoryFact(payload, repository, timeOf(objectOf(payload['repository'])['updated_at'], event.receivedAt))];
    case 'ping': return 'ping';
    default: return `events of the kind ${event.name.slice(0, 60)} say nothing of the chain`;
  }
}

function pushFacts(payload: JsonObject, repository: string, receivedAt: Date): Fact[] | string {
  const ref = textOf(payload['ref']);
  const sha = textOf(payload['after']);
  if (!ref.startsWith('refs/heads/')) return 'a push of a tag moves no branch';
  if (payload['deleted'] === true || NO_COMMIT.test(sha) || !SHA.test(sha)) return 'the branch was deleted';
  const head = objectOf(payload['head_commit']);
  const observedAt = timeOf(head['timestamp'], receivedAt);
  const commit = commitUrn(repository, sha);
  return [
    repositoryFact(payload, repository, observedAt),
    assetFact(`push|${ref}|${commit}`, { urn: commit, kind: 'commit', attributes: { branch: ref.slice('refs/heads/'.length), author: textOf(objectOf(head['author'])['username']), committedAt: observedAt }, observedAt }),
  ];
}

function runFacts(payload: JsonObject, fallback: string, receivedAt: Date): Fact[] | string {
  const run = objectOf(payload['workflow_run']);
  const id = numberOf(run['id']);
  const sha = textOf(run['head_sha']);
  if (id === undefined || !SHA.test(sha)) return 'the run has no id or commit';
  const repository = repositoryOf(run['repository']) ?? fallback;
  const attempt = numberOf(run['run_attempt']) ?? 1;
  const observedAt = timeOf(run['updated_at'], receivedAt);
  const build = urn(`build:${repository}/actions/runs/${id}`);
  const commit = commitUrn(repositoryOf(run['head_repository']) ?? repository, sha);
  const branch = textOf(run['head_branch']);
  const natural = `run|${build}|${attempt}`;
  const attributes = {
    name: textOf(run['name']), workflow: textOf(run['path']) || textOf(objectOf(payload['workflow'])['path']), event: textOf(run['event']), branch, attempt,
    number: numberOf(run['run_number']) ?? 0, status: textOf(run['status']), conclusion: textOf(run['conclusion']), url: textOf(run['html_url']),
  };
  return [
    assetFact(`${natural}|${attributes.status}`, { urn: build, kind: 'build', attributes, observedAt }),
    assetFact(`commit|${commit}`, { urn: commit, kind: 'commit', attributes: { branch }, observedAt: timeOf(objectOf(run['head_commit'])['timestamp'], receivedAt) }),
    linkFact(`${natural}|built-by`, {
      from: commit, to: build, kind: 'built-by', method: 'api', evidence: { event: 'workflow_run', run: id, attempt },
      validFrom: timeOf(run['run_started_at'] ?? run['created_at'], receivedAt), observedAt: timeOf(run['run_started_at'] ?? run['created_at'], receivedAt),
    }),
  ];
}

function deploymentEvent(payload: JsonObject, repository: string, receivedAt: Date, status: JsonObject): Fact[] | string {
  const deployment = objectOf(payload['deployment']);
  const id = numberOf(deployment['id']);
  const sha = textOf(deployment['sha']);
  if (id === undefined || !SHA.test(sha)) return 'the deployment has no id or commit';
  const createdAt = timeOf(deployment['created_at'], receivedAt);
  const environment = textOf(deployment['environment']) || textOf(status['environment']);
  const commit = commitUrn(repository, sha);
  const known: Fact[] = [
    assetFact(`deployment|${repository}|${id}`, { urn: commit, kind: 'commit', attributes: {}, observedAt: createdAt }),
    ...environmentFacts(environment, createdAt),
  ];
  const words = recordWords(deployment['payload'], { environment, commit: sha, at: createdAt });
  if (words === undefined) return known;
  const state = textOf(status['state']) || 'created';
  const changedAt = timeOf(status['created_at'], new Date(createdAt));
  const over = ['failure', 'error', 'inactive'].includes(state);
  const facts = deploymentFacts(words, {
    repository, observedAt: changedAt, evidence: { deployment: id, state, repository },
    ...(state !== 'success' && !over && { confidence: ANNOUNCED_CONFIDENCE }), ...(over && { validTo: changedAt }),
  });
  if (typeof facts === 'string') return known;
  // The state is part of what makes the fact: an announcement and its success are two facts about one roll-out.
  return [...known, ...facts.map((fact) => (fact.timeless ? fact : { ...fact, naturalKey: `${fact.naturalKey}|${id}|${state}` }))];
}

/** The deployment record in a payload, which GitHub gives as an object or as the text that the client sent. */
function recordWords(value: unknown, defaults: { readonly environment: string; readonly commit: string; readonly at: string }): DeploymentRecord | undefined {
  const words = objectOf(typeof value === 'string' ? parsed(value) : value);
  const image = textOf(words['image']);
  const digest = textOf(words['digest']);
  const service = textOf(words['service']);
  if (image === '' || digest === '' || service === '') return undefined;
  const build = textOf(words['build']);
  return {
    image, digest, service, environment: textOf(words['environment']) || defaults.environment, commit: textOf(words['commit']) || defaults.commit,
    at: timeOf(words['at'], new Date(defaults.at)), ...(build !== '' && { build }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function environmentFacts(name: string, observedAt: string): Fact[] {
  const slug = slugOf(name);
  const environment: Urn | undefined = slug === '' ? undefined : parseUrn(`environment:${slug}`);
  return environment === undefined ? [] : [timeless(assetFact(`environment|${slug}`, { urn: environment, kind: 'environment', attributes: { name }, observedAt }))];
}

function repositoryFact(payload: JsonObject, repository: string, observedAt: string): Fact {
  const given = objectOf(payload['repository']);
  const attributes = {
    defaultBranch: textOf(given['default_branch']), visibility: textOf(given['visibility']) || (given['private'] === true ? 'private' : 'public'),
    archived: given['archived'] === true, url: textOf(given['html_url']),
  };
  // Only what changed is a new fact: the key holds what is said, not when.
  const node = repositoryUrn(repository);
  return timeless(assetFact(`repository|${node}|${attributes.defaultBranch}|${attributes.visibility}|${attributes.archived}`, { urn: node, kind: 'repository', attributes, observedAt }));
}

/** host/owner/name; the host from the page's address, since Enterprise servers have their own. */
function repositoryOf(value: unknown): string | undefined {
  const given = objectOf(value);
  const name = textOf(given['full_name']);
  const host = /^https?:\/\/([^/]+)\//.exec(textOf(given['html_url']))?.[1] ?? 'github.com';
  return /^[\w.-]+\/[\w.-]+$/.test(name) ? `${host}/${name}`.toLowerCase() : undefined;
}

const ignored = (reason: string): MappedEvent => ({ facts: [], defaultBranches: [], ignored: reason });
