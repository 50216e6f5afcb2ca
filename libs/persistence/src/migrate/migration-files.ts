import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file to apply to one schema. */
export interface Migration {
  readonly schema: string;
  /** Name in the ledger, stable over machines. */
  readonly name: string;
  /** Path relative to the repository, for messages. */
  readonly file: string;
  readonly sql: string;
  readonly sha256: string;
}

const OWN = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The services that own a schema, in the order in which they are migrated. */
export const SERVICES = ['ingestion', 'normalization', 'dedup', 'chain-resolution', 'scoring', 'ticket-routing', 'analytics', 'gateway'] as const;

export const schemaOf = (service: string): string => service.replaceAll('-', '_');

/** The helpers of the schema `platform`. */
export const platformMigrations = (): Migration[] => sqlFiles(OWN)
  .filter((name) => name.startsWith('platform-functions'))
  .map((name) => migration('platform', name, `libs/persistence/migrations/${name}`, readFileSync(join(OWN, name), 'utf8')));

/** The standard tables first, then the service's own files by name. */
export function serviceMigrations(root: string, service: string): Migration[] {
  const schema = schemaOf(service);
  const folder = join(root, 'services', service, 'migrations');
  const standard = sqlFiles(OWN).filter((name) => name.startsWith('stream-tables'))
    .map((name) => migration(schema, name, `libs/persistence/migrations/${name}`, readFileSync(join(OWN, name), 'utf8').replaceAll('{{schema}}', schema)));
  const own = sqlFiles(folder)
    .map((name) => migration(schema, name, `services/${service}/migrations/${name}`, readFileSync(join(folder, name), 'utf8')));
  return [...standard, ...own];
}

function migration(schema: string, name: string, file: string, sql: string): Migration {
  return { schema, name, file, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}

/** By name without its ending: NNNN-title sorts as it was written, and platform-functions before platform-functions-0002. */
function sqlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.sql')).map((name) => name.slice(0, -'.sql'.length)).sort().map((name) => `${name}.sql`);
}
