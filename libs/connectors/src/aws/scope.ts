import type { Fact, PulledScan, PullGap } from '@throughline/connectors/api';
import type { Clock } from '@throughline/domain';
import type { AwsConfig, FindingSource } from './config.js';
import { CallFailed, gapOf } from './failure.js';
import type { Clients, ServiceName } from './clients.js';
import type { Registry } from './registry.js';
import type { Say } from './say.js';

/** Where a scope is read: one account and region, or an account as a whole (`global`). */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** What people call the account, where the configuration says so. */
export const accountName = ({ place, config }: Pick<ScopeContext, 'place' | 'config'>): string | undefined => config.accounts.find(({ id }) => id === place.account)?.name;

/** State of a scope between two steps: plain JSON. */
export type ScopeState = Readonly<Record<string, unknown>>;

export interface Step<State = ScopeState> {
  readonly facts: readonly Fact[];
  readonly scans?: readonly PulledScan[];
  /** Where to go on; undefined: the scope is read to its end. */
  readonly next?: State | undefined;
}

/** What a scope reads with. */
export interface ScopeContext {
  readonly place: Place;
  readonly config: AwsConfig;
  readonly clock: Clock;
  /** Images pushed before this time were read by an earlier pull; undefined: none were. */
  readonly contentSince: Date | undefined;
  client<Name extends ServiceName>(name: Name, region?: string): Promise<Clients[Name]>;
  registry(host: string): Registry;
  /** Facts observed now. */
  say(): Say;
  gap(gap: Omit<PullGap, 'scope'>): void;
  /** The scope is not read completely: absence in it means nothing. */
  incomplete(): void;
  /** Whom remedies speak of. */
  readonly who: string;
}

/**
 * A part of a place that is read, and refused, apart from others. Its facts are an inventory, unless they are of content
 * that never changes. A step makes a bounded number of calls, so that a page is small and a crash repeats little.
 */
export interface Scope {
  readonly name: string;
  /** Read once an account, not once a region. */
  readonly global?: boolean;
  /** Facts that stay true for ever (an image's labels), under a source of their own: no absence ends them. */
  readonly lasting?: boolean;
  /** Findings that a service of AWS holds, as reports: read only where the configuration asks for them. */
  readonly findings?: FindingSource;
  step(context: ScopeContext, state: ScopeState): Promise<Step>;
}

/**
 * A call whose refusal costs only itself: the gap is told, the scope goes on. `weight` says whether the inventory can
 * still be complete without it.
 */
export async function attempt<T>(context: ScopeContext, weight: 'refines' | 'needed', fallback: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // who is asked to slow down does not go on with the next call
    if (!(error instanceof CallFailed) || error.kind === 'throttled') throw error;
    if (error.kind !== 'not_found') {
      context.gap(gapOf(error, '', context.who));
      if (weight === 'needed') context.incomplete();
    }
    return fallback;
  }
}
