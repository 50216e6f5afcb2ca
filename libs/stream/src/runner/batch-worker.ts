import { bisect, type Attempt } from '../bisect.js';
import { chunk, DEFAULT_CHUNK } from '../chunk.js';
import type { BatchControl, FetchedBatch } from '../driver-port.js';
import { decideFence } from '../fence.js';
import { METRICS, noMetrics } from '../metrics.js';
import type { RawRecord } from '../ports.js';
import { classifyError } from '../retry-policy.js';
import type { Applier, Slice, Stop } from './applier.js';
import { decodeAll, verdictOf, type Entry } from './decode.js';
import type { PartitionState } from './partition-state.js';
import type { CommonOptions } from './types.js';

/** How a batch ended, for the runner that owns pausing and seeking. */
export type BatchEnd =
  | { readonly kind: 'applied' }
  /** Stopping, or the partition was taken away: what is not applied will be read again. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'retry'; readonly reason: string; readonly error?: unknown }
  | { readonly kind: 'seek'; readonly to: bigint }
  | { readonly kind: 'begin' }
  | { readonly kind: 'failed'; readonly error: Error };

/** Applies one fetched batch from the partition's position on: chunk by chunk, each decoded, applied, or bisected. */
export class BatchWorker {
  constructor(private readonly options: CommonOptions, private readonly applier: Applier) {}

  async work(state: PartitionState, batch: FetchedBatch, control: BatchControl, stopping: () => boolean): Promise<BatchEnd> {
    const from = state.position ?? batch.fetchedOffset;
    const chunks = chunk(batch.records.filter((record) => record.offset >= from), recordBytes, this.options.chunk ?? DEFAULT_CHUNK);
    let end: BatchEnd = { kind: 'applied' };
    for (const [index, records] of chunks.entries()) {
      if (stopping()) return { kind: 'abandoned' };
      const next = index === chunks.length - 1 ? batch.nextOffset : lastOffset(records) + 1n;
      end = await this.#chunk(state, records, next, batch.nextOffset, stopping);
      if (state.position !== undefined) control.resolve(state.position);
      if (end.kind !== 'applied') break;
    }
    // The log moved on without records for us (all were applied already, or deleted by compaction).
    if (end.kind === 'applied' && chunks.length === 0) control.resolve(batch.nextOffset > from ? batch.nextOffset : from);
    await this.applier.settled?.(state);
    return end;
  }

  async #chunk(state: PartitionState, records: readonly RawRecord[], next: bigint, batchNext: bigint, stopping: () => boolean): Promise<BatchEnd> {
    let entries: Entry[];
    try {
      entries = await decodeAll(records, this.options.codec);
    } catch (error) {
      return { kind: 'retry', reason: 'records could not be decoded now', error };
    }
    for (;;) {
      const stop = await this.#entries(state, entries, next, stopping);
      if (stop === undefined) return { kind: 'applied' };
      if (stop.kind === 'retry') return stopping() ? { kind: 'abandoned' } : stop;
      if (stop.kind === 'over-budget') return { kind: 'failed', error: stop.error };
      this.#count(METRICS.fenced, state.topic);
      const decision = decideFence(state.position ?? next, batchNext, stop.stored);
      if (decision.kind !== 'continue') return decision;
      state.position = decision.from;
      state.create = false;
      entries = entries.filter((entry) => entry.raw.offset >= decision.from);
      if (entries.length === 0) return { kind: 'applied' };
    }
  }

  /** Applies entries, halving around those whose handler throws. The position follows every commit. */
  async #entries(state: PartitionState, entries: readonly Entry[], next: bigint, stopping: () => boolean): Promise<Stop | undefined> {
    const last = entries.at(-1);
    const sliceOf = (part: readonly Entry[]): Slice => {
      const end = part.at(-1);
      const sliceNext = end === last || end === undefined ? next : end.raw.offset + 1n;
      return { state, entries: part, from: state.position ?? part[0]?.raw.offset ?? 0n, next: sliceNext, stopping };
    };
    const attempt = (slice: Slice, work: () => Promise<Stop | undefined>): Promise<Attempt<Stop>> => this.#attempt(slice, work);
    const ended = await bisect<Entry, Stop>(
      entries,
      (part) => { const slice = sliceOf(part); return attempt(slice, () => this.applier.apply(slice)); },
      async (entry, error) => {
        const slice = sliceOf([entry]);
        const condemned = await attempt(slice, () => this.applier.condemn(slice, verdictOf(error, 'handle')));
        // Nothing but the dead letter was to be written: whatever kept it from being written must not lose the record.
        return condemned.kind === 'failed' ? { kind: 'stopped', why: { kind: 'retry', reason: 'the dead letter could not be written', error: condemned.error } } : condemned;
      },
    );
    return ended.kind === 'stopped' ? ended.why : undefined;
  }

  async #attempt(slice: Slice, work: () => Promise<Stop | undefined>): Promise<Attempt<Stop>> {
    try {
      const stop = await work();
      if (stop) return { kind: 'stopped', why: stop };
      slice.state.position = slice.next;
      slice.state.attempts = 0;
      return { kind: 'applied' };
    } catch (error) {
      if (classifyError(error) === 'transient') return { kind: 'stopped', why: { kind: 'retry', reason: 'the surroundings failed', error } };
      return { kind: 'failed', error };
    }
  }

  #count(name: string, topic: string): void {
    (this.options.metrics ?? noMetrics).count(name, { group: this.options.group, topic });
  }
}

const lastOffset = (records: readonly RawRecord[]): bigint => records.at(-1)?.offset ?? -1n;

const recordBytes = (record: RawRecord): number => 64 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
