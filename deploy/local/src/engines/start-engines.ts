import { mkdirSync } from 'node:fs';
import { javaCommand } from '../config.js';
import { readJson, writeJsonAtomic } from '../home/files.js';
import { KAFKA_ADMIN, POSTGRES_OWNER, POSTGRES_SUPERUSER, postgresRole } from '../home/names.js';
import { homePaths, type HomePaths } from '../home/paths.js';
import { choosePorts } from '../home/ports.js';
import { ensureKeys, loadSecrets, type Secrets } from '../home/secrets.js';
import type { Child } from '../process/child.js';
import { endOrphans } from '../process/orphans.js';
import { silentProgress, type Progress } from '../progress.js';
import { clickhouseUrl, startClickhouse } from './clickhouse.js';
import { checkDisk, fetchEngines, requireJava } from './fetch.js';
import { startKafka } from './kafka.js';
import { postgresUrl, startPostgres } from './postgres.js';
import { registryUrl, startRegistry, untilRegistryReady } from './registry.js';

const ENGINE_PORTS = ['kafka', 'kafkaController', 'schemaRegistry', 'postgres', 'clickhouse'] as const;
const HOME_BYTES = 500 * 1024 * 1024;

export interface EngineOptions {
  readonly cache: string;
  readonly progress?: Progress;
  /** Ports that must not be chosen (the gateway's). */
  readonly reservedPorts?: readonly number[];
  /** More names that get a port (the services). */
  readonly extraPorts?: readonly string[];
}

/** The running engines of one home. */
export interface Engines {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly ports: Readonly<Record<string, number>>;
  readonly children: readonly Child[];
  readonly kafka: { readonly brokers: readonly string[]; readonly sasl: { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string } };
  readonly postgres: { readonly adminUrl: string; readonly ownerUrl: string; urlFor(service: string, database?: string): string };
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
  /** Settles when the schema registry answers; the other engines already do. */
  readonly registryReady: Promise<void>;
  /** Stops all of them, in reverse order of need. */
  stop(): Promise<void>;
}

const previousPorts = (paths: HomePaths): Record<string, number> => {
  const kept = readJson(paths.ports);
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, number>) : {};
};

const stopAll = async (children: readonly Child[]): Promise<void> => {
  await Promise.all(children.map((child) => child.stop(20_000)));
};

/**
 * Starts PostgreSQL, ClickHouse, Kafka and the schema registry on `home`, creating what is missing.
 * The caller holds the home's lock. Fails with all of them stopped.
 */
export const startEngines = async (home: string, options: EngineOptions): Promise<Engines> => {
  const progress = options.progress ?? silentProgress;
  const paths = homePaths(home);
  mkdirSync(paths.logs, { recursive: true });
  checkDisk(paths.home, HOME_BYTES);
  await requireJava(javaCommand());
  const files = await progress.step('engines fetched', () => fetchEngines(options.cache));
  const orphans = await endOrphans(home, recordedPids(paths));
  if (orphans > 0) progress.note(`ended ${orphans} processes that the last run left behind`);
  const secrets = loadSecrets(paths);
  ensureKeys(paths);
  const ports = await choosePorts([...ENGINE_PORTS, ...(options.extraPorts ?? [])], previousPorts(paths), options.reservedPorts);
  writeJsonAtomic(paths.ports, ports);
  return launch({ paths, secrets, ports, files, progress });
};

const recordedPids = (paths: HomePaths): number[] => {
  const endpoints = readJson(paths.endpoints) as { pids?: Record<string, number> } | undefined;
  return Object.values(endpoints?.pids ?? {});
};

interface Plan {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly ports: Record<string, number>;
  readonly files: Awaited<ReturnType<typeof fetchEngines>>;
  readonly progress: Progress;
}

const launch = async ({ paths, secrets, ports, files, progress }: Plan): Promise<Engines> => {
  const port = (name: (typeof ENGINE_PORTS)[number]): number => ports[name] ?? 0;
  const children: Child[] = [];
  const keep = async (starting: Promise<Child> | Child): Promise<void> => { children.push(await starting); };
  const started = await Promise.allSettled([
    progress.step('PostgreSQL ready', () => keep(startPostgres({ paths, secrets, port: port('postgres') }))),
    progress.step('ClickHouse ready', () => keep(startClickhouse(paths, port('clickhouse')))),
    progress.step('Kafka ready', () => keep(startKafka({ paths, secrets, lib: files.kafkaLib, port: port('kafka'), controllerPort: port('kafkaController') }))),
    keep(startRegistry(paths, files.registry, port('schemaRegistry'))),
  ]);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stopAll(children);
    throw failed.reason;
  }
  const registry = children.find((child) => child.name === 'schema-registry');
  const registryReady = progress.step('schema registry ready', () =>
    registry ? untilRegistryReady(registry, port('schemaRegistry')) : Promise.reject(new Error('no registry')));
  registryReady.catch(() => undefined); // who needs it awaits it
  const url = (role: string, database?: string): string => postgresUrl(port('postgres'), role, secrets.postgres[role] ?? '', database);
  return {
    paths, secrets, ports, children,
    kafka: { brokers: [`127.0.0.1:${port('kafka')}`], sasl: { mechanism: 'scram-sha-512', username: KAFKA_ADMIN, password: secrets.kafka[KAFKA_ADMIN] ?? '' } },
    postgres: { adminUrl: url(POSTGRES_SUPERUSER, 'postgres'), ownerUrl: url(POSTGRES_OWNER), urlFor: (service, database) => url(postgresRole(service), database) },
    registryUrl: registryUrl(port('schemaRegistry')),
    clickhouseUrl: clickhouseUrl(port('clickhouse')),
    registryReady,
    stop: () => stopAll(children),
  };
};
