import { assetFact, numberOf, objectOf, textOf, type Fact, type JsonObject, type MappedEvent, type WebhookEvent } from '@throughline/connectors/api';
import { parseUrn } from '@throughline/domain';
import { commitFact, environmentFacts, gitlabTime, pipelineFacts, pipelineOf, projectOf, repositoryFact, SHA, stageOf, type Project } from './facts.js';

interface Given { readonly payload: JsonObject; readonly project: Project; readonly receivedAt: Date }

/** What GitLab's webhook events say of the chain. Pure; an event that says nothing tells why. */
export function mapGitlab({ payload: body, receivedAt, config }: WebhookEvent): MappedEvent {
  const payload = objectOf(body);
  const project = projectOf(payload['project']) ?? projectOf(payload['repository']);
  if (project === undefined) return ignored('the event names no project');
  if (!isIn(project, config?.['groups'])) return ignored('the project is in none of the groups of this connector');
  const defaultBranches = project.defaultBranch === '' ? [] : [{ repository: project.repository, branch: project.defaultBranch }];
  const facts = factsOf({ payload, project, receivedAt });
  return typeof facts === 'string' ? { facts: [], defaultBranches, ignored: facts } : { facts, defaultBranches, ignored: '' };
}

const ignored = (reason: string): MappedEvent => ({ facts: [], defaultBranches: [], ignored: reason });

export function isIn({ repository }: Pick<Project, 'repository'>, groups: unknown): boolean {
  if (!Array.isArray(groups) || groups.length === 0) return true;
  const path = repository.slice(repository.indexOf('/') + 1);
  return groups.some((group) => typeof group === 'string' && path.startsWith(`${group.toLowerCase()}/`));
}

function factsOf(given: Given): readonly Fact[] | string {
  // The header's words ("Push Hook") are for people and differ for system hooks; `object_kind` is the event.
  switch (textOf(given.payload['object_kind'])) {
    case 'push': return pushed(given);
    case 'tag_push': return 'a push of a tag moves no branch';
    case 'merge_request': return mergeRequested(given);
    case 'pipeline': return piped(given);
    case 'build': return 'a job says nothing that its pipeline does not';
    case 'deployment': return deployed(given);
    default: return `events of the kind ${textOf(given.payload['object_kind'], 60) || 'unknown'} say nothing of the chain`;
  }
}

function pushed({ payload, project, receivedAt }: Given): readonly Fact[] | string {
  const ref = textOf(payload['ref']);
  const sha = textOf(payload['after']);
  if (!ref.startsWith('refs/heads/')) return 'a push of a tag moves no branch';
  if (!SHA.test(sha) || /^0+$/.test(sha)) return 'the branch was deleted';
  const commits = Array.isArray(payload['commits']) ? payload['commits'].map(objectOf) : [];
  const head = commits.find((commit) => commit['id'] === sha) ?? {};
  const observedAt = gitlabTime(head['timestamp'], receivedAt);
  return [
    repositoryFact(project, visibility(objectOf(payload['project'])), observedAt),
    commitFact(project, sha, { branch: ref.slice('refs/heads/'.length), author: textOf(objectOf(head['author'])['name']), committedAt: observedAt }, observedAt),
  ];
}

/** 0, 10 and 20 in events, words in answers. */
export function visibility(project: JsonObject): JsonObject {
  const word = { 0: 'private', 10: 'internal', 20: 'public' }[Number(project['visibility_level'])] ?? textOf(project['visibility']);
  return word === '' ? {} : { visibility: word };
}

function mergeRequested({ payload, project, receivedAt }: Given): readonly Fact[] | string {
  const request = objectOf(payload['object_attributes']);
  const iid = numberOf(request['iid']);
  const head = textOf(objectOf(request['last_commit'])['id']);
  if (iid === undefined || !SHA.test(head)) return 'the merge request has no number or commit';
  const node = parseUrn(`pr:${project.repository}/-/merge_requests/${iid}`);
  if (node === undefined) return 'the project has no name that can be kept';
  const observedAt = gitlabTime(request['updated_at'], receivedAt);
  const source = projectOf(request['source']) ?? project;
  const merge = textOf(request['merge_commit_sha']);
  const attributes = {
    number: iid, title: textOf(request['title'], 300), state: textOf(request['state']), draft: request['draft'] === true || request['work_in_progress'] === true, author: textOf(objectOf(payload['user'])['username']), url: textOf(request['url']),
    branch: textOf(request['source_branch']), head, baseBranch: textOf(request['target_branch']), ...(SHA.test(merge) && { mergeCommit: merge }),
  };
  return [
    assetFact(`merge-request|${node}`, { urn: node, kind: 'pull-request', attributes, observedAt }), commitFact(source, head, { branch: attributes.branch }, gitlabTime(objectOf(request['last_commit'])['timestamp'], receivedAt)),
    ...(SHA.test(merge) ? [commitFact(project, merge, { branch: attributes.baseBranch }, observedAt)] : []),
  ];
}

function piped({ payload, project, receivedAt }: Given): readonly Fact[] | string {
  const pipeline = pipelineOf(payload['object_attributes'], receivedAt);
  return pipeline === undefined ? 'the pipeline has no id or commit' : pipelineFacts(project, pipeline);
}

/** An event of a deployment names commit and environment, and no image: a deployment record or a runtime says which image runs. */
function deployed({ payload, project, receivedAt }: Given): readonly Fact[] | string {
  const sha = textOf(payload['commit_url']).split('/').at(-1) ?? '';
  const environment = textOf(payload['environment']);
  if (!SHA.test(sha) || environment === '') return 'the deployment names no commit or environment';
  const observedAt = gitlabTime(payload['status_changed_at'], receivedAt);
  return [commitFact(project, sha, { branch: textOf(payload['ref']) }, observedAt), ...environmentFacts(environment, stageOf(textOf(payload['environment_tier'])), observedAt)];
}
