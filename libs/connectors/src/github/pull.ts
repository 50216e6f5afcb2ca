import type { PullConnector, PullContext, PullGap, PullPage } from '@throughline/connectors/api';
import { createGithubClient } from './client.js';
import { githubConfig } from './config.js';
import { GithubFailure } from './failure.js';
import { changedStep } from './pull/changed.js';
import { redeliver } from './pull/deliveries.js';
import { focusOn } from './pull/focus.js';
import { beginLane, canPull, lanesOf } from './pull/lanes.js';
import { packagesStep } from './pull/packages.js';
import { repositoriesStep } from './pull/repositories.js';
import { laneOf, type Session, type Step, type StepOf } from './pull/session.js';
import { nextLane, stateOf, watermarkOf, withLanes, type Stage, type State } from './pull/state.js';
import { teamsStep } from './pull/teams.js';

const STEPS: Readonly<Record<Stage, StepOf>> = {
  begin: beginLane, teams: teamsStep, packages: packagesStep, changed: changedStep, repositories: repositoriesStep,
  end: (_session, state) => Promise.resolve({ state: nextLane(state) }),
};
/** Steps that say nothing are taken together, up to so many requests' worth. */
const MAX_SILENT_STEPS = 20;

/**
 * GitHub by its API: owner after owner, list after list, a page or one repository's part a step. Everything at first and
 * once a week, else what changed since the cursor that the last pull left.
 */
export const githubPull: PullConnector = {
  kind: 'github', everySeconds: 3600,
  async pull(config, cursor, context) {
    const parsed = githubConfig.parse(config);
    if (!canPull(parsed)) return ended({ gaps: [NO_CREDENTIAL] });
    const session: Session = { config: parsed, client: createGithubClient(parsed, context), context, now: context.clock.now() };
    return pageOf(session, stateOf(cursor, session.now), context);
  },
};

async function pageOf(session: Session, given: State, context: PullContext): Promise<PullPage> {
  let step: Step = { state: given };
  let before = given;
  try {
    if (given.lanes.length === 0) step = await begin(session, given, context.focus);
    for (let silent = 0; silent < MAX_SILENT_STEPS && isSilent(step) && !isOver(step.state); silent += 1) {
      before = step.state;
      step = await STEPS[before.stage](session, before);
    }
    return await closed(session, before, step, context.focus);
  } catch (error) {
    if (error instanceof GithubFailure && error.kind === 'limited') return waiting(before, error);
    if (error instanceof GithubFailure && error.kind !== 'broken') return refused(session, before, error);
    throw error;
  }
}

/** The page of the last step; after the last owner what did not reach us is asked for again. */
async function closed(session: Session, before: State, step: Step, focus: string | undefined): Promise<PullPage> {
  if (!isOver(step.state)) return { ...said(before, step), cursor: step.state, more: true };
  if (focus !== undefined) return { ...said(before, step), cursor: null, more: false };
  const gaps = [...step.gaps ?? [], ...(step.state.lanes.length === 0 ? [NOT_INSTALLED] : []), ...(step.state.since === '' ? [] : step.state.gaps), ...await redeliver(session, step.state.since)];
  return { ...said(before, step), gaps, cursor: watermarkOf(step.state), more: false };
}

/** The first step: which owners there are, and, if an event asked for one scope only, what to read of it. */
async function begin(session: Session, state: State, focus: string | undefined): Promise<Step> {
  const begun = withLanes(state, await lanesOf(session));
  return focus === undefined ? { state: begun } : focusOn(session, begun, focus);
}

const isOver = ({ lane, lanes, only, stage }: State): boolean => lane >= lanes.length || (only !== null && stage !== only);

const isSilent = ({ facts = [], scans = [], gaps = [], snapshot, defaultBranches = [] }: Step): boolean =>
  facts.length === 0 && scans.length === 0 && gaps.length === 0 && snapshot === undefined && defaultBranches.length === 0;

function said(before: State, step: Step): Omit<PullPage, 'cursor' | 'more'> {
  const { facts = [], gaps = [], scans, defaultBranches, snapshot, part } = step;
  const owner = laneOf(before).owner || laneOf(step.state).owner;
  return {
    source: `github:${owner.toLowerCase() || 'unknown'}${part === undefined ? '' : `/${part}`}`, facts, gaps,
    ...(scans && { scans }), ...(defaultBranches && { defaultBranches }), ...(snapshot && { snapshot }),
  };
}

const ended = ({ gaps }: { readonly gaps: readonly PullGap[] }): PullPage => ({ source: 'github', facts: [], gaps, cursor: null, more: false });

/** The page is asked for again when the limit ends; nothing of it was lost. */
function waiting(state: State, { until }: GithubFailure): PullPage {
  return { source: `github:${laneOf(state).owner.toLowerCase() || 'unknown'}`, facts: [], gaps: [], cursor: state, more: true, ...(until && { waitUntil: until }) };
}

/** A credential that is refused ends its owner, not the others; a token or an App is refused for all of them. */
function refused({ config }: Session, state: State, failure: GithubFailure): PullPage {
  const lane = laneOf(state);
  const gap: PullGap = {
    scope: `github:${lane.owner.toLowerCase() || 'credential'}`, code: 'access_denied', reason: `GitHub answered ${failure.status}: it refuses the ${config.token !== undefined && lane.installation === undefined ? 'token' : 'GitHub App or its installation'}`,
    remedy: lane.installation === undefined ? 'Give the connector a valid token, or the App\'s id and private key.' : `Check that the App is installed in ${lane.owner} and not suspended, and that its private key is valid.`,
  };
  const after = nextLane(state);
  if (lane.installation === undefined || after.lane >= state.lanes.length) return { ...ended({ gaps: [gap] }), source: `github:${lane.owner.toLowerCase() || 'unknown'}` };
  return { source: `github:${lane.owner.toLowerCase()}`, facts: [], gaps: [gap], cursor: after, more: true };
}

const NOT_INSTALLED: PullGap = {
  scope: 'github', code: 'not_found', reason: 'there is no owner to read', remedy: 'Install the GitHub App in an organization, and name it in `organizations` if that is given.',
};
const NO_CREDENTIAL: PullGap = {
  scope: 'github', code: 'unsupported', reason: 'only webhooks are taken: the connector has neither an App nor a token, so that nothing of the past and no alerts are read',
  remedy: 'Give the connector appId and privateKey of a GitHub App, or a token.',
};
