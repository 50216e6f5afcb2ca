import { objectOf, textOf, timeOf, type JsonObject } from '@throughline/connectors/api';
import { commitUrn } from '@throughline/domain';
import { isReadFile } from '../files.js';
import { repositoryScope } from '../scopes.js';
import { commitFact, objectsOf, repositoryFact, SHA, shortOf, textsOf, type EventInput, type Outcome } from './common.js';

const NO_COMMIT = /^0+$/;
/** GitHub lists at most 2048 commits of a push. */
const MAX_COMMITS = 2048;
const MAX_PATHS = 3000;

/** A push of a branch: its head commit; and, on the default branch, whether a file that we read was touched. */
export function pushed({ payload, repository, receivedAt }: EventInput): Outcome {
  const ref = textOf(payload['ref']);
  const sha = textOf(payload['after']);
  if (!ref.startsWith('refs/heads/')) return 'a push of a tag moves no branch';
  if (payload['deleted'] === true || NO_COMMIT.test(sha) || !SHA.test(sha)) return 'the branch was deleted';
  const head = objectOf(payload['head_commit']);
  const observedAt = timeOf(head['timestamp'], receivedAt);
  const branch = ref.slice('refs/heads/'.length);
  const commit = commitUrn(repository, sha);
  const facts = [
    repositoryFact(payload['repository'], repository, observedAt),
    commitFact(`push|${ref}|${commit}`, commit, { branch, author: textOf(objectOf(head['author'])['username']), committedAt: observedAt }, observedAt),
  ];
  const isDefault = branch === textOf(objectOf(payload['repository'])['default_branch']);
  return isDefault && touchesReadFile(payload) ? { facts, refresh: [repositoryScope(shortOf(repository))] } : { facts };
}

/** A forced push may drop commits that no list names, so it counts as touching everything. */
function touchesReadFile(payload: JsonObject): boolean {
  if (payload['forced'] === true) return true;
  return objectsOf(payload['commits'], MAX_COMMITS).some((commit) =>
    ['added', 'modified', 'removed'].some((kind) => textsOf(commit[kind], MAX_PATHS).some(isReadFile)));
}
