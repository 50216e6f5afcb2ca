import { mkdirSync } from 'node:fs';
import { javaCommand } from '../config.js';
import { readJson, writeJsonAtomic } from '../home/files.js';
import { KAFKA_ADMIN, POSTGRES_OWNER, POSTGRES_SUPERUSER, postgresRole } from '../home/names.js';
import { homePaths, type HomePaths } from '../home/paths.js';
import { choosePorts } from '../home/ports.js';
import { ensureKeys, loadSecrets, type Secrets } from '../home/secrets.js';
import { endOrphans } from '../process/orphans.js';
import { supervise, type Supervised, type SupervisorEvents } from '../process/supervised.js';
import { silentProgress, type Progress } from '../progress.js';
import { clickhouseUrl, startClickhouse } from './clickhouse.js';
import { checkDisk, fetchEngines, requireJava, type EngineFiles } from './fetch.js';
import { startKafka } from './kafka.js';
import { postgresUrl, startPostgres } from './postgres.js';
import { registryUrl, startRegistry } from './registry.js';

const ENGINE_PORTS = ['kafka', 'kafkaController', 'schemaRegistry', 'postgres', 'clickhouse'] as const;
const HOME_BYTES = 500 * 1024 * 1024;

export type EngineName = 'postgres' | 'clickhouse' | 'kafka' | 'schema-registry';

export interface EngineOptions {
  readonly cache: string;
  readonly progress?: Progress;
  /** Ports that must not be chosen (the gateway's). */
  readonly reservedPorts?: readonly number[];
  /** More names that get a port (the services). */
  readonly extraPorts?: readonly string[];
  readonly events?: SupervisorEvents;
  /** Start the schema registry only after this: on a warm start nobody needs it, and it takes CPU from those that are waited for. */
  readonly registryAfter?: Promise<unknown>;
  /** Called as soon as the addresses are known, before anything runs. */
  readonly addressed?: (engines: Engines) => void;
  /** What to do as soon as one of them serves, while the others still start (migrations, topics). */
  readonly onReady?: Partial<Record<EngineName, (engines: Engines) => Promise<void>>>;
}

export interface KafkaAccess {
  readonly brokers: readonly string[];
  readonly sasl: { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string };
}

/** The running engines of one home. */
export interface Engines {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly ports: Readonly<Record<string, number>>;
  readonly kafka: KafkaAccess;
  readonly postgres: { readonly adminUrl: string; readonly ownerUrl: string; urlFor(service: string, database?: string): string };
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
  /** Each engine by name, to look at, stop, start or kill alone (fault tests). */
  readonly each: Readonly<Record<EngineName, Supervised>>;
  /** Settles when the schema registry answers; the other engines already do when `startEngines` returns. */
  readonly registryReady: Promise<void>;
  /** Stops all of them; Kafka and the registry first, the databases after. */
  stop(): Promise<void>;
}

const previousPorts = (paths: HomePaths): Record<string, number> => {
  const kept = readJson(paths.ports);
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, number>) : {};
};

const recordedPids = (paths: HomePaths): number[] => {
  const endpoints = readJson(paths.endpoints) as { pids?: Record<string, number> } | undefined;
  return Object.values(endpoints?.pids ?? {});
};

/** Ends what a killed run of this home left behind, so that its ports and data are free. */
export const recoverHome = (home: string): Promise<number> => endOrphans(home, recordedPids(homePaths(home)));

/**
 * Starts PostgreSQL, ClickHouse, Kafka and the schema registry on `home`, creating what is missing, and keeps them up.
 * The caller holds the home's lock. When one of them fails all are stopped and the first error is thrown.
 */
export const startEngines = async (home: string, options: EngineOptions): Promise<Engines> => {
  const progress = options.progress ?? silentProgress;
  const paths = homePaths(home);
  mkdirSync(paths.logs, { recursive: true });
  checkDisk(paths.home, HOME_BYTES);
  await requireJava(javaCommand());
  const files = await progress.step('engines fetched', () => fetchEngines(options.cache));
  const orphans = await recoverHome(home);
  if (orphans > 0) progress.note(`ended ${orphans} processes that the last run left behind`);
  const secrets = loadSecrets(paths);
  ensureKeys(paths);
  const ports = await choosePorts([...ENGINE_PORTS, ...(options.extraPorts ?? [])], previousPorts(paths), options.reservedPorts);
  writeJsonAtomic(paths.ports, ports);
  return launch({ paths, secrets, ports, files, progress, options, stopped: false });
};

interface Plan {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly ports: Record<string, number>;
  readonly files: EngineFiles;
  readonly progress: Progress;
  readonly options: EngineOptions;
  stopped: boolean;
}

const portOf = (plan: Plan, name: (typeof ENGINE_PORTS)[number]): number => plan.ports[name] ?? 0;

const superviseAll = (plan: Plan): Record<EngineName, Supervised> => {
  const { paths, secrets, files, options: { events } } = plan;
  return {
    postgres: supervise('postgres', (onSpawn) => startPostgres({ paths, secrets, port: portOf(plan, 'postgres'), onSpawn }), events),
    clickhouse: supervise('clickhouse', (onSpawn) => startClickhouse(paths, portOf(plan, 'clickhouse'), onSpawn), events),
    kafka: supervise('kafka', (onSpawn) => startKafka({
      onSpawn, paths, secrets, lib: files.kafkaLib, port: portOf(plan, 'kafka'), controllerPort: portOf(plan, 'kafkaController'),
    }), events),
    'schema-registry': supervise('schema-registry', (onSpawn) => startRegistry(paths, files.registry, portOf(plan, 'schemaRegistry'), onSpawn), events),
  };
};

const describe = (plan: Plan, each: Record<EngineName, Supervised>, registryReady: Promise<void>): Engines => {
  const { paths, secrets, ports } = plan;
  const url = (role: string, database?: string): string => postgresUrl(portOf(plan, 'postgres'), role, secrets.postgres[role] ?? '', database);
  return {
    paths, secrets, ports, each, registryReady,
    kafka: {
      brokers: [`127.0.0.1:${portOf(plan, 'kafka')}`],
      sasl: { mechanism: 'scram-sha-512', username: KAFKA_ADMIN, password: secrets.kafka[KAFKA_ADMIN] ?? '' },
    },
    postgres: { adminUrl: url(POSTGRES_SUPERUSER, 'postgres'), ownerUrl: url(POSTGRES_OWNER), urlFor: (service, database) => url(postgresRole(service), database) },
    registryUrl: registryUrl(portOf(plan, 'schemaRegistry')),
    clickhouseUrl: clickhouseUrl(portOf(plan, 'clickhouse')),
    async stop() {
      plan.stopped = true;
      await Promise.all([each.kafka.stop(20_000), each['schema-registry'].stop(10_000)]);
      await Promise.all([each.clickhouse.stop(10_000), each.postgres.stop(20_000)]);
    },
  };
};

const LABELS: Readonly<Record<EngineName, string>> = {
  postgres: 'PostgreSQL', clickhouse: 'ClickHouse', kafka: 'Kafka', 'schema-registry': 'schema registry',
};

const launch = async (plan: Plan): Promise<Engines> => {
  const each = superviseAll(plan);
  const registry = Promise.withResolvers<void>();
  registry.promise.catch(() => undefined); // who needs it awaits it
  const engines = describe(plan, each, registry.promise);
  plan.options.addressed?.(engines);
  const bring = async (name: EngineName): Promise<void> => {
    await plan.progress.step(`${LABELS[name]} ready`, () => each[name].start());
    await plan.options.onReady?.[name]?.(engines);
  };
  void Promise.resolve(plan.options.registryAfter)
    .then(() => (plan.stopped ? undefined : bring('schema-registry')))
    .then(registry.resolve, registry.reject);
  const started = await Promise.allSettled((['postgres', 'clickhouse', 'kafka'] as const).map(bring));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await engines.stop();
    throw failed.reason;
  }
  return engines;
};
