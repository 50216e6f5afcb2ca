import { objectOf, numberOf, textOf } from '@throughline/connectors/api';
import { unreadAlerts, type GithubConfig } from '../config.js';
import { objectsOf } from '../events/common.js';
import { missingGap, missingNeeds } from './permissions.js';
import { actorOf, isRefusal, laneOf, type Session, type Step } from './session.js';
import { nextStage, type Lane, type State } from './state.js';

const MAX_LANES = 500;
const PER_PAGE = 100;

export const canPull = (config: GithubConfig): boolean => (config.appId !== undefined && config.privateKey !== undefined) || config.token !== undefined;
export const isApp = (config: GithubConfig): boolean => config.appId !== undefined && config.privateKey !== undefined;

/** The owners that are read: as configured, else all that the App is installed for or that the token belongs to. */
export async function lanesOf({ config, client }: Session): Promise<readonly Lane[]> {
  const wanted = config.organizations === undefined || config.organizations.length === 0 ? undefined : new Set(config.organizations.map((name) => name.toLowerCase()));
  const chosen = (lanes: readonly Lane[]): readonly Lane[] => lanes.filter(({ owner }) => wanted === undefined || wanted.has(owner.toLowerCase())).slice(0, MAX_LANES);
  if (isApp(config)) {
    if (config.installations !== undefined && config.installations.length > 0) return chosen(config.installations.map(({ id, organization }) => ({ owner: organization, installation: id })));
    return chosen(await installations(client));
  }
  // With a token the configured owners are tried as they are: it may read more than it belongs to.
  if (config.organizations !== undefined && wanted !== undefined) return Promise.all(config.organizations.map((owner) => kindOfOwner(client, owner)));
  const me = objectOf((await client.ask({ as: 'token' }, 'GET /user')).data);
  const lanes: Lane[] = [{ owner: textOf(me['login']), user: true }];
  for (let page = ''; lanes.length < MAX_LANES;) {
    const answer = await client.ask({ as: 'token' }, page === '' ? 'GET /user/orgs' : `GET ${page}`, page === '' ? { parameters: { per_page: PER_PAGE } } : {});
    lanes.push(...objectsOf(answer.data).map((one) => ({ owner: textOf(one['login']) })));
    if ((page = answer.next) === '') break;
  }
  return lanes.filter(({ owner }) => owner !== '');
}

async function installations(client: Session['client']): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (let page = ''; lanes.length < MAX_LANES;) {
    const answer = await client.ask({ as: 'app' }, page === '' ? 'GET /app/installations' : `GET ${page}`, page === '' ? { parameters: { per_page: PER_PAGE } } : {});
    for (const one of objectsOf(answer.data)) {
      const account = objectOf(one['account']);
      const id = numberOf(one['id']);
      if (id !== undefined && textOf(account['login']) !== '' && one['suspended_at'] == null) lanes.push({ owner: textOf(account['login']), installation: id, ...(textOf(account['type']) === 'User' && { user: true }) });
    }
    if ((page = answer.next) === '') break;
  }
  return lanes;
}

async function kindOfOwner(client: Session['client'], owner: string): Promise<Lane> {
  try {
    const { data } = await client.ask({ as: 'token' }, 'GET /users/{username}', { parameters: { username: owner } });
    return textOf(objectOf(data)['type']) === 'User' ? { owner, user: true } : { owner };
  } catch (error) {
    // Its lists will say what is wrong with it; the other owners are read all the same.
    if (isRefusal(error)) return { owner };
    throw error;
  }
}

/** The first step of an owner: what its installation may not read is told at once, and not asked for. */
export async function beginLane(session: Session, state: State): Promise<Step> {
  const lane = laneOf(state);
  const permissions = await session.client.permissions(actorOf(session.config, lane));
  const unread: readonly string[] = [...unreadAlerts(session.config), ...(lane.user === true ? ['teams'] : [])];
  const missing = permissions === undefined ? [] : missingNeeds(permissions).filter(({ kind }) => !unread.includes(kind));
  return { state: { ...nextStage(state), off: [...missing.map(({ kind }) => kind), ...unread] }, gaps: missing.map((need) => missingGap(lane.owner, need)) };
}
