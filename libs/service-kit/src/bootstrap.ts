import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createCodec } from '@throughline/contracts';
import { createLogger, startTelemetry, type Logger } from '@throughline/observability';
import { createDatabase, startRelay } from '@throughline/persistence';
import { createKafkaJsDriver, type KafkaConnectionOptions } from '@throughline/stream/kafkajs';
import { connectStream, KafkaBatchStrategy } from '@throughline/stream/nest';
import { createPlatformaticProducer } from '@throughline/stream/platformatic';
import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import 'reflect-metadata';
import { createTokenVerifier } from './auth/internal-token.js';
import { cachingVerifier } from './auth/token-cache.js';
import type { BaseConfig } from './config.js';
import { Readiness } from './health/readiness.js';
import { openApiOf } from './http/openapi.js';
import { nestLogger } from './nest-logger.js';
import type { ServiceParts } from './parts.js';
import { ServiceModule } from './service.module.js';
import { onShutdown } from './shutdown.js';
import { createStreamMetrics } from './stream-metrics.js';

export interface ServiceDefinition<C extends BaseConfig> {
  /** Directory name under services/: also the Kafka principal and the consumer group's suffix. */
  readonly name: string;
  readonly config: C;
  /** The service's own module(s), given the shared parts. */
  readonly module: (parts: ServiceParts<C>) => Type | DynamicModule;
  /** Fields read of a topic's record; absent for a topic: all (see CodecOptions.reads). */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
  /** Handlers found by @EventPattern are run by a stateful runner unless this is false. */
  readonly consumes?: boolean;
  /** Topics that wait for now, e.g. a bulk lane; the outbox above its cap holds all of them anyway. */
  readonly isHeld?: (topic: string) => boolean;
  /** Partitions worked on at the same time; more than the pool can serve is of no use. */
  readonly concurrency?: number;
  /** Records are fetched when this much is there or this long is over; absent: at once. A batch of many costs hardly more than one of few. */
  readonly gather?: { readonly minBytes: number; readonly maxWaitMs: number };
  /** Fastify before Nest's routes: content types, hooks. */
  readonly http?: (fastify: FastifyInstance, parts: ServiceParts<C>) => void | Promise<void>;
  /** Due workers, sinks and the like, started when the application is up; what it returns is called at shutdown. */
  readonly start?: (parts: ServiceParts<C>, app: NestFastifyApplication) => Promise<(() => Promise<void>) | void>;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a service in the order in which it needs things: telemetry, database, codec, relay, HTTP, consumers. It answers
 * on HTTP (and says unready) while broker or registry are away, and takes up work by itself when they come.
 */
export async function bootstrapService<C extends BaseConfig>(definition: ServiceDefinition<C>): Promise<RunningService> {
  const { name, config } = definition;
  const logger = createLogger({ name, level: config.LOG_LEVEL });
  const telemetry = await startTelemetry({ service: name, otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT });
  const parts = await buildParts(definition, logger);
  const app = await createApp(definition, parts);
  const strategy = definition.consumes === false ? undefined : connectConsumers(definition, parts, app);
  await app.init();
  publishOpenApi(app, name);
  if (strategy) await app.startAllMicroservices();
  const stop = await definition.start?.(parts, app);
  await app.listen(config.PORT, config.HOST);
  const url = await app.getUrl();
  logger.info({ url }, 'listening');
  const close = async (): Promise<void> => {
    await stop?.();
    await app.close();
    await parts.relay.stop();
    await Promise.allSettled([parts.producer.disconnect(), parts.database.close(), telemetry.shutdown()]);
  };
  return { app, url, close };
}

/** Bootstraps and lives until a signal; the one line of a service's main.ts. */
export async function runService<C extends BaseConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const service = await bootstrapService(definition);
  onShutdown(createLogger({ name: definition.name, level: definition.config.LOG_LEVEL }), service.close);
}

async function buildParts<C extends BaseConfig>({ name, config, reads }: ServiceDefinition<C>, logger: Logger): Promise<ServiceParts<C>> {
  const codec = createCodec({ registryUrl: config.SCHEMA_REGISTRY_URL, schemaIdsFile: config.SCHEMA_IDS_FILE, reads });
  const metrics = createStreamMetrics();
  const readiness = new Readiness();
  const database = await createDatabase({ url: config.DATABASE_URL, pool: config.DATABASE_POOL, schema: name.replaceAll('-', '_'), codec, applicationName: name });
  const producer = createPlatformaticProducer(kafkaOf(name, config, logger));
  await prepareCodec(codec, logger);
  const relay = startRelay(database, producer, { logger, metrics });
  readiness.add('database', async () => { await database.ping(); return { ready: true }; });
  readiness.add('outbox', () => ({ ready: !relay.isAboveCap(), detail: 'messages wait for the broker' }), { required: false });
  const verifyToken = cachingVerifier(await createTokenVerifier(await readFile(config.INTERNAL_TOKEN_PUBLIC_KEY_FILE, 'utf8')));
  return { name, config, logger, codec, database, producer, relay, metrics, readiness, verifyToken };
}

/** Kept ids make this instant; without them the registry is asked until it answers, since nothing can be announced before. */
async function prepareCodec(codec: { prepare(): Promise<void> }, logger: Logger): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await codec.prepare();
      return;
    } catch (error) {
      logger.warn({ attempt, reason: error instanceof Error ? error.message : 'unknown' }, 'schema ids are not known yet');
      await new Promise((resolve) => { setTimeout(resolve, Math.min(5_000, 250 * attempt)); });
    }
  }
}

async function createApp<C extends BaseConfig>(definition: ServiceDefinition<C>, parts: ServiceParts<C>): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: 4 * 1024 * 1024, requestIdHeader: false, trustProxy: false, forceCloseConnections: 'idle', routerOptions: { maxParamLength: 2_000 } });
  const root = { module: class RootModule {}, imports: [ServiceModule.forRoot(parts), definition.module(parts)] };
  await definition.http?.(adapter.getInstance() as unknown as FastifyInstance, parts);
  return NestFactory.create<NestFastifyApplication>(root, adapter, { logger: nestLogger(parts.logger), abortOnError: false });
}

function connectConsumers<C extends BaseConfig>(definition: ServiceDefinition<C>, parts: ServiceParts<C>, app: NestFastifyApplication): KafkaBatchStrategy {
  const { name, config } = definition;
  const strategy = new KafkaBatchStrategy({
    group: `throughline.${name}`, codec: parts.codec, store: parts.database, logger: parts.logger, metrics: parts.metrics,
    driver: createKafkaJsDriver({ ...kafkaOf(name, config, parts.logger), concurrency: definition.concurrency ?? 3, ...definition.gather }),
    isHeld: (topic) => parts.relay.isAboveCap() || (definition.isHeld?.(topic) ?? false),
  });
  connectStream(app, strategy);
  // Not required: while the broker is away a service still answers on HTTP, degraded and not dead (FAULTS 7).
  parts.readiness.add('consumer', () => ({ ready: strategy.ready(), detail: 'not every assigned partition is read' }), { required: false });
  // Required: a consumer that stopped for good (reject budget, log out of range) waits for a person (FAULTS 15).
  parts.readiness.add('consumer-stopped', () => ({ ready: strategy.failure() === undefined, detail: strategy.failure()?.message }));
  return strategy;
}

/** Broker access of a service, as its own principal. */
export function kafkaOf(name: string, config: BaseConfig, logger: Logger): KafkaConnectionOptions {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = config;
  return { brokers: config.KAFKA_BROKERS, clientId: `throughline-${name}`, logger, ...(username !== undefined && password !== undefined && { sasl: { username, password } }) };
}

function publishOpenApi(app: NestFastifyApplication, name: string): void {
  let document: object | undefined;
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.get('/openapi.json', async (_request, reply) => reply.type('application/json').send(JSON.stringify(document ??= openApiOf(app, name))));
}
