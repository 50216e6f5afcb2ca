import type { TenantId } from '@throughline/domain';
import type { Outcome } from './outcome.js';

/** A record as the broker gave it. `headers` are decoded as UTF-8 text. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record after decoding. `eventId` is the CloudEvents `ce_id`, equal for a redelivered record and its replay. */
export interface StreamRecord<T = unknown> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: string;
  readonly eventId: string;
  readonly tenantId: TenantId | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: T;
}

/** A message to announce. `value` is the Avro record of the topic; the codec encodes it when the unit commits. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Parts of the record key; joined with `|` (tenant first, as in schemas/topics). */
  readonly key: readonly string[];
  readonly value: object;
  readonly tenantId: TenantId | null;
  /** Deterministic (derivedId of contracts): a redelivered cause announces the same ids. */
  readonly eventId: string;
  /** Extra headers, e.g. team and band. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The record that this follows from: its trace goes on, unless a span is active that says more. */
  readonly cause?: { readonly headers: Readonly<Record<string, string>> };
}

/** What a handler gets beside its records: one Postgres transaction with tenants set, and the outbox. */
export interface Unit {
  /** Parameterized SQL inside the transaction. A `name` makes it a prepared statement of the connection, for hot paths. */
  query<R extends object = Record<string, unknown>>(sql: string, parameters?: readonly unknown[], options?: QueryOptions): Promise<readonly R[]>;
  /** Buffers messages; they are encoded and written as the last statement before commit. */
  announce(...messages: readonly OutgoingMessage[]): void;
}

export interface QueryOptions {
  /** One name stands for one text: a second text under the same name is an error of the driver. */
  readonly name?: string;
}

/** The unit as the runner sees it: it also forwards dead letters, whose bytes must not pass through a codec. */
export interface RunnerUnit extends Unit {
  /** Buffers messages that are encoded already. */
  forward(...messages: readonly ProducerMessage[]): void;
}

/**
 * Applies a batch (records of one topic and partition, in offset order) inside the unit. Returns one outcome for all
 * or one a record (same order). On `retry` nothing of the batch is kept. A record with `reject` must have had no effect
 * in the unit: the runner writes its dead letter in the same transaction.
 */
export type BatchHandler<T, U extends Unit = Unit> = (
  records: readonly StreamRecord<T>[],
  unit: U,
  context: BatchContext,
) => Promise<Outcome | readonly Outcome[]>;

export interface BatchContext {
  /** True when the consumer is shutting down or lost the partition: long work should stop with `retry`. */
  readonly stopping: () => boolean;
  /**
   * A transaction of its own beside the fenced one, for long records that are emitted in chunks. It must be idempotent
   * by a progress row of the handler (compare-and-set), since a crash repeats it.
   */
  readonly checkpoint: <R>(tenants: readonly TenantId[], work: (unit: Unit) => Promise<R>) => Promise<R>;
}

/** Stored position of a partition; the fence that makes zombies, late seeks and restored databases harmless. */
export interface FencePosition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly next: bigint;
  /** Identity of the log (cluster id, and topic id where the driver knows it): another log's offsets mean nothing here. */
  readonly log?: string;
  /** True when the runner saw no row and begins at the log's start: only then may the fence insert one. */
  readonly create?: boolean;
}

/** `stored` of a fence that found no row at all, e.g. in a restored database: begin anew. */
export const NO_OFFSET = -1n;

/** `stored` is where the group really stands (NO_OFFSET: nowhere yet); nothing of the work was done. */
export type FencedResult<R> = { readonly fenced: false; readonly value: R } | { readonly fenced: true; readonly stored: bigint };

/** Port to the database; implemented by libs/persistence and by the memory driver. */
export interface StateStore<U extends Unit = RunnerUnit> {
  /** Stored next offsets; a partition without a row is absent. */
  offsets(group: string, topic: string, partitions: readonly number[], log?: string): Promise<ReadonlyMap<number, bigint>>;
  /**
   * One transaction: sets the tenants, moves the offset row by compare-and-set as its first statement, runs `work`,
   * writes the outbox last, commits. `work` returning `{ rollback }` undoes all of it.
   */
  transact<R>(position: FencePosition, tenants: readonly TenantId[], work: (unit: U) => Promise<R | Rollback<R>>): Promise<FencedResult<R>>;
  /** One transaction without a fence (HTTP requests, due work, checkpoints). */
  run<R>(tenants: readonly TenantId[], work: (unit: U) => Promise<R>): Promise<R>;
}

export interface Rollback<R> { readonly rollback: true; readonly value: R }

/** Encodes and decodes records of the catalogued topics (libs/contracts implements it). */
export interface Codec {
  /** Throws UndecodableRecord (poison) or SchemaUnavailable (surroundings). */
  decode(topic: string, value: Buffer): Promise<unknown>;
  /** Confluent wire format; the schema id must be known already. */
  encode(topic: string, value: object): Buffer;
}

export interface ProducerMessage {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Port to the broker for producing; acks from all in-sync replicas, idempotent, keyed with murmur2. */
export interface ProducerPort {
  connect(): Promise<void>;
  /** Resolves when every message is acknowledged, else rejects; sends are split by bytes. */
  send(messages: readonly ProducerMessage[]): Promise<void>;
  disconnect(): Promise<void>;
}
