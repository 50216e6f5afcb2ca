import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inheritedEnv } from '../config.js';
import { UserError } from '../errors.js';
import { writeFileAtomic } from '../home/files.js';
import { DATABASE, POSTGRES_OWNER, POSTGRES_SUPERUSER, postgresRole, SERVICES } from '../home/names.js';
import type { HomePaths } from '../home/paths.js';
import type { Secrets } from '../home/secrets.js';
import { startChild, untilReady, wrapCommand, type Child, type ChildSpec, type OnSpawn } from '../process/child.js';
import { closedFolder, postgresBinaries, postgresUser, type RunAs } from './postgres-binaries.js';

/** Memory and log settings for a small machine and bulk writes. Nothing here gives durability up: fsync and synchronous_commit stay on. */
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // a socket's path has a short limit and a home may lie deep
  max_connections: '120',
  shared_buffers: '256MB',
  effective_cache_size: '2GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  wal_buffers: '16MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  max_parallel_workers_per_gather: '1',
  autovacuum_naptime: '20s',
  // A table that only grows needs no vacuum each time it grew by a fifth: a first import spent 33 µs a finding on it.
  autovacuum_vacuum_insert_threshold: '100000',
  autovacuum_vacuum_insert_scale_factor: '1',
  jit: 'off',
  log_min_duration_statement: '2000',
  log_line_prefix: '%m [%p] %u@%d ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

export interface PostgresOptions {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly port: number;
  readonly onSpawn?: OnSpawn;
}

export const postgresUrl = (port: number, role: string, password: string, database = DATABASE): string =>
  `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

const own = (path: string, user: RunAs | undefined): void => {
  if (user) chownSync(path, user.uid, user.gid);
};

/** Creates the cluster aside and moves it into place, so that a killed initdb leaves nothing half made. */
const initialize = (options: PostgresOptions, bin: string, user: RunAs | undefined): void => {
  const { paths, secrets } = options;
  const fresh = join(paths.postgres, 'data.new');
  const passwordFile = join(paths.postgres, 'password');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  own(fresh, user);
  writeFileAtomic(passwordFile, secrets.postgres[POSTGRES_SUPERUSER] ?? '', 0o600);
  own(passwordFile, user);
  const spec: ChildSpec = {
    name: 'initdb', home: paths.home, logFile: '', user, command: join(bin, 'initdb'),
    args: ['-D', fresh, '-U', POSTGRES_SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
      '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  };
  const { command, args, uid, gid } = wrapCommand(spec, user?.enterAnyFolder ?? false);
  const result = spawnSync(command, args, { cwd: paths.postgres, env: inheritedEnv(), encoding: 'utf8', uid, gid });
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
  renameSync(fresh, join(paths.postgres, 'data'));
};

const requireReach = (user: RunAs | undefined, path: string): void => {
  if (!user?.enterAnyFolder || spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0) return;
  throw new UserError(`PostgreSQL does not run as root, and the user it runs as cannot enter ${closedFolder(path) ?? path}. `
    + 'Run Throughline as an ordinary user, or set THROUGHLINE_HOME to a folder below one that everybody may enter, for example /var/lib/throughline.');
};

/** Starts PostgreSQL, and creates or completes its database and roles. */
export const startPostgres = async (options: PostgresOptions): Promise<Child> => {
  const { paths } = options;
  mkdirSync(paths.postgres, { recursive: true, mode: 0o755 });
  chmodSync(paths.postgres, 0o755);
  const data = join(paths.postgres, 'data');
  const bin = postgresBinaries();
  const user = postgresUser([dirname(data), bin]);
  requireReach(user, data);
  if (!existsSync(data)) initialize(options, bin, user);
  // Orphans were ended before; what is left of the file is stale, and its number may be another process's now.
  rmSync(join(data, 'postmaster.pid'), { force: true });
  const settings = Object.entries({ ...POSTGRES_SETTINGS, port: String(options.port) }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const child = startChild({
    name: 'postgres', home: paths.home, cwd: paths.postgres, logFile: join(paths.logs, 'postgres.log'),
    command: join(bin, 'postgres'), args: ['-D', data, ...settings], stopSignal: 'SIGINT', user, onSpawn: options.onSpawn,
  });
  await untilReady(child, () => /ready to accept connections/.test(child.log()), 300_000, 50);
  await provisionRoles(postgresUrl(options.port, POSTGRES_SUPERUSER, options.secrets.postgres[POSTGRES_SUPERUSER] ?? '', 'postgres'), options.secrets);
  return child;
};

/** Runs statements as the superuser, waiting out the seconds after a crash in which PostgreSQL answers 57P03. */
const asSuperuser = async (connectionString: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      if (attempt >= 100 || !['57P03', 'ECONNREFUSED'].includes((error as { code?: string }).code ?? '')) throw error;
      await sleep(200);
      continue;
    }
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
};

/** Creates the database and the roles, or completes them: idempotent. */
export const provisionRoles = (adminUrl: string, secrets: Secrets): Promise<void> => asSuperuser(adminUrl, async (client) => {
  const roles = [POSTGRES_OWNER, ...SERVICES.map(postgresRole)];
  const existing = new Set((await client.query<{ rolname: string }>('select rolname from pg_roles')).rows.map((row) => row.rolname));
  for (const role of roles) {
    const verb = existing.has(role) ? 'alter' : 'create';
    const secret = client.escapeLiteral(secrets.postgres[role] ?? '');
    await client.query(`${verb} role ${client.escapeIdentifier(role)} login nosuperuser nobypassrls nocreatedb nocreaterole password ${secret}`);
  }
  if ((await client.query('select 1 from pg_database where datname = $1', [DATABASE])).rowCount === 0) {
    await client.query(`create database ${DATABASE} owner ${POSTGRES_OWNER}`);
    await client.query(`revoke connect, temporary on database ${DATABASE} from public`);
  }
  await client.query(`grant connect on database ${DATABASE} to ${roles.join(', ')}`);
});
