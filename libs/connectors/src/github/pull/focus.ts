import { objectOf, textOf } from '@throughline/connectors/api';
import { unreadAlerts } from '../config.js';
import { repositoryOf } from '../events/common.js';
import { parseScope, type Scope } from '../scopes.js';
import { packageAgain } from './packages.js';
import { refusalGap } from './permissions.js';
import { ALL_PARTS } from './repositories.js';
import { ask, isRefusal, type Session, type Step } from './session.js';
import type { State } from './state.js';

/** What an event asked to read again, and nothing else. A scope that is none of ours, or of an owner that is not read, ends at once. */
export async function focusOn(session: Session, state: State, focus: string): Promise<Step> {
  const scope = parseScope(focus);
  const lane = state.lanes.findIndex(({ owner }) => owner.toLowerCase() === scope?.owner.toLowerCase());
  if (scope === undefined || lane < 0) return { state: over(state) };
  // Of this one owner only.
  const begun: State = { ...state, lanes: state.lanes.slice(lane, lane + 1), since: '', off: [...unreadAlerts(session.config)] };
  if (begun.off.includes(scope.what)) return { state: over(state) };
  if ('repository' in scope) return repositoryAgain(session, begun, scope);
  if ('name' in scope) return packageAgain(session, begun, scope.name);
  return { state: scope.what === 'teams' ? { ...begun, stage: 'teams', only: 'teams' } : begun };
}

type RepositoryScope = Extract<Scope, { readonly repository: string }>;

const over = (state: State): State => ({ ...state, lanes: [] });

async function repositoryAgain(session: Session, state: State, scope: RepositoryScope): Promise<Step> {
  const name = `${scope.owner}/${scope.repository}`;
  try {
    const given = objectOf((await ask(session, state, 'GET /repos/{owner}/{repo}', { parameters: { owner: scope.owner, repo: scope.repository } })).data);
    const item = { name: textOf(given['full_name']) || name, branch: textOf(given['default_branch']), repository: repositoryOf(given) ?? '', parts: scope.what === 'repository' ? ['profile'] : ALL_PARTS.filter((part) => part === scope.what || (scope.what === 'whole' && !state.off.includes(part))) };
    return { state: { ...state, stage: 'repositories', page: '', queue: [item], only: 'repositories' } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: over(state), gaps: [refusalGap(`github:${name}`, scope.what === 'repository' || scope.what === 'whole' ? 'profile' : scope.what, error)] };
  }
}
