import { Client } from 'pg';
import { lockNumber } from '../advisory-locks.js';
import { schemaOf, SERVICES } from './migration-files.js';

export const OWNER_ROLE = 'throughline_owner';

/** Role of a service: owns nothing, works on its own schema. */
export const serviceRole = (service: string): string => `tl_${schemaOf(service)}`;

/** All roles an installation needs. */
export const ALL_ROLES: readonly string[] = [OWNER_ROLE, ...SERVICES.map(serviceRole)];

export interface RolesOptions {
  /** A role that may create roles and databases, on any database of the cluster. */
  readonly adminUrl: string;
  /** Password by role name; roles without one are made if missing and keep theirs. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Database to make for the owner (default `throughline`). */
  readonly database?: string;
}

/**
 * Makes the owner, the services' roles and the database, or sets their passwords. Idempotent: run it at every start.
 * No role may bypass row-level security.
 */
export async function ensureRoles(options: RolesOptions): Promise<void> {
  const database = options.database ?? 'throughline';
  const client = new Client({ connectionString: options.adminUrl, application_name: 'throughline-roles' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockNumber('throughline:roles').toString()]);
    for (const role of ALL_ROLES) await ensureRole(client, role, options.passwords[role]);
    const known = await client.query('select from pg_database where datname = $1', [database]);
    const name = client.escapeIdentifier(database);
    if (known.rowCount === 0) await client.query(`create database ${name} owner ${OWNER_ROLE} encoding 'UTF8' template template0`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to ${ALL_ROLES.join(', ')}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureRole(client: Client, role: string, password: string | undefined): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  const secret = password === undefined ? '' : ` password ${client.escapeLiteral(password)}`;
  const verb = rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${client.escapeIdentifier(role)} with login nosuperuser nocreatedb nocreaterole nobypassrls${secret}`);
}
