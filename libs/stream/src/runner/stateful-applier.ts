import type { Verdict } from '../dead-letter.js';
import { METRICS, noMetrics } from '../metrics.js';
import type { BatchContext, FencePosition, Rollback, RunnerUnit } from '../ports.js';
import { inBatchSpan } from '../trace.js';
import { isStop, Judge, recordsOf, type Applier, type Judged, type Slice, type Stop } from './applier.js';
import { tenantsOf } from './decode.js';
import type { ConsumerRunnerOptions } from './types.js';

/**
 * One slice is one transaction: the fence, the handler's writes, its announcements and the dead letters, all or nothing.
 * What fails before the commit leaves no trace; what fails after it is found by the fence when the slice comes again.
 */
export class StatefulApplier<U extends RunnerUnit> implements Applier {
  readonly #judge: Judge;

  constructor(private readonly options: ConsumerRunnerOptions<U>, private readonly log: () => string) {
    this.#judge = new Judge(options);
  }

  apply(slice: Slice): Promise<Stop | undefined> {
    return this.#transact(slice, async (unit) => {
      const records = recordsOf(slice.entries);
      const answer = records.length === 0 ? [] : await this.#handle(slice, records, unit);
      return this.#judge.judge(slice.entries, answer, slice.state.topic);
    });
  }

  condemn(slice: Slice, verdict: Verdict): Promise<Stop | undefined> {
    const [entry] = slice.entries;
    return this.#transact(slice, () => Promise.resolve(entry ? this.#judge.condemn(entry, verdict, slice.state.topic) : { letters: [], accept: () => undefined }));
  }

  async #handle(slice: Slice, records: ReturnType<typeof recordsOf>, unit: U) {
    const { topic } = slice.state;
    const handler = this.options.handlers[topic];
    if (!handler) throw new TypeError(`no handler for ${topic}`);
    const context: BatchContext = {
      stopping: slice.stopping,
      checkpoint: async (tenants, work) => {
        await touch(unit);
        const timer = setInterval(() => void touch(unit), TOUCH_MS);
        try {
          return await this.options.store.run(tenants, work);
        } finally {
          clearInterval(timer);
        }
      },
    };
    const began = performance.now();
    const answer = await inBatchSpan(`process ${topic}`, records, () => handler(records, unit, context));
    (this.options.metrics ?? noMetrics).observe(METRICS.handler, { group: this.options.group, topic }, performance.now() - began);
    return answer;
  }

  async #transact(slice: Slice, work: (unit: U) => Promise<Judged | Stop>): Promise<Stop | undefined> {
    const { state } = slice;
    const position: FencePosition = {
      group: this.options.group, topic: state.topic, partition: state.partition,
      from: slice.from, next: slice.next, log: this.log(), create: state.create,
    };
    const result = await this.options.store.transact<Judged | Stop>(position, tenantsOf(slice.entries), async (unit) => {
      const judged = await work(unit);
      if (isStop(judged)) return rollback<Judged | Stop>(judged);
      unit.forward(...judged.letters);
      return judged;
    });
    if (result.fenced) return { kind: 'fenced', stored: result.stored };
    if (isStop(result.value)) return result.value;
    state.create = false;
    result.value.accept();
    return undefined;
  }
}

/** Well below the 5 s after which the server ends an idle transaction. */
const TOUCH_MS = 2000;

/**
 * Tells the server that the fenced transaction is not forgotten while checkpoints beside it do the work of a long
 * record. A frozen process touches nothing, so its locks are still taken from it.
 */
async function touch(unit: RunnerUnit): Promise<void> {
  await unit.query('select 1').catch(() => undefined);
}

const rollback = <R>(value: R): Rollback<R> => ({ rollback: true, value });
