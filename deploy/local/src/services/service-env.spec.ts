import { describe, expect, it } from '@jest/globals';
import { SERVICES } from '../home/names.js';
import { homePaths } from '../home/paths.js';
import { completeSecrets } from '../home/secrets.js';
import { serviceEnv } from './service-env.js';

const secrets = completeSecrets(undefined);
const plan = {
  root: '/repo', gatewayPort: 8080, ports: { ingestion: 5001, sampleReceiver: 5999 },
  urls: { ingestion: 'http://127.0.0.1:5001', gateway: 'http://127.0.0.1:8080' },
  engines: {
    paths: homePaths('/home/x'), secrets,
    kafka: { brokers: ['127.0.0.1:9092'], sasl: { mechanism: 'scram-sha-512' as const, username: 'admin', password: secrets.kafka.admin ?? '' } },
    postgres: { adminUrl: 'a', ownerUrl: 'o', urlFor: (service: string) => `postgres://tl_${service}` },
    registryUrl: 'http://127.0.0.1:9/apis/ccompat/v7', clickhouseUrl: 'http://127.0.0.1:8',
  },
};

describe('serviceEnv', () => {
  it('signs each service in as itself', () => {
    for (const service of SERVICES) {
      const env = serviceEnv(service, plan);
      expect(env).toMatchObject({ KAFKA_USERNAME: service, KAFKA_PASSWORD: secrets.kafka[service], DATABASE_URL: `postgres://tl_${service}`, DATABASE_POOL: '5' });
      expect(JSON.stringify(env)).not.toContain(secrets.kafka.admin);
    }
  });

  it('gives the signing key and the admin token to the gateway alone, and ClickHouse to analytics alone', () => {
    for (const service of SERVICES) {
      const env = serviceEnv(service, plan);
      expect('INTERNAL_TOKEN_PRIVATE_KEY_FILE' in env).toBe(service === 'gateway');
      expect('ADMIN_TOKEN_FILE' in env).toBe(service === 'gateway');
      expect('CLICKHOUSE_URL' in env).toBe(service === 'analytics');
    }
  });

  it('tells the gateway where the others are and which port is its own', () => {
    const env = serviceEnv('gateway', plan);
    expect(env.PORT).toBe('8080');
    expect(JSON.parse(env.SERVICE_URLS ?? '')).toEqual({ ingestion: 'http://127.0.0.1:5001' });
  });

  it('excepts only the receiver of the sample world from the guard of ticket destinations', () => {
    expect(serviceEnv('ticket-routing', plan).ALLOWED_HOSTS).toBe('127.0.0.1:5999,localhost:5999');
  });
});
