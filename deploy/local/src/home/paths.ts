import { join } from 'node:path';

/** Every file of an instance's home, so that no other module spells one. */
export const homePaths = (home: string) => ({
  home,
  lock: join(home, 'lock.json'),
  endpoints: join(home, 'endpoints.json'),
  ports: join(home, 'ports.json'),
  /** Addresses with passwords (mode 0600), for integration specs and operators. */
  engines: join(home, 'engines.json'),
  secrets: join(home, 'secrets.json'),
  adminToken: join(home, 'admin-token'),
  schemaIds: join(home, 'schema-ids.json'),
  keys: join(home, 'keys'),
  internalPrivateKey: join(home, 'keys', 'internal-token.pem'),
  internalPublicKey: join(home, 'keys', 'internal-token.pub.pem'),
  masterKey: join(home, 'keys', 'master.key'),
  logs: join(home, 'logs'),
  kafka: join(home, 'kafka'),
  registry: join(home, 'registry'),
  postgres: join(home, 'postgres'),
  clickhouse: join(home, 'clickhouse'),
  blobs: join(home, 'blobs'),
});

export type HomePaths = ReturnType<typeof homePaths>;
