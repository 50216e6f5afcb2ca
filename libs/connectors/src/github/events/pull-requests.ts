import { assetFact, numberOf, objectOf, textOf, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { commitUrn, urn } from '@throughline/domain';
import { commitFact, repositoryOf, SHA, type EventInput, type Outcome } from './common.js';

/** A pull request with its head and base commits, and the commit that it was merged as. */
export function pullRequested({ payload, repository, receivedAt }: EventInput): Outcome {
  const request = objectOf(payload['pull_request']);
  const number = numberOf(request['number']);
  const head = objectOf(request['head']);
  const base = objectOf(request['base']);
  const headSha = textOf(head['sha']);
  if (number === undefined || !SHA.test(headSha)) return 'the pull request has no number or commit';
  const observedAt = timeOf(request['updated_at'] ?? request['created_at'], receivedAt);
  const node = urn(`pr:${repository}/pull/${number}`);
  const merged = request['merged'] === true || textOf(request['merged_at']) !== '';
  const state = merged ? 'merged' : textOf(request['state']);
  const mergeSha = textOf(request['merge_commit_sha']);
  const attributes = {
    number, title: textOf(request['title'], 300), state, draft: request['draft'] === true, author: textOf(objectOf(request['user'])['login']), url: textOf(request['html_url']),
    branch: textOf(head['ref']), head: headSha, baseBranch: textOf(base['ref']), base: textOf(base['sha']), ...(merged && SHA.test(mergeSha) && { mergeCommit: mergeSha }),
  };
  const fork = repositoryOf(head['repo']) ?? repository;
  return {
    facts: [
      assetFact(`pull-request|${node}`, { urn: node, kind: 'pull-request', attributes, observedAt }),
      ...commits(number, [[fork, headSha, attributes.branch], [repository, attributes.base, attributes.baseBranch], [repository, attributes.mergeCommit ?? '', attributes.baseBranch]], observedAt),
    ],
  };
}

/** Nodes without a time of their own: `observedAt` of the pull request would make each update of it a new fact. */
function commits(number: number, given: readonly (readonly [repository: string, sha: string, branch: string])[], observedAt: string): Fact[] {
  return given.filter(([, sha]) => SHA.test(sha)).map(([repository, sha, branch]) => {
    const commit = commitUrn(repository, sha);
    const attributes: JsonObject = { branch };
    return { ...commitFact(`pull-request|${number}|${commit}`, commit, attributes, observedAt), timeless: true };
  });
}
