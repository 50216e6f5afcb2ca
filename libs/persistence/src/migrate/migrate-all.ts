import { Client } from 'pg';
import { lockNumber } from '../advisory-locks.js';
import { MigrationEdited, MigrationFailed } from '../errors.js';
import { platformMigrations, schemaOf, serviceMigrations, SERVICES, type Migration } from './migration-files.js';
import { splitSql } from './split-sql.js';

export interface MigrateOptions {
  /** The role that owns schemas and tables; never a service's. */
  readonly ownerUrl: string;
  /** Root of the repository (or of the image): `services/<name>/migrations` are below it. */
  readonly root: string;
  /** Directory names; by default all services. */
  readonly services?: readonly string[];
  /** Called for each file that is applied now. */
  readonly onApplied?: (file: string) => void;
}

const LEDGER = `
  create schema if not exists platform;
  create table if not exists platform.migrations (
    schema_name text not null,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    primary key (schema_name, name)
  );
  comment on table platform.migrations is 'Which migration files were applied, with their hash: an edited file is refused. retention: for ever; shared: no tenant data';`;

/**
 * Brings the database to the schemas of this build: helpers, then each service's standard tables and own files, in
 * order, each file in a transaction with its ledger row. Safe to run from several processes and to run again.
 * Throws MigrationFailed (file, line, statement) or MigrationEdited; what was applied before stays applied.
 */
export async function migrateAll(options: MigrateOptions): Promise<readonly string[]> {
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'throughline-migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // One migrator at a time; the lock ends with the connection, also when this process dies.
    await client.query('select pg_advisory_lock($1)', [lockNumber('throughline:migrate').toString()]);
    await client.query("set client_min_messages = 'warning'");
    await client.query(LEDGER);
    const applied: string[] = [];
    const applyPending = async (migrations: readonly Migration[]): Promise<void> => {
      for (const migration of await pending(client, migrations)) {
        await apply(client, migration);
        applied.push(migration.file);
        options.onApplied?.(migration.file);
      }
    };
    await applyPending(platformMigrations());
    for (const service of options.services ?? SERVICES) {
      await makeSchema(client, schemaOf(service));
      await applyPending(serviceMigrations(options.root, service));
    }
    return applied;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The schema of a service: its role may use it and create nothing in it. */
async function makeSchema(client: Client, schema: string): Promise<void> {
  const name = client.escapeIdentifier(schema);
  const { rows } = await client.query<{ role: string }>('select platform.service_role($1) as role', [schema]);
  const role = client.escapeIdentifier(rows[0]?.role ?? '');
  await client.query(`create schema if not exists ${name}; grant usage on schema ${name} to ${role}; grant usage on schema platform to ${role}`);
}

async function pending(client: Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ schema_name: string; name: string; sha256: string }>('select schema_name, name, sha256 from platform.migrations');
  const ledger = new Map(rows.map((row) => [`${row.schema_name}/${row.name}`, row.sha256]));
  return migrations.filter((migration) => {
    const known = ledger.get(`${migration.schema}/${migration.name}`);
    if (known !== undefined && known !== migration.sha256) throw new MigrationEdited(migration.file);
    return known === undefined;
  });
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    if (migration.schema !== 'platform') await client.query(`set local search_path = ${client.escapeIdentifier(migration.schema)}, platform`);
    for (const statement of splitSql(migration.sql)) {
      await client.query(statement.text).catch((error: unknown) => {
        throw new MigrationFailed(migration.file, statement.line, statement.text, error);
      });
    }
    await client.query('insert into platform.migrations (schema_name, name, sha256) values ($1, $2, $3)', [migration.schema, migration.name, migration.sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
