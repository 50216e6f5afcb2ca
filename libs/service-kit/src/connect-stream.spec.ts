import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import 'reflect-metadata';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { BatchHandler, ConsumerDriver, RunnerUnit, StateStore } from '@throughline/stream';
import { connectStream, KafkaBatchStrategy, type StreamBatch } from '@throughline/stream/nest';
import { firstValueFrom, isObservable } from 'rxjs';

class BrokenDatabase extends Error { readonly code = '57P01'; }
let initialized = 0;

@Controller()
class Handlers {
  onModuleInit(): void { initialized += 1; }

  @EventPattern('topic')
  onBatch(_batch: StreamBatch): Promise<never> {
    return Promise.reject(new BrokenDatabase('gone'));
  }
}

@Module({ controllers: [Handlers] })
class App {}

let app: INestApplication | undefined;
afterEach(async () => { await app?.close(); });

/** Starts an application and returns the handler that the runner would call. */
async function handlerOf(): Promise<BatchHandler<never, RunnerUnit>> {
  let found: BatchHandler<never, RunnerUnit> | undefined;
  class Spy extends KafkaBatchStrategy {
    override listen(callback: () => void): void {
      found = (records, unit, context) => [...this.messageHandlers.values()][0]!({ records, unit, context }) as never;
      super.listen(callback);
    }
  }
  const idle: ConsumerDriver = { logId: () => new Promise(() => undefined), start: () => new Promise(() => undefined), stop: () => Promise.resolve() } as unknown as ConsumerDriver;
  const strategy = new Spy({ group: 'g', driver: idle, codec: { decode: () => Promise.resolve({}) }, store: {} as StateStore<RunnerUnit> });
  app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  connectStream(app, strategy);
  await app.init();
  await app.startAllMicroservices();
  return found!;
}

describe('batches through Nest', () => {
  it('hands the original exception to the runner, class and code', async () => {
    initialized = 0;
    const handler = await handlerOf();
    const answer = await handler([], {} as RunnerUnit, { stopping: () => false } as never).catch((error: unknown) => error) as unknown;
    const outcome = isObservable(answer) ? await firstValueFrom(answer).catch((error: unknown) => error) : answer;
    expect(outcome).toBeInstanceOf(BrokenDatabase);
    expect(initialized).toBe(1);
  });
});
