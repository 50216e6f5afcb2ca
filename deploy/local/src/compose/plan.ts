import { kafkaProperties } from '../engines/kafka-properties.js';
import { KAFKA_ADMIN, POSTGRES_OWNER, POSTGRES_SUPERUSER, postgresRole, SERVICES } from '../home/names.js';
import { homePaths, type HomePaths } from '../home/paths.js';
import type { Secrets } from '../home/secrets.js';
import { serviceEnv } from '../services/service-env.js';

/** Folder of the shared volume in every container. */
export const COMPOSE_HOME = '/var/lib/throughline';
const SERVICE_PORT = 8080;

const url = (role: string, secrets: Secrets, database: string): string =>
  `postgres://${role}:${encodeURIComponent(secrets.postgres[role] ?? '')}@postgres:5432/${database}`;

/** The same platform by the names that containers have for each other. */
export const composePlan = (secrets: Secrets, home = COMPOSE_HOME) => ({
  paths: homePaths(home), secrets,
  kafka: { brokers: ['kafka:9092'], sasl: { mechanism: 'scram-sha-512' as const, username: KAFKA_ADMIN, password: secrets.kafka[KAFKA_ADMIN] ?? '' } },
  postgres: {
    adminUrl: url(POSTGRES_SUPERUSER, secrets, 'postgres'),
    ownerUrl: url(POSTGRES_OWNER, secrets, 'throughline'),
    urlFor: (service: string, database = 'throughline') => url(postgresRole(service), secrets, database),
  },
  registryUrl: 'http://schema-registry:8080/apis/ccompat/v7',
  clickhouseUrl: 'http://clickhouse:8123',
});

export type ComposePlan = ReturnType<typeof composePlan>;

/** A service's environment in its container: what the launcher gives, with the container's addresses. */
export const composeServiceEnv = (service: string, plan: ComposePlan, root = '/app'): Record<string, string> => {
  const ports = Object.fromEntries(SERVICES.map((name) => [name, SERVICE_PORT]));
  const urls = Object.fromEntries(SERVICES.map((name) => [name, `http://${name}:${SERVICE_PORT}`]));
  return {
    ...serviceEnv(service, { engines: plan, root, urls, gatewayPort: SERVICE_PORT, ports }),
    HOST: '0.0.0.0',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318',
  };
};

/** As a POSIX shell reads it: single quotes keep everything but themselves. */
export const envFile = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`).join('');

/** Files of the shared volume, by their path below the home. */
export const composeFiles = (secrets: Secrets, paths: HomePaths): Record<string, string> => {
  const plan = composePlan(secrets, paths.home);
  return {
    ...Object.fromEntries(SERVICES.map((service) => [`env/${service}.env`, envFile(composeServiceEnv(service, plan))])),
    'kafka/server.properties': kafkaProperties({
      dataDir: '/var/lib/kafka/data', clientPort: 9092, controllerPort: 9093, adminPassword: secrets.kafka[KAFKA_ADMIN] ?? '', host: 'kafka',
    }),
    'kafka/users': Object.entries(secrets.kafka).map(([user, password]) => `${user} ${password}\n`).join(''),
    'kafka/cluster-id': `${secrets.kafkaClusterId}\n`,
    'postgres-password': secrets.postgres[POSTGRES_SUPERUSER] ?? '',
  };
};
