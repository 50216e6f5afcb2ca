import type { DefaultBranch, Fact, PullContext, PullGap, PulledScan, PullPage } from '@throughline/connectors/api';
import type { Actor, Answer, GithubClient, Request } from '../client.js';
import type { GithubConfig } from '../config.js';
import { GithubFailure } from '../failure.js';
import type { Lane, State } from './state.js';

/** All that a step needs of its surroundings. */
export interface Session {
  readonly config: GithubConfig;
  readonly client: GithubClient;
  readonly context: PullContext;
  readonly now: Date;
}

/** What a step says, and where the pull stands after it. */
export interface Step {
  readonly state: State;
  readonly facts?: readonly Fact[];
  readonly scans?: readonly PulledScan[];
  readonly gaps?: readonly PullGap[];
  readonly defaultBranches?: readonly DefaultBranch[];
  readonly snapshot?: PullPage['snapshot'];
  /** Part of the owner that speaks, when attributes of its own must stand beside others of the same node. */
  readonly part?: string;
}

export type StepOf = (session: Session, state: State) => Promise<Step>;

export const laneOf = (state: State): Lane => state.lanes[state.lane] ?? { owner: '' };

export function actorOf(config: GithubConfig, lane: Lane): Actor {
  return lane.installation === undefined ? { as: 'token' } : { as: 'installation', id: lane.installation };
}

export const ask = (session: Session, state: State, route: string, options: Request = {}): Promise<Answer> =>
  session.client.ask(actorOf(session.config, laneOf(state)), route, options);

/** The first page of a list by its route, or a further one by its address. */
export const askPage = (session: Session, state: State, route: string, page: string | null, options: Request = {}): Promise<Answer> =>
  (page === null || page === '' ? ask(session, state, route, options) : ask(session, state, `GET ${page}`));

/** True for what this credential may not read or what is not there; a limit or a fault of the network is none of that. */
export const isRefusal = (error: unknown): error is GithubFailure => error instanceof GithubFailure && ['refused', 'missing', 'broken'].includes(error.kind);
