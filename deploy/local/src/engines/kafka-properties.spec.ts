import { describe, expect, it } from '@jest/globals';
import { kafkaProperties } from './kafka-properties.js';

const text = kafkaProperties({ dataDir: '/home/x/kafka/data', clientPort: 9001, controllerPort: 9002, adminPassword: 'pw' });
const properties = Object.fromEntries(text.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

describe('kafkaProperties', () => {
  it('listens on loopback only, and on no listener without a sign-in', () => {
    expect(properties.listeners).toBe('CLIENT://127.0.0.1:9001,CONTROLLER://127.0.0.1:9002');
    expect(properties['listener.security.protocol.map']).not.toMatch(/:PLAINTEXT|:SSL/);
  });

  it('turns the authorizer on with one super user, and refuses where no grant is found', () => {
    expect(properties['authorizer.class.name']).toBe('org.apache.kafka.metadata.authorizer.StandardAuthorizer');
    expect(properties['super.users']).toBe('User:admin');
    expect(properties['allow.everyone.if.no.acl.found']).toBe('false');
  });

  it('can run alone', () => {
    const factors = Object.entries(properties).filter(([key]) => /replication\.factor$|min\.isr$|min\.insync/.test(key));
    expect(factors.length).toBeGreaterThanOrEqual(6);
    expect(new Set(factors.map(([, value]) => value))).toEqual(new Set(['1']));
    expect(properties['auto.create.topics.enable']).toBe('false');
  });
});
