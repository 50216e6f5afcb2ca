import { assetFact, linkFact, numberOf, objectOf, textOf, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { commitUrn, urn, type Urn } from '@throughline/domain';
import { commitFact, repositoryOf, SHA, type EventInput, type Outcome } from './common.js';

/** A run, as `workflow_run` and the list of runs hold it: commit → build. */
export function runFacts(run: JsonObject, fallback: string, receivedAt: Date, workflow = ''): Fact[] | string {
  const id = numberOf(run['id']);
  const sha = textOf(run['head_sha']);
  if (id === undefined || !SHA.test(sha)) return 'the run has no id or commit';
  const repository = repositoryOf(run['repository']) ?? fallback;
  const attempt = numberOf(run['run_attempt']) ?? 1;
  const build = buildOf(repository, id);
  // The run of a pull request from a fork builds a commit of the fork.
  const commit = commitUrn(repositoryOf(run['head_repository']) ?? repository, sha);
  const branch = textOf(run['head_branch']);
  const natural = `run|${build}|${attempt}`;
  const committedAt = textOf(objectOf(run['head_commit'])['timestamp']);
  const startedAt = timeOf(run['run_started_at'] ?? run['created_at'], receivedAt);
  const attributes = {
    name: textOf(run['name']), workflow: textOf(run['path']) || workflow, event: textOf(run['event']), branch, attempt,
    number: numberOf(run['run_number']) ?? 0, status: textOf(run['status']), conclusion: textOf(run['conclusion']), url: textOf(run['html_url']),
  };
  return [
    assetFact(`${natural}|${attributes.status}`, { urn: build, kind: 'build', attributes, observedAt: timeOf(run['updated_at'], receivedAt) }),
    commitFact(`commit|${commit}`, commit, { branch, ...(committedAt !== '' && { committedAt: timeOf(committedAt, receivedAt) }) }, timeOf(committedAt || run['created_at'], receivedAt)),
    linkFact(`${natural}|built-by`, { from: commit, to: build, kind: 'built-by', method: 'api', evidence: { event: 'workflow_run', run: id, attempt }, validFrom: startedAt, observedAt: startedAt }),
  ];
}

export const buildOf = (repository: string, run: number): Urn => urn(`build:${repository}/actions/runs/${run}`);

export function ran({ payload, repository, receivedAt }: EventInput): Outcome {
  const facts = runFacts(objectOf(payload['workflow_run']), repository, receivedAt, textOf(objectOf(payload['workflow'])['path']));
  return typeof facts === 'string' ? facts : { facts };
}

/**
 * A job names its run and commit, so the link is known even if the run's own event was lost. It says nothing else of the
 * build: attributes of a node are replaced as a whole, and a job knows fewer than the run.
 */
export function jobRan({ payload, repository, receivedAt }: EventInput): Outcome {
  const job = objectOf(payload['workflow_job']);
  const id = numberOf(job['id']);
  const run = numberOf(job['run_id']);
  const sha = textOf(job['head_sha']);
  if (id === undefined || run === undefined || !SHA.test(sha)) return 'the job has no id, run or commit';
  const at = timeOf(job['created_at'] ?? job['started_at'], receivedAt);
  const evidence = { event: 'workflow_job', run, attempt: numberOf(job['run_attempt']) ?? 1, job: id };
  return { facts: [linkFact(`job|${repository}|${id}|built-by`, { from: commitUrn(repository, sha), to: buildOf(repository, run), kind: 'built-by', method: 'api', evidence, validFrom: at, observedAt: at })] };
}
