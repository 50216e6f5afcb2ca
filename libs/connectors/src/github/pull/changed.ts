import { objectOf, textOf } from '@throughline/connectors/api';
import { Unchanged, type Answer } from '../client.js';
import { objectsOf } from '../events/common.js';
import { ALERT_KINDS, type AlertKind } from '../scopes.js';
import { ask, askPage, isRefusal, laneOf, type Session, type Step } from './session.js';
import { nextStage, type State } from './state.js';

const PER_PAGE = 100;
const MAX_PAGES = 5;
/** They travel in the cursor. */
const MAX_FLAGS = 300;
const MAX_ETAGS = 100;

/** Of what repositories a list of alerts must be read: those flagged, or all where that is not known. */
export const isFlagged = (state: State, kind: AlertKind, repository: string): boolean =>
  state.since === '' || state.flagged.includes(`${kind} *`) || state.flagged.includes(`${kind} ${repository.toLowerCase()}`);

/**
 * Which repositories have alerts that changed since the last pull: the lists of the organization, newest change first.
 * Their first pages are asked for with an ETag; when nothing changed they cost nothing of the rate limit.
 */
export async function changedStep(session: Session, state: State): Promise<Step> {
  const lane = laneOf(state);
  if (state.since === '') return { state: nextStage(state) };
  if (lane.user === true) return { state: nextStage({ ...state, flagged: ALERT_KINDS.map((kind) => `${kind} *`) }) };
  let after = state;
  for (const kind of ALERT_KINDS.filter((one) => !state.off.includes(one))) after = await flag(session, after, kind);
  return { state: nextStage(after) };
}

async function flag(session: Session, state: State, kind: AlertKind): Promise<State> {
  const { owner } = laneOf(state);
  const key = `${kind} ${owner}`;
  try {
    const first = await ask(session, state, `GET /orgs/{org}/${kind}/alerts`, { parameters: { org: owner, sort: 'updated', direction: 'desc', per_page: PER_PAGE, ...(kind === 'secret-scanning' && { hide_secret: true }) }, etag: state.etags[key] ?? '' });
    const repositories = await changedRepositories(session, state, first);
    const flags = repositories === undefined ? [`${kind} *`] : [...repositories].map((name) => `${kind} ${name}`);
    const etags = key in state.etags || Object.keys(state.etags).length < MAX_ETAGS ? { ...state.etags, [key]: first.etag } : state.etags;
    return { ...state, flagged: [...state.flagged, ...flags], etags };
  } catch (error) {
    if (error instanceof Unchanged) return state;
    if (!isRefusal(error)) throw error;
    // Not every organization has these lists; then each repository is asked.
    return { ...state, flagged: [...state.flagged, `${kind} *`] };
  }
}

/** undefined: too many to name. */
async function changedRepositories(session: Session, state: State, first: Answer): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>();
  let answer = first;
  for (let page = 1; ; page += 1) {
    for (const alert of objectsOf(answer.data)) {
      if (textOf(alert['updated_at']) !== '' && Date.parse(textOf(alert['updated_at'])) < Date.parse(state.since)) return found;
      found.add(textOf(objectOf(alert['repository'])['full_name']).toLowerCase());
    }
    if (answer.next === '') return found;
    if (page >= MAX_PAGES || found.size > MAX_FLAGS) return undefined;
    answer = await askPage(session, state, '', answer.next);
  }
}
