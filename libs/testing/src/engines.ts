import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot, testingConfig } from './config.js';
import { containerEngines } from './container-engines.js';

/** Plain data about running engines; `deploy/local` writes it. */
export interface EngineDescription {
  readonly kafka: { readonly brokers: string[]; readonly sasl?: KafkaSasl };
  readonly kafkaUsers: Readonly<Record<string, string>>;
  readonly postgres: { readonly adminUrl: string; readonly ownerUrl: string; readonly passwords: Readonly<Record<string, string>> };
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
}

export interface KafkaSasl {
  readonly mechanism: 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** One set of real engines, shared by every spec of a run. Use your own topic prefix, group and database. */
export interface TestEngines {
  readonly kafka: {
    readonly brokers: string[];
    /** The admin's, a new object each time: kafkajs keeps its authenticator in the object that it is given. */
    readonly sasl: KafkaSasl | undefined;
    /** A service's own principal, which may do what its topics' ACLs say. */
    saslFor(service: string): KafkaSasl | undefined;
  };
  readonly postgres: {
    /** Superuser, on the database `postgres`. */
    readonly adminUrl: string;
    /** Role `throughline_owner`, on the database `throughline`. */
    readonly ownerUrl: string;
    /** A role's address: `tl_dedup`, or the service's name `dedup`. */
    urlFor(role: string, database?: string): string;
  };
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
}

const roleOf = (name: string): string => (/^(tl_|throughline_owner$)/.test(name) ? name : `tl_${name.replaceAll('-', '_')}`);

const toEngines = (found: EngineDescription): TestEngines => ({
  kafka: {
    brokers: [...found.kafka.brokers],
    get sasl() { return found.kafka.sasl && { ...pick(found.kafka.sasl) }; },
    saslFor: (service) => {
      const password = found.kafkaUsers[service];
      if (!found.kafka.sasl) return undefined;
      if (password === undefined) throw new Error(`no Kafka user ${service}`);
      return { mechanism: 'scram-sha-512', username: service, password };
    },
  },
  postgres: {
    adminUrl: found.postgres.adminUrl,
    ownerUrl: found.postgres.ownerUrl,
    urlFor: (name, database = 'throughline') => {
      const role = roleOf(name);
      const password = found.postgres.passwords[role];
      if (password === undefined) throw new Error(`no Postgres role ${role}`);
      return withUser(found.postgres.adminUrl, role, password, database);
    },
  },
  registryUrl: found.registryUrl,
  clickhouseUrl: found.clickhouseUrl,
});

const pick = ({ mechanism, username, password }: KafkaSasl): KafkaSasl => ({ mechanism, username, password });

export const withUser = (base: string, role: string, password: string, database: string): string => {
  const url = new URL(base);
  url.username = role;
  url.password = encodeURIComponent(password);
  url.pathname = `/${database}`;
  return url.toString();
};

export const withDatabase = (base: string, database: string): string => {
  const url = new URL(base);
  url.pathname = `/${database}`;
  return url.toString();
};

const listens = (url: string): Promise<boolean> => new Promise((resolve) => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), timeout: 2000 });
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('timeout', () => { socket.destroy(); resolve(false); });
  socket.once('error', () => resolve(false));
});

const readDescription = (path: string): EngineDescription => JSON.parse(readFileSync(path, 'utf8')) as EngineDescription;

const sharedIfAlive = async (path: string): Promise<EngineDescription | undefined> => {
  if (!existsSync(path)) return undefined;
  const found = readDescription(path);
  return (await listens(found.postgres.adminUrl)) ? found : undefined;
};

/** Starts the developer's shared engines. They stay up for the next run: `node deploy/local/dist/dev-engines.js down` ends them. */
const startShared = async (path: string): Promise<EngineDescription> => {
  const script = join(repositoryRoot, 'deploy/local/dist/dev-engines.js');
  if (!existsSync(script)) throw new Error('Real engines are needed: run `npm test`, or build deploy/local and run `node deploy/local/dist/dev-engines.js up`.');
  await promisify(execFile)(process.execPath, [script, 'up']);
  return readDescription(path);
};

let found: Promise<TestEngines> | undefined;

const find = async (): Promise<TestEngines> => {
  const { given, shared } = testingConfig();
  if (given) return toEngines(readDescription(given));
  return toEngines((await sharedIfAlive(shared)) ?? (await containerEngines()) ?? (await startShared(shared)));
};

/**
 * Real engines for an integration spec: those of the running `npm test`, else a developer's shared ones, else containers
 * where Docker answers, else newly started ones of the embedded platform. Never a reason to skip a test.
 */
export const engines = (): Promise<TestEngines> => (found ??= find());
