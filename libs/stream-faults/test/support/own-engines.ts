import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEngines, type Engines } from '@throughline/local';
import { migrateAll } from '@throughline/persistence';
import { createKafka } from '@throughline/stream/kafkajs';
import { APPLIED_TABLE, withClient, type Place } from './world.js';

/** Engines that a test may stop, on a home of their own; the shared ones belong to everybody. */
export interface OwnEngines extends Place {
  readonly engines: Engines;
  end(): Promise<void>;
}

const ROOT = resolve(process.cwd(), '../..');

export async function startOwnEngines(): Promise<OwnEngines> {
  const home = mkdtempSync(join(tmpdir(), 'throughline-faults-'));
  chmodSync(home, 0o755); // PostgreSQL runs as another user where tests run as root
  const engines = await startEngines(home, { cache: resolve(process.env.THROUGHLINE_CACHE || join(homedir(), '.cache', 'throughline')) });
  // Two engines are of no use here and two cores are few.
  await Promise.all([engines.each['schema-registry'].stop(1000), engines.each.clickhouse.stop(1000)]);
  await migrateAll({ ownerUrl: engines.postgres.ownerUrl, root: ROOT, services: ['dedup'] });
  await withClient(engines.postgres.ownerUrl, (client) => client.query(APPLIED_TABLE));
  const { sasl } = engines.kafka;
  const names = ['in', 'out', 'faults.dlq.v1'];
  const admin = createKafka({ brokers: engines.kafka.brokers, clientId: 'faults', sasl }).admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: names.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })) });
  await admin.disconnect();
  const database = new URL(engines.postgres.ownerUrl).pathname.slice(1);
  return {
    engines, brokers: [...engines.kafka.brokers], sasl, group: 'faults',
    topics: { names, of: (name) => name, drop: () => Promise.resolve() },
    database: {
      name: database, ownerUrl: engines.postgres.ownerUrl, adminUrl: engines.postgres.adminUrl.replace(/\/postgres$/, `/${database}`),
      urlFor: (role) => engines.postgres.urlFor(role, database), drop: () => Promise.resolve(),
    },
    async end() {
      await engines.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
