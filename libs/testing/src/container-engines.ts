import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from './config.js';
import type { EngineDescription } from './engines.js';

// Not run where this was written, as no Docker ran there: there the embedded platform serves the same specs.

/** What the containers share with the embedded platform, loaded by path: a declared dependency would be a cycle. */
interface LocalPlatform {
  kafkaProperties(plan: { dataDir: string; clientPort: number; controllerPort: number; adminPassword: string; host: string }): string;
  provisionRoles(adminUrl: string, secrets: Passwords): Promise<void>;
  completeSecrets(kept: undefined): Passwords & { kafkaClusterId: string };
}

interface Passwords {
  readonly kafka: Readonly<Record<string, string>>;
  readonly postgres: Readonly<Record<string, string>>;
}

/** The broker tells its clients this port, hence it is the same inside and outside. */
const KAFKA_PORT = 39_092;
const SUPERUSER_PASSWORD = 'test';
const START_MS = 180_000;

const dockerAnswers = async (): Promise<boolean> => {
  try {
    await promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5000 });
    return true;
  } catch {
    return false;
  }
};

const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(repositoryRoot, 'deploy/local/dist', file)).href)) as T;

const localPlatform = async (): Promise<LocalPlatform> => ({
  ...await load<Pick<LocalPlatform, 'kafkaProperties'>>('engines/kafka-properties.js'),
  ...await load<Pick<LocalPlatform, 'provisionRoles'>>('engines/postgres.js'),
  ...await load<Pick<LocalPlatform, 'completeSecrets'>>('home/secrets.js'),
});

/** Passwords of containers that only tests use, equal from run to run so that running containers can be used again. */
const fixed = (passwords: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(passwords).map((name) => [name, `test-${name.replaceAll('_', '-')}`]));

const startKafka = async (local: LocalPlatform, kafka: Readonly<Record<string, string>>): Promise<void> => {
  const { GenericContainer, Wait } = await import('testcontainers');
  const folder = '/var/lib/throughline/kafka';
  const properties = local.kafkaProperties({ dataDir: '/tmp/kafka', clientPort: KAFKA_PORT, controllerPort: 9093, adminPassword: kafka.admin ?? '', host: 'localhost' });
  await new GenericContainer('apache/kafka:4.4.0').withReuse().withStartupTimeout(START_MS)
    .withExposedPorts({ container: KAFKA_PORT, host: KAFKA_PORT })
    .withCopyContentToContainer([
      { target: '/kafka-start.sh', content: await readFile(join(repositoryRoot, 'deploy/compose/kafka-start.sh'), 'utf8') },
      { target: `${folder}/server.properties`, content: properties },
      { target: `${folder}/cluster-id`, content: 'tAAAAAAAAAAAAAAAAAAAAA\n' },
      { target: `${folder}/users`, content: Object.entries(kafka).map(([user, password]) => `${user} ${password}\n`).join('') },
    ])
    .withEntrypoint(['/bin/bash', '/kafka-start.sh']).withWaitStrategy(Wait.forLogMessage(/Kafka Server started/)).start();
};

/** Starts (or finds again) one container of each engine, or answers undefined where no Docker does. */
export const containerEngines = async (): Promise<EngineDescription | undefined> => {
  if (!(await dockerAnswers())) return undefined;
  const { GenericContainer, Wait } = await import('testcontainers');
  const local = await localPlatform();
  const secrets = local.completeSecrets(undefined);
  const [kafka, passwords] = [fixed(secrets.kafka), { ...fixed(secrets.postgres), postgres: SUPERUSER_PASSWORD }];
  const [postgres, registry, clickhouse] = await Promise.all([
    new GenericContainer('postgres:18').withReuse().withExposedPorts(5432).withEnvironment({ POSTGRES_PASSWORD: SUPERUSER_PASSWORD })
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)).withStartupTimeout(START_MS).start(),
    new GenericContainer('apicurio/apicurio-registry-mem:2.6.13.Final').withReuse().withExposedPorts(8080)
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080)).withStartupTimeout(START_MS).start(),
    new GenericContainer('clickhouse/clickhouse-server:26.7').withReuse().withExposedPorts(8123).withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
      .withWaitStrategy(Wait.forHttp('/ping', 8123)).withStartupTimeout(START_MS).start(),
    startKafka(local, kafka),
  ]);
  const at = (role: string, database: string): string => `postgres://${role}:${passwords[role as 'postgres'] ?? ''}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/${database}`;
  await local.provisionRoles(at('postgres', 'postgres'), { kafka, postgres: passwords });
  return {
    kafka: { brokers: [`localhost:${KAFKA_PORT}`], sasl: { mechanism: 'scram-sha-512', username: 'admin', password: kafka.admin ?? '' } },
    kafkaUsers: kafka,
    postgres: { adminUrl: at('postgres', 'postgres'), ownerUrl: at('throughline_owner', 'throughline'), passwords },
    registryUrl: `http://${registry.getHost()}:${registry.getMappedPort(8080)}/apis/ccompat/v7`,
    clickhouseUrl: `http://${clickhouse.getHost()}:${clickhouse.getMappedPort(8123)}`,
  };
};
