import type { BatchControl, DriverListener, FetchedBatch, TopicPartition } from '../driver-port.js';
import { PositionOutOfRange } from '../errors.js';
import { silentLogger, type StreamLogger } from '../logger.js';
import { METRICS, noMetrics, type StreamMetrics } from '../metrics.js';
import type { RunnerUnit } from '../ports.js';
import { backoffMs, errorCode } from '../retry-policy.js';
import type { Applier } from './applier.js';
import { BatchWorker, type BatchEnd } from './batch-worker.js';
import { partitionKey, PartitionState, type Hold } from './partition-state.js';
import { placePartitions, type Placer } from './placement.js';
import { SinkApplier } from './sink-applier.js';
import { StatefulApplier } from './stateful-applier.js';
import { DEFAULT_TIMING, type CommonOptions, type ConsumerRunner, type ConsumerRunnerOptions, type RunnerState, type RunnerTiming, type SinkRunnerOptions } from './types.js';
import { Watchdog } from './watchdog.js';

/**
 * A consumer whose effects are in a database: each slice of a batch is one transaction that also moves the partition's
 * offset row by compare-and-set. That row, not the broker, says where the group stands.
 */
export function createConsumerRunner<U extends RunnerUnit>(options: ConsumerRunnerOptions<U>): ConsumerRunner {
  let log = '';
  const runner = new Runner(options, Object.keys(options.handlers), new StatefulApplier(options, () => log), {
    offsets: (topic, partitions) => options.store.offsets(options.group, topic, partitions, log),
    watermarks: (topic) => options.driver.watermarks(topic),
  }, async () => { log = await options.driver.logId(); });
  return runner;
}

/** A consumer whose handler writes idempotently somewhere else; positions are committed to the broker afterwards. */
export function createSinkRunner(options: SinkRunnerOptions): ConsumerRunner {
  return new Runner(options, Object.keys(options.handlers), new SinkApplier(options), undefined, () => Promise.resolve());
}

/** The only mutator of partition states. Everything asynchronous checks that its state is still the current one. */
class Runner implements ConsumerRunner, DriverListener {
  readonly #partitions = new Map<string, PartitionState>();
  readonly #timing: RunnerTiming;
  readonly #logger: StreamLogger;
  readonly #metrics: StreamMetrics;
  readonly #worker: BatchWorker;
  readonly #watchdog: Watchdog | undefined;
  #generation = 0;
  #state: RunnerState = 'idle';
  #failure: Error | undefined;
  #joined = false;
  #ticker: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: CommonOptions,
    private readonly topics: readonly string[],
    applier: Applier,
    private readonly placer: Placer | undefined,
    private readonly prepare: () => Promise<void>,
  ) {
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#logger = options.logger ?? silentLogger;
    this.#metrics = options.metrics ?? noMetrics;
    this.#worker = new BatchWorker(options, applier);
    this.#watchdog = placer && new Watchdog(this.#partitions, placer, this.#timing.watchdogMs, {
      moved: (state, to) => this.#seek(state, to),
      lost: (state) => this.#begin(state),
      failed: (error) => this.#fail(error),
      unreadable: (error) => this.#logger.warn({ event: 'stream.watchdog_failed', group: options.group, code: errorCode(error) }, 'stored positions could not be read'),
    });
  }

  async start(): Promise<void> {
    try {
      await this.prepare();
      if (this.#state !== 'idle') return; // stopped meanwhile
      this.#state = 'running';
      await this.options.driver.start({ group: this.options.group, topics: this.topics }, this);
    } catch (error) {
      if (this.#isStopped()) return; // a stop ends the wait for a broker that is away
      throw error;
    }
    if (this.#isStopped()) return;
    this.#ticker = setInterval(() => this.#tick(), this.#timing.tickMs);
    this.#watchdog?.start();
  }

  async stop(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#stopTimers();
    const drained = this.options.driver.stop();
    const deadline = new Promise<void>((resolve) => { setTimeout(resolve, this.#timing.drainMs).unref(); });
    await Promise.race([drained.catch(() => undefined), deadline]);
    this.#generation += 1;
    this.#partitions.clear();
  }

  state(): RunnerState { return this.#state; }
  failure(): Error | undefined { return this.#failure; }

  ready(): boolean {
    if (this.#state !== 'running' || !this.#joined) return false;
    return [...this.#partitions.values()].every((state) => !state.holds.has('placing'));
  }

  lag(): bigint {
    return [...this.#partitions.values()].reduce((sum, state) => sum + state.lag, 0n);
  }

  // --- called by the driver -------------------------------------------------------------------------------------

  assigned(partitions: readonly TopicPartition[]): void {
    this.#generation += 1;
    this.#joined = true;
    for (const state of this.#partitions.values()) clearTimeout(state.backoffTimer);
    this.#partitions.clear();
    for (const { topic, partition } of partitions) {
      const state = new PartitionState(topic, partition);
      this.#partitions.set(partitionKey(state), state);
      if (this.placer) this.#hold(state, 'placing');
      if (this.#state === 'failed') this.#hold(state, 'failed');
      if (this.options.isHeld?.(topic)) this.#hold(state, 'held');
      // The client keeps pauses over a rebalance; those of the last assignment are over.
      if (state.holds.size === 0) this.options.driver.resume([state]);
    }
    this.#logger.info({ event: 'stream.assigned', group: this.options.group, partitions: partitions.length }, 'partitions were assigned');
    if (this.placer) void this.#place(this.#generation, [...this.#partitions.values()]);
  }

  async batch(batch: FetchedBatch, control: BatchControl): Promise<void> {
    const state = this.#partitions.get(partitionKey(batch));
    if (!state || state.holds.size > 0 || state.busy || this.#state !== 'running') return;
    if (!this.placer) state.position ??= batch.fetchedOffset;
    if (state.position === undefined) return;
    state.busy = true;
    let expelled = false;
    const heartbeat = setInterval(() => { control.heartbeat().catch(() => { expelled = true; }); }, this.#timing.heartbeatMs);
    heartbeat.unref();
    const stopping = (): boolean => expelled || this.#state !== 'running' || !control.isCurrent() || !this.#isCurrent(state);
    try {
      state.highWatermark = batch.highWatermark;
      if (await this.#isContiguous(state, batch)) this.#ended(state, await this.#worker.work(state, batch, control, stopping));
    } catch (error) {
      this.#ended(state, { kind: 'retry', reason: 'the runner failed', error });
    } finally {
      clearInterval(heartbeat);
      state.busy = false;
      this.#metrics.gauge(METRICS.lag, { group: this.options.group, topic: state.topic, partition: String(state.partition) }, Number(state.lag));
    }
  }

  crashed(error: unknown): void {
    this.#joined = false;
    this.#logger.warn({ event: 'stream.client_crashed', group: this.options.group, code: errorCode(error) }, 'the Kafka client crashed and starts anew');
  }

  // --- inside ---------------------------------------------------------------------------------------------------

  /**
   * A fetch that begins beyond our position is a gap left by compaction, unless the log lost records that we never
   * applied; then the client has silently jumped to what is left.
   */
  async #isContiguous(state: PartitionState, batch: FetchedBatch): Promise<boolean> {
    const { position } = state;
    if (!this.placer || position === undefined || batch.fetchedOffset === position) return true;
    if (batch.fetchedOffset > position) {
      const marks = (await this.placer.watermarks(state.topic)).get(state.partition);
      if (!marks || marks.low <= position) return true;
      this.#fail(new PositionOutOfRange(state.topic, state.partition, position, marks.low, marks.high));
      return false;
    }
    if (batch.nextOffset > position) return true;
    this.#seek(state, position);
    return false;
  }

  #ended(state: PartitionState, end: BatchEnd): void {
    if (!this.#isCurrent(state)) return;
    switch (end.kind) {
      case 'applied': case 'abandoned': return;
      case 'seek': return this.#seek(state, end.to);
      case 'begin': return this.#begin(state);
      case 'failed': return this.#fail(end.error);
      case 'retry': return this.#backOff(state, end.reason, end.error);
    }
  }

  /** Pauses the partition; what is not resolved is fetched again after the backoff. */
  #backOff(state: PartitionState, reason: string, error: unknown): void {
    const waitMs = backoffMs(state.attempts, this.options.random ?? Math.random, this.options.backoff);
    state.attempts += 1;
    this.#metrics.count(METRICS.retries, { group: this.options.group, topic: state.topic });
    this.#logger.warn({
      event: 'stream.retry', group: this.options.group, topic: state.topic, partition: state.partition, attempt: state.attempts, waitMs, reason,
      ...(error === undefined ? {} : { class: error instanceof Error ? error.name : typeof error, code: errorCode(error) }),
    }, 'partition waits and tries again');
    this.#hold(state, 'backoff');
    state.backoffTimer = setTimeout(() => this.#release(state, 'backoff'), waitMs);
  }

  #seek(state: PartitionState, to: bigint): void {
    if (!this.#isCurrent(state)) return;
    this.#logger.info({ event: 'stream.seek', group: this.options.group, topic: state.topic, partition: state.partition, from: String(state.position), to: String(to) }, 'position follows the stored offset');
    state.position = to;
    state.create = false;
    this.options.driver.seek({ topic: state.topic, partition: state.partition, offset: to });
  }

  /** The row is gone: place the partition as if it had just been assigned. */
  #begin(state: PartitionState): void {
    if (!this.#isCurrent(state)) return;
    state.position = undefined;
    this.#hold(state, 'placing');
    void this.#place(this.#generation, [state]);
  }

  /** Reads stored offsets and watermarks until both answer, then seeks and lets the partitions go. */
  async #place(generation: number, states: readonly PartitionState[]): Promise<void> {
    for (let attempt = 0; this.#generation === generation && this.#state === 'running'; attempt += 1) {
      try {
        const placed = await placePartitions(this.placer as Placer, states);
        if (this.#generation !== generation) return;
        for (const { state, offset, create } of placed) {
          state.position = offset;
          state.create = create;
          this.options.driver.seek({ topic: state.topic, partition: state.partition, offset });
          this.#release(state, 'placing');
        }
        return;
      } catch (error) {
        if (error instanceof PositionOutOfRange) return this.#fail(error);
        this.#logger.warn({ event: 'stream.placing_failed', group: this.options.group, code: errorCode(error) }, 'positions could not be read');
        await new Promise((resolve) => { setTimeout(resolve, backoffMs(attempt, this.options.random ?? Math.random, this.options.backoff)); });
      }
    }
  }

  /** Stops for good, unready: a person has to look. The backlog stays in the log. */
  #fail(error: Error): void {
    if (this.#state !== 'running') return;
    this.#state = 'failed';
    this.#failure = error;
    this.#stopTimers();
    for (const state of this.#partitions.values()) this.#hold(state, 'failed');
    this.#metrics.gauge(METRICS.ready, { group: this.options.group }, 0);
    this.#logger.error({ event: 'stream.failed', group: this.options.group, class: error.name, code: errorCode(error), reason: error.message }, 'the consumer stopped and needs a person');
    void this.options.driver.stop().catch(() => undefined);
  }

  #tick(): void {
    this.#metrics.gauge(METRICS.ready, { group: this.options.group }, this.ready() ? 1 : 0);
    for (const state of this.#partitions.values()) {
      if (this.options.isHeld?.(state.topic)) this.#hold(state, 'held');
      else this.#release(state, 'held');
    }
    if (this.placer) this.#commitPositions();
  }

  /** For lag and for people's tools only; nothing is read from it, so failures are swallowed. */
  #commitPositions(): void {
    const due = [...this.#partitions.values()].filter((state) => state.position !== undefined && state.position !== state.committed && !state.holds.has('placing'));
    if (due.length === 0) return;
    const positions = due.map(({ topic, partition, position }) => ({ topic, partition, offset: position ?? 0n }));
    due.forEach((state) => { state.committed = state.position; });
    this.options.driver.commit(positions).catch(() => due.forEach((state) => { state.committed = undefined; }));
  }

  #hold(state: PartitionState, why: Hold): void {
    const wasFree = state.holds.size === 0;
    state.holds.add(why);
    if (wasFree) this.options.driver.pause([state]);
  }

  #release(state: PartitionState, why: Hold): void {
    if (!state.holds.delete(why) || state.holds.size > 0 || !this.#isCurrent(state)) return;
    this.options.driver.resume([state]);
  }

  #isCurrent(state: PartitionState): boolean {
    return this.#partitions.get(partitionKey(state)) === state;
  }

  #isStopped(): boolean {
    return this.#state === 'stopped' || this.#state === 'failed';
  }

  #stopTimers(): void {
    clearInterval(this.#ticker);
    this.#watchdog?.stop();
    for (const state of this.#partitions.values()) clearTimeout(state.backoffTimer);
  }
}
