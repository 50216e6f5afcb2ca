import { linkFact, objectOf, textOf, timeless, type Fact, type JsonObject, type PullGap } from '@throughline/connectors/api';
import { repositoryUrn, urn } from '@throughline/domain';
import { objectsOf, repositoryOf } from '../events/common.js';
import { teamFact } from '../events/organization.js';
import { refusalGap } from './permissions.js';
import { askPage, isRefusal, laneOf, type Session, type Step } from './session.js';
import { nextPart, nextStage, readsTeams, type Item, type State } from './state.js';

const TEAMS_PER_PAGE = 50;
const PER_PAGE = 100;
/** Members that a team names at most, in pages. */
const MAX_MEMBER_PAGES = 3;
const SLUG = /^[\w.-]+$/;
/** Roles that can change code, by GitHub's two names for them. */
const WRITES = ['push', 'maintain', 'admin'] as const;
const ROLES: ReadonlySet<string> = new Set(['write', 'maintain', 'admin']);

/**
 * Teams, then for each its members and the repositories that it may write to. `Members: read` is enough for both; the
 * list by repository would need *Administration*. All of it is one inventory, so that a right that was taken away ends.
 */
export async function teamsStep(session: Session, state: State): Promise<Step> {
  const lane = laneOf(state);
  if (state.off.includes('teams') || !readsTeams(state)) return { state: nextStage(state) };
  const [item] = state.queue;
  if (item !== undefined) return item.parts[0] === 'members' ? membersStep(session, state, item) : repositoriesStep(session, state, item);
  if (state.page === '') return { state: nextStage(state), snapshot: { ...scopeOf(lane.owner), complete: !state.incomplete, last: true } };
  try {
    const { data, next } = await askPage(session, state, 'GET /orgs/{org}/teams', state.page, { parameters: { org: lane.owner, per_page: TEAMS_PER_PAGE } });
    const queue: Item[] = objectsOf(data).map((team) => ({ name: textOf(team['slug']).toLowerCase(), branch: '', repository: teamText(team), parts: ['members', 'repositories'] })).filter(({ name }) => SLUG.test(name));
    return { state: { ...state, page: next, queue } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: nextStage(state), gaps: [refusalGap(`github:${lane.owner.toLowerCase()}`, 'teams', error)] };
  }
}

const scopeOf = (owner: string): { readonly scope: string } => ({ scope: `teams:${owner.toLowerCase()}` });

/** What the list says of a team, kept in the queue until its members are read. */
const teamText = (team: JsonObject): string => JSON.stringify({ slug: team['slug'], name: textOf(team['name'], 200), id: team['id'], parent: { slug: objectOf(team['parent'])['slug'] } });

async function membersStep(session: Session, state: State, item: Item): Promise<Step> {
  const owner = laneOf(state).owner;
  const logins: string[] = [];
  let page = '';
  for (let read = 0; read < MAX_MEMBER_PAGES; read += 1) {
    try {
      const answer = await askPage(session, state, 'GET /orgs/{org}/teams/{team_slug}/members', page, { parameters: { org: owner, team_slug: item.name, per_page: PER_PAGE } });
      logins.push(...objectsOf(answer.data).map((one) => textOf(one['login'])).filter((login) => login !== ''));
      if ((page = answer.next) === '') break;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return part({ ...nextPart(state), incomplete: true }, owner, [], [refusalGap(`github:${owner.toLowerCase()} team ${item.name}`, 'teams', error)]);
    }
  }
  const more = { members: [...new Set(logins)].sort(), ...(page !== '' && { membersTruncated: true }), active: true };
  const fact = teamFact(objectOf(JSON.parse(item.repository)), owner.toLowerCase(), more, session.now.toISOString());
  return part(nextPart(state), owner, fact === undefined ? [] : [fact], []);
}

async function repositoriesStep(session: Session, state: State, item: Item): Promise<Step> {
  const owner = laneOf(state).owner;
  try {
    const { data, next } = await askPage(session, state, 'GET /orgs/{org}/teams/{team_slug}/repos', state.partPage, { parameters: { org: owner, team_slug: item.name, per_page: PER_PAGE } });
    const at = session.now.toISOString();
    const facts = objectsOf(data).flatMap((given): Fact[] => {
      const repository = repositoryOf(given);
      const role = WRITES.findLast((name) => objectOf(given['permissions'])[name] === true) ?? textOf(given['role_name']);
      if (repository === undefined || (role !== 'push' && !ROLES.has(role))) return [];
      return [timeless(linkFact(`owned-by|${repository}|${item.name}`, {
        from: repositoryUrn(repository), to: urn(`team:${item.name}`), kind: 'owned-by', method: 'api', evidence: { source: 'repository-team', permission: role }, validFrom: at, observedAt: at,
      }))];
    });
    return part(next === '' ? nextPart(state) : { ...state, partPage: next }, owner, facts, []);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return part({ ...nextPart(state), incomplete: true }, owner, [], [refusalGap(`github:${owner.toLowerCase()} team ${item.name}`, 'teams', error)]);
  }
}

const part = (state: State, owner: string, facts: readonly Fact[], gaps: readonly PullGap[]): Step =>
  ({ state, facts, gaps, snapshot: { ...scopeOf(owner), complete: gaps.length === 0, last: false } });
