import { join } from 'node:path';
import type { Engines } from '../engines/start-engines.js';

export interface ServiceEnvPlan {
  readonly engines: Pick<Engines, 'paths' | 'kafka' | 'secrets' | 'postgres' | 'registryUrl' | 'clickhouseUrl'>;
  readonly root: string;
  /** Address of each service. */
  readonly urls: Readonly<Record<string, string>>;
  readonly gatewayPort: number;
  readonly ports: Readonly<Record<string, number>>;
}

/** Ports of `allowedHosts` that ticket destinations of the sample world may name although they are on loopback. */
const SAMPLE_RECEIVER = 'sampleReceiver';

/** What a service finds in its environment; the names are the contract of every `config.ts`. */
export const serviceEnv = (service: string, plan: ServiceEnvPlan): Record<string, string> => {
  const { engines, urls, gatewayPort } = plan;
  const common = {
    NODE_ENV: 'production',
    SERVICE_NAME: service,
    HOST: '127.0.0.1',
    PORT: String(service === 'gateway' ? gatewayPort : plan.ports[service] ?? 0),
    DATABASE_URL: engines.postgres.urlFor(service),
    DATABASE_POOL: '5',
    KAFKA_BROKERS: engines.kafka.brokers.join(','),
    KAFKA_USERNAME: service,
    KAFKA_PASSWORD: engines.secrets.kafka[service] ?? '',
    SCHEMA_REGISTRY_URL: engines.registryUrl,
    SCHEMA_IDS_FILE: engines.paths.schemaIds,
    INTERNAL_TOKEN_PUBLIC_KEY_FILE: engines.paths.internalPublicKey,
    MASTER_KEY_FILE: engines.paths.masterKey,
    BLOB_DIR: engines.paths.blobs,
  };
  return { ...common, ...ownEnv(service, plan, urls) };
};

/** What only one service is told: an address or a key that the others have no business with. */
const ownEnv = (service: string, plan: ServiceEnvPlan, urls: Readonly<Record<string, string>>): Record<string, string> => {
  const { engines, root, gatewayPort, ports } = plan;
  if (service === 'analytics') return { CLICKHOUSE_URL: engines.clickhouseUrl, CLICKHOUSE_DATABASE: 'throughline' };
  if (service === 'ticket-routing') {
    const receiver = ports[SAMPLE_RECEIVER];
    return receiver ? { ALLOWED_HOSTS: `127.0.0.1:${receiver},localhost:${receiver}` } : {};
  }
  const PUBLIC_URL = `http://127.0.0.1:${gatewayPort}`;
  // Connectors show the address that webhooks are to be sent to.
  if (service === 'ingestion') return { PUBLIC_URL };
  if (service !== 'gateway') return {};
  return {
    INTERNAL_TOKEN_PRIVATE_KEY_FILE: engines.paths.internalPrivateKey,
    ADMIN_TOKEN_FILE: engines.paths.adminToken,
    SERVICE_URLS: JSON.stringify(Object.fromEntries(Object.entries(urls).filter(([name]) => name !== 'gateway'))),
    CONSOLE_DIR: join(root, 'services', 'console', 'dist'),
    PUBLIC_URL,
  };
};
