import type { Verdict } from '../dead-letter.js';
import { errorCode } from '../retry-policy.js';
import { METRICS, noMetrics } from '../metrics.js';
import { inBatchSpan } from '../trace.js';
import { isStop, Judge, recordsOf, type Applier, type Judged, type Slice, type Stop } from './applier.js';
import type { PartitionState } from './partition-state.js';
import type { SinkRunnerOptions } from './types.js';

/**
 * The order is the guarantee: the handler's write, then the dead letters, then the position. A crash in between repeats
 * what came before it, so the handler writes idempotently and a dead letter may come twice.
 */
export class SinkApplier implements Applier {
  readonly #judge: Judge;

  constructor(private readonly options: SinkRunnerOptions) {
    this.#judge = new Judge(options);
  }

  async apply(slice: Slice): Promise<Stop | undefined> {
    const records = recordsOf(slice.entries);
    const answer = records.length === 0 ? [] : await this.#handle(slice, records);
    return this.#keep(this.#judge.judge(slice.entries, answer, slice.state.topic));
  }

  async condemn(slice: Slice, verdict: Verdict): Promise<Stop | undefined> {
    const [entry] = slice.entries;
    return entry ? this.#keep(this.#judge.condemn(entry, verdict, slice.state.topic)) : undefined;
  }

  /** A failed commit is told and left: the next one covers it, and a restart repeats harmlessly. */
  async settled(state: PartitionState): Promise<void> {
    if (state.position === undefined || state.position === state.committed) return;
    const offset = state.position;
    try {
      await this.options.driver.commit([{ topic: state.topic, partition: state.partition, offset }]);
      state.committed = offset;
    } catch (error) {
      this.options.logger?.warn({ event: 'stream.commit_failed', topic: state.topic, partition: state.partition, code: errorCode(error) }, 'position was not committed');
    }
  }

  async #handle(slice: Slice, records: ReturnType<typeof recordsOf>) {
    const { topic } = slice.state;
    const handler = this.options.handlers[topic];
    if (!handler) throw new TypeError(`no handler for ${topic}`);
    const began = performance.now();
    const answer = await inBatchSpan(`process ${topic}`, records, () => handler(records, { stopping: slice.stopping }));
    (this.options.metrics ?? noMetrics).observe(METRICS.handler, { group: this.options.group, topic }, performance.now() - began);
    return answer;
  }

  async #keep(judged: Judged | Stop): Promise<Stop | undefined> {
    if (isStop(judged)) return judged;
    if (judged.letters.length > 0) {
      try {
        await this.options.producer.send(judged.letters);
      } catch (error) {
        return { kind: 'retry', reason: 'dead letters could not be written', error };
      }
    }
    judged.accept();
    return undefined;
  }
}
