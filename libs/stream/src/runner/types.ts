import type { Clock } from '@throughline/domain';
import type { BudgetLimits } from '../dlq-budget.js';
import type { ChunkLimits } from '../chunk.js';
import type { ConsumerDriver } from '../driver-port.js';
import type { StreamLogger } from '../logger.js';
import type { StreamMetrics } from '../metrics.js';
import type { Outcome } from '../outcome.js';
import type { BatchHandler, Codec, ProducerPort, RunnerUnit, StateStore, StreamRecord } from '../ports.js';
import type { BackoffOptions } from '../retry-policy.js';

/** What every kind of consumer takes. */
export interface CommonOptions {
  /** Consumer group, `throughline.<service>`; its dead letters go to `<group>.dlq.v1`. */
  readonly group: string;
  readonly driver: ConsumerDriver;
  readonly codec: Pick<Codec, 'decode'>;
  readonly metrics?: StreamMetrics;
  readonly logger?: StreamLogger;
  readonly clock?: Clock;
  /** Jitter; [0, 1). */
  readonly random?: () => number;
  readonly backoff?: BackoffOptions;
  readonly budget?: BudgetLimits;
  readonly chunk?: ChunkLimits;
  /** True while this topic's partitions must wait: the outbox is above its cap, or another lane goes first. */
  readonly isHeld?: (topic: string) => boolean;
  readonly timing?: Partial<RunnerTiming>;
}

export interface RunnerTiming {
  readonly heartbeatMs: number;
  /** How often stored and local positions are compared. */
  readonly watchdogMs: number;
  /** How often `isHeld` is asked and positions are committed to the broker. */
  readonly tickMs: number;
  /** How long a stop waits for batches in hand. */
  readonly drainMs: number;
}

export const DEFAULT_TIMING: RunnerTiming = { heartbeatMs: 500, watchdogMs: 2000, tickMs: 500, drainMs: 10_000 };

/** A consumer with state in a database: effectively once. */
export interface ConsumerRunnerOptions<U extends RunnerUnit = RunnerUnit> extends CommonOptions {
  readonly store: StateStore<U>;
  /** Handler by topic; one a topic. */
  readonly handlers: Readonly<Record<string, BatchHandler<never, U>>>;
}

/** Writes a batch idempotently, for stores without transactions that could hold an offset. */
export type SinkHandler<T = unknown> = (records: readonly StreamRecord<T>[], context: { readonly stopping: () => boolean }) => Promise<Outcome | readonly Outcome[]>;

/** A consumer whose handler writes idempotently; positions are committed to the broker afterwards: at least once. */
export interface SinkRunnerOptions extends CommonOptions {
  /** For dead letters; a letter that cannot be written blocks its partition. */
  readonly producer: ProducerPort;
  readonly handlers: Readonly<Record<string, SinkHandler<never>>>;
}

export type RunnerState = 'idle' | 'running' | 'failed' | 'stopped';

export interface ConsumerRunner {
  /** Resolves when the driver runs; partitions arrive later. */
  start(): Promise<void>;
  /** Finishes or releases what is in hand within `drainMs`, then leaves the group. */
  stop(): Promise<void>;
  state(): RunnerState;
  /** Running, with every assigned partition placed; false for good after a failure. */
  ready(): boolean;
  /** Why it failed: RejectBudgetExceeded or PositionOutOfRange. */
  failure(): Error | undefined;
  /** Records read but not applied yet, over all partitions, as last seen. */
  lag(): bigint;
}
