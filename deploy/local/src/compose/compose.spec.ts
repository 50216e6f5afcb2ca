import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../config.js';
import { APICURIO_VERSION, KAFKA_VERSION } from '../engines/fetch.js';
import { POSTGRES_SETTINGS } from '../engines/postgres.js';
import { SERVICES } from '../home/names.js';
import { homePaths } from '../home/paths.js';
import { completeSecrets } from '../home/secrets.js';
import { serviceEnv } from '../services/service-env.js';
import { COMPOSE_HOME, composeFiles, composePlan, composeServiceEnv, envFile } from './plan.js';

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly target: string; readonly args?: { readonly SERVICE: string } };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const compose = parse(readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>; volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const secrets = completeSecrets(undefined);
const engines = ['kafka', 'schema-registry', 'postgres', 'clickhouse'];

describe('docker-compose.yml against the launcher', () => {
  it('has every service of the work tree and every engine, and nothing unknown', () => {
    const folders = readdirSync(join(repositoryRoot, 'services')).filter((name) => name !== 'console').sort();
    expect([...SERVICES].sort()).toEqual(folders);
    expect(Object.keys(compose.services).sort()).toEqual([...SERVICES, ...engines, 'setup', 'prepare', 'otel-collector', 'grafana'].sort());
  });

  it.each([...SERVICES])('builds %s from its own folder and starts it as itself', (name) => {
    expect(compose.services[name]?.build).toMatchObject({ target: 'service', args: { SERVICE: name } });
    expect(compose.services[name]?.environment?.SERVICE_NAME).toBe(name);
    expect(compose.services[name]?.depends_on?.prepare?.condition).toBe('service_completed_successfully');
  });

  it('runs the engines in the versions of the embedded platform, pinned', () => {
    expect(compose.services.kafka?.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
    expect(compose.services['schema-registry']?.image).toBe(`apicurio/apicurio-registry-mem:${APICURIO_VERSION}`);
    for (const [, service] of services) if (!service.build && !service.image?.startsWith('throughline/')) expect(service.image).toMatch(/:\d[\w.]*$/);
  });

  it('gives PostgreSQL the settings of the embedded one', () => {
    const given = (compose.services.postgres?.command ?? []).filter((part) => part.includes('='));
    const { listen_addresses: _loopback, unix_socket_directories: _none, ...shared } = POSTGRES_SETTINGS;
    expect(given.sort()).toEqual(Object.entries(shared).map(([key, value]) => `${key}=${value}`).sort());
  });

  it('publishes the gateway and Grafana on loopback and nothing else', () => {
    const published = services.filter(([, service]) => service.ports).map(([name]) => name);
    expect(published.sort()).toEqual(['gateway', 'grafana']);
    for (const [, service] of services) for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('names only volumes, files and services that exist', () => {
    for (const [, service] of services) {
      for (const mount of service.volumes ?? []) {
        const source = mount.split(':')[0] ?? '';
        if (source.startsWith('./')) expect(existsSync(join(repositoryRoot, source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const needed of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(needed);
      if (service.build) expect(existsSync(join(repositoryRoot, service.build.dockerfile))).toBe(true);
    }
  });
});

describe('the environment of a container', () => {
  const plan = composePlan(secrets);
  const local = {
    engines: plan, root: '/repo', gatewayPort: 8080, urls: {}, ports: { sampleReceiver: 1 },
  };

  it.each([...SERVICES])('has for %s what the launcher gives it', (service) => {
    const missing = Object.keys(serviceEnv(service, local)).filter((name) => name !== 'ALLOWED_HOSTS' && !(name in composeServiceEnv(service, plan)));
    expect(missing).toEqual([]);
  });

  it('names containers and no loopback address', () => {
    for (const service of SERVICES) expect(JSON.stringify(composeServiceEnv(service, plan)).replace('"PUBLIC_URL":"http://127.0.0.1:8080"', '')).not.toContain('127.0.0.1');
  });

  it('is written so that a shell reads back the same', () => {
    expect(envFile({ A: "it's $HOME", B: '{"x":1}' })).toBe("A='it'\\''s $HOME'\nB='{\"x\":1}'\n");
  });

  it('comes with a user of Kafka for each service', () => {
    const files = composeFiles(secrets, homePaths(COMPOSE_HOME));
    expect(files['kafka/users']?.trim().split('\n').map((line) => line.split(' ')[0]).sort()).toEqual(['admin', ...SERVICES].sort());
    expect(files['kafka/server.properties']).toContain('advertised.listeners=CLIENT://kafka:9092');
    expect(Object.keys(files)).toEqual(expect.arrayContaining(SERVICES.map((service) => `env/${service}.env`)));
  });
});
