import { assetFact, numberOf, objectOf, textOf, timeOf } from '@throughline/connectors/api';
import { commitUrn, urn } from '@throughline/domain';
import { repositoryOf, SHA, type EventInput, type Outcome } from './common.js';

/**
 * A pull request with its head and base commits, and the commit that it was merged as, as attributes: pushes say more of
 * these commits, and attributes of one source replace each other as a whole.
 */
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
    branch: textOf(head['ref']), head: commitUrn(repositoryOf(head['repo']) ?? repository, headSha), baseBranch: textOf(base['ref']),
    ...(SHA.test(textOf(base['sha'])) && { base: commitUrn(repository, textOf(base['sha'])) }), ...(merged && SHA.test(mergeSha) && { mergeCommit: commitUrn(repository, mergeSha) }),
  };
  return { facts: [assetFact(`pull-request|${node}`, { urn: node, kind: 'pull-request', attributes, observedAt })] };
}
