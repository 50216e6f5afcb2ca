import { createClickHouse } from '@throughline/clickhouse';
import { kafkaOf, runService } from '@throughline/service-kit';
import { createSinkRunner } from '@throughline/stream';
import { createKafkaJsDriver } from '@throughline/stream/kafkajs';
import { AnalyticsModule } from './app.module.js';
import { readConfig } from './config.js';
import { SINK_READS, SINK_TOPICS, writeBatch } from './consumers/sink.handler.js';

/** An insert waits while the engine gathers rows: many at a time cost nothing but the waiting. */
const SINK_CONCURRENCY = 24;

/** Measures may be two seconds old: an insert of many rows costs hardly more than one of few. */
const GATHER = { minBytes: 4 * 1024 * 1024, maxWaitMs: 2_000 };

const config = readConfig();
const clickhouse = createClickHouse({ url: config.CLICKHOUSE_URL, database: config.CLICKHOUSE_DATABASE, username: config.CLICKHOUSE_USERNAME, password: config.CLICKHOUSE_PASSWORD });

await runService({
  name: 'analytics',
  config,
  reads: SINK_READS,
  module: () => AnalyticsModule.with(clickhouse),
  // A sink: its positions are the broker's, since ClickHouse has no transaction that could hold them.
  consumes: false,
  start: async (parts) => {
    const sink = createSinkRunner({
      group: 'throughline.analytics', codec: parts.codec, producer: parts.producer, logger: parts.logger, metrics: parts.metrics,
      driver: createKafkaJsDriver({ ...kafkaOf('analytics', config, parts.logger), concurrency: SINK_CONCURRENCY, ...GATHER }),
      handlers: Object.fromEntries(SINK_TOPICS.map((topic) => [topic, (records) => writeBatch(clickhouse, records)])),
    });
    parts.readiness.add('consumer', () => ({ ready: sink.ready(), detail: 'not every assigned partition is read' }), { required: false });
    parts.readiness.add('clickhouse', async () => ({ ready: await clickhouse.ping(), detail: 'ClickHouse does not answer; measures wait, nothing else does' }), { required: false });
    // Not waited for: measures are answered while the broker is away.
    sink.start().catch((error: unknown) => parts.logger.error({ err: error }, 'the sink could not start'));
    return async () => {
      await sink.stop();
      await clickhouse.close();
    };
  },
});
