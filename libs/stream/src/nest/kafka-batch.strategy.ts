import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import type { Outcome } from '../outcome.js';
import type { BatchContext, BatchHandler, RunnerUnit, StreamRecord, Unit } from '../ports.js';
import { createConsumerRunner } from '../runner/consumer-runner.js';
import type { ConsumerRunner, ConsumerRunnerOptions } from '../runner/types.js';

/** What a method under `@EventPattern(topic)` gets; it returns an outcome, or one a record. */
export interface StreamBatch<T = unknown, U extends Unit = Unit> {
  readonly records: readonly StreamRecord<T>[];
  readonly unit: U;
  readonly context: BatchContext;
}

export type KafkaBatchStrategyOptions<U extends RunnerUnit = RunnerUnit> = Omit<ConsumerRunnerOptions<U>, 'handlers'>;

/** Name under which the transport registers; `@EventPattern(topic, KAFKA_BATCH)` restricts a handler to it. */
export const KAFKA_BATCH = Symbol('kafka-batch');

/**
 * Nest's custom transport over our runner: topics are the patterns of `@EventPattern`, methods get whole batches with
 * their unit of work and return outcomes. Register it through `connectStream`, which keeps exceptions as they are.
 */
export class KafkaBatchStrategy<U extends RunnerUnit = RunnerUnit> extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_BATCH;
  #runner: ConsumerRunner | undefined;

  constructor(private readonly options: KafkaBatchStrategyOptions<U>) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    const handlers = [...this.messageHandlers].map(([topic, handler]) => [topic, toBatchHandler<U>(topic, handler)] as const);
    // Not waited for: a service starts, and answers over HTTP, while the broker is away. Readiness says so.
    this.#runner = createConsumerRunner<U>({ ...this.options, handlers: Object.fromEntries(handlers) });
    this.#runner.start().catch((error: unknown) => this.options.logger?.error({ event: 'stream.start_failed', error: String(error) }, 'the consumer could not start'));
    callback();
  }

  async close(): Promise<void> {
    await this.#runner?.stop();
  }

  /** The runner, for health checks; undefined before `listen`. */
  unwrap<T = ConsumerRunner | undefined>(): T {
    return this.#runner as T;
  }

  /** True when every assigned partition is read. */
  ready(): boolean {
    return this.#runner?.ready() ?? false;
  }

  /** Why the consumer stopped for good, if it did: not ready until a person has looked, unlike a broker that is away. */
  failure(): Error | undefined {
    return this.#runner?.failure();
  }

  on(): never {
    throw new Error('the batch strategy emits no events; ask ready() or unwrap()');
  }
}

/** Thrown instead of what Nest made of an exception whose class it hid. Transient: nobody may be condemned unseen. */
export class HandlerErrorHidden extends Error {
  override readonly name = 'HandlerErrorHidden';
  readonly code = 'handler_error_hidden';
}

function toBatchHandler<U extends RunnerUnit>(topic: string, handler: MessageHandler): BatchHandler<never, U> {
  if (handler.next) throw new TypeError(`${topic} has two handlers in one service; a batch is one transaction, so it has one`);
  return async (records, unit, context) => {
    const batch: StreamBatch<never, U> = { records, unit, context };
    const answer = await handler(batch) as unknown;
    if (!isObservable(answer)) return answer as Outcome | readonly Outcome[];
    try {
      return await firstValueFrom(answer) as Outcome | readonly Outcome[];
    } catch (error) {
      if (error instanceof Error) throw error;
      throw new HandlerErrorHidden(`the handler of ${topic} threw, and a filter hid the error; register with connectStream`, { cause: error });
    }
  };
}
