import { objectOf, textOf, timeOf, type JsonObject } from '@throughline/connectors/api';
import { objectsOf, repositoryOf } from '../events/common.js';
import { ALERT_KINDS } from '../scopes.js';
import { alertsStep } from './alerts.js';
import { artifactsStep, runsStep } from './builds.js';
import { isFlagged } from './changed.js';
import { deploymentsStep } from './deployments.js';
import { profileStep } from './profile.js';
import { refusalGap } from './permissions.js';
import { askPage, isRefusal, laneOf, type Session, type Step } from './session.js';
import { nextPart, nextStage, type Item, type State } from './state.js';

const PER_PAGE = 50;
/** They travel in the cursor. */
const MAX_KEPT_GAPS = 50;
/** A repository without a push for so long is asked for builds and deployments only when everything is read. */
const QUIET_MS = 90 * 24 * 3_600_000;

type PartStep = (session: Session, state: State, item: Item) => Promise<Step>;
const PARTS: Readonly<Record<string, PartStep>> = {
  profile: profileStep, runs: runsStep, artifacts: artifactsStep, deployments: deploymentsStep,
  ...Object.fromEntries(ALERT_KINDS.map((kind) => [kind, alertsStep(kind)])),
};
export const ALL_PARTS: readonly string[] = Object.keys(PARTS);

/** A list page of repositories, or the next part of the first one in the queue. */
export async function repositoriesStep(session: Session, state: State): Promise<Step> {
  const [item] = state.queue;
  if (item !== undefined) return partStep(session, state, item);
  if (state.page === '') return { state: nextStage(state) };
  const lane = laneOf(state);
  try {
    const { data, next } = await askPage(session, state, ...listOf(lane.owner, lane.installation !== undefined, lane.user === true, state.page));
    const given = Array.isArray(data) ? objectsOf(data) : objectsOf(objectOf(data)['repositories']);
    const queue = given.filter((one) => one['fork'] !== true || one['archived'] !== true).flatMap((one) => queued(one, state, session.now));
    const named = given.flatMap((one) => ({ repository: repositoryOf(one) ?? '', branch: textOf(one['default_branch']) })).filter(({ repository, branch }) => repository !== '' && branch !== '');
    return { state: { ...state, page: next, queue }, defaultBranches: named };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: nextStage(state), gaps: [refusalGap(`github:${lane.owner.toLowerCase()}`, 'repositories', error)] };
  }
}

/** An installation lists what it was given; `sort=created` keeps the pages of other lists where they are when one is added. */
function listOf(owner: string, installed: boolean, user: boolean, page: string | null): Parameters<typeof askPage> extends [unknown, unknown, ...infer Rest] ? Rest : never {
  if (installed) return ['GET /installation/repositories', page, { parameters: { per_page: PER_PAGE } }];
  return [user ? 'GET /users/{owner}/repos' : 'GET /orgs/{owner}/repos', page, { parameters: { owner, type: user ? 'owner' : 'all', sort: 'created', direction: 'asc', per_page: PER_PAGE } }];
}

/** What must be read of a repository now; nothing: it is left out of the queue. */
function queued(given: JsonObject, state: State, now: Date): Item[] {
  const repository = repositoryOf(given);
  const name = textOf(given['full_name']);
  if (repository === undefined) return [];
  const parts = partsOf(given, state, now).filter((part) => !state.off.includes(part) || part === 'profile');
  return parts.length === 0 ? [] : [{ name, branch: textOf(given['default_branch']), repository, parts }];
}

function partsOf(given: JsonObject, state: State, now: Date): string[] {
  const pushed = timeOf(given['pushed_at'], new Date(0));
  const updated = timeOf(given['updated_at'], new Date(0));
  const touched = state.since === '' || pushed >= state.since || updated >= state.since;
  // Nothing runs in an archived repository, and GitHub turns its alerts off.
  if (given['archived'] === true) return touched ? ['profile'] : [];
  const active = touched || now.getTime() - Date.parse(pushed) < QUIET_MS;
  return [
    ...(touched ? ['profile'] : []), ...(active ? ['runs', ...(touched ? ['artifacts'] : []), 'deployments'] : []),
    ...ALERT_KINDS.filter((kind) => touched || isFlagged(state, kind, textOf(given['full_name']))),
  ];
}

async function partStep(session: Session, state: State, item: Item): Promise<Step> {
  const [name = ''] = item.parts;
  const step = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (step === undefined) return { state: nextPart(state) };
  try {
    const done = await step(session, state, item);
    return { ...done, state: kept(done.state, done.gaps) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // One repository or one kind that is refused keeps nothing else back.
    const gap = refusalGap(`github:${item.name.toLowerCase()}`, name, error);
    return { state: kept(nextPart(state), [gap]), gaps: [gap] };
  }
}

/** What is not asked for again in the next pulls stays a gap until everything is read again. */
const kept = (state: State, gaps: Step['gaps'] = []): State => (state.since === '' ? { ...state, gaps: [...state.gaps, ...gaps].slice(0, MAX_KEPT_GAPS) } : state);
