import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { repositoryRoot } from './config.js';
import { engines, withDatabase } from './engines.js';

/** A database of a test's own, with the services' schemas, roles and row-level security. */
export interface TestDatabase {
  readonly name: string;
  /** The owner of the schemas, who runs migrations. */
  readonly ownerUrl: string;
  /** Superuser: sees through row-level security. For looking, never for the code under test. */
  readonly adminUrl: string;
  /** A service's role (`dedup` or `tl_dedup`). */
  urlFor(role: string): string;
  drop(): Promise<void>;
}

export interface DatabaseOptions {
  readonly name?: string;
  /** Only these services' migrations; by default all. */
  readonly services?: readonly string[];
}

/**
 * Loaded by path and not by name: persistence, stream and others use this library in their own specs, and a declared
 * dependency on them would be a cycle.
 */
const migrate = async (target: { readonly ownerUrl: string; readonly root: string; readonly services?: string[] }): Promise<void> => {
  const file = import.meta.url.endsWith('.ts') ? 'libs/persistence/src/index.ts' : 'libs/persistence/dist/index.js';
  const persistence = (await import(pathToFileURL(join(repositoryRoot, file)).href)) as { migrateAll(options: typeof target): Promise<void> };
  await persistence.migrateAll(target);
};

/** Serializes the making of templates over all specs and processes. Any constant does. */
const TEMPLATE_LOCK = 7_412_001;

const sqlFiles = (folder: string): string[] => (existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.sql')).sort().map((name) => join(folder, name)) : []);

/** The template is named after what went into it, so that an edited migration makes a new one. */
const fingerprint = (services: readonly string[] | undefined): string => {
  const names = services ?? readdirSync(join(repositoryRoot, 'services')).sort();
  const files = [join(repositoryRoot, 'libs/persistence/migrations'), ...names.map((name) => join(repositoryRoot, 'services', name, 'migrations'))].flatMap(sqlFiles);
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(repositoryRoot.length)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
};

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const makeTemplate = async (client: pg.Client, template: string, ownerUrl: string, services: readonly string[] | undefined): Promise<void> => {
  const done = await client.query("select 1 from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = 'complete'", [template]);
  if (done.rowCount) return;
  await client.query(`drop database if exists ${template} with (force)`);
  await client.query(`create database ${template} owner throughline_owner`);
  await migrate({ ownerUrl: withDatabase(ownerUrl, template), root: repositoryRoot, ...(services ? { services: [...services] } : {}) });
  await client.query(`comment on database ${template} is 'complete'`);
};

/** A fresh database for a test: copied from a template that was migrated once (about 0.2 s). Drop it in `afterAll`. */
export const createDatabase = async (options: DatabaseOptions | string = {}): Promise<TestDatabase> => {
  const { name, services } = typeof options === 'string' ? { name: options, services: undefined } : options;
  const { postgres } = await engines();
  const template = `tl_template_${fingerprint(services)}`;
  const database = name ?? `tl_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withClient(postgres.adminUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]); // ends with the connection
    await makeTemplate(client, template, postgres.ownerUrl, services);
    await client.query(`create database ${client.escapeIdentifier(database)} template ${template} owner throughline_owner strategy file_copy`);
  });
  return {
    name: database,
    ownerUrl: withDatabase(postgres.ownerUrl, database),
    adminUrl: withDatabase(postgres.adminUrl, database),
    urlFor: (role) => postgres.urlFor(role, database),
    drop: () => withClient(postgres.adminUrl, async (client) => {
      await client.query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`);
    }),
  };
};
