import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { SERVICES } from './names.js';
import { homePaths } from './paths.js';
import { completeSecrets, ensureKeys, loadSecrets } from './secrets.js';

const home = mkdtempSync(join(tmpdir(), 'throughline-secrets-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('secrets', () => {
  it('gives every service a Kafka user and a Postgres role of its own', () => {
    const secrets = completeSecrets(undefined);
    for (const service of SERVICES) {
      expect(secrets.kafka[service]).toMatch(/^[\w-]{32}$/);
      expect(secrets.postgres[`tl_${service.replaceAll('-', '_')}`]).toMatch(/^[\w-]{32}$/);
    }
    const all = [...Object.values(secrets.kafka), ...Object.values(secrets.postgres)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('keeps those of a home that an older commit wrote and adds what is new', () => {
    const old = { kafkaClusterId: 'tAAAAAAAAAAAAAAAAAAAAA', kafka: { admin: 'a' }, postgres: { postgres: 'p' } };
    const secrets = completeSecrets(old);
    expect(secrets.kafkaClusterId).toBe(old.kafkaClusterId);
    expect(secrets.kafka).toMatchObject({ admin: 'a' });
    expect(secrets.kafka.gateway).toBeDefined();
  });

  it('keeps files for the owner only, and the same from start to start', () => {
    const paths = homePaths(home);
    const first = loadSecrets(paths);
    ensureKeys(paths);
    const token = readFileSync(paths.adminToken, 'utf8');
    ensureKeys(paths);
    expect(loadSecrets(paths)).toEqual(first);
    expect(readFileSync(paths.adminToken, 'utf8')).toBe(token);
    expect(token).toMatch(/^tl_[\w-]{43}\n$/);
    for (const file of [paths.secrets, paths.adminToken, paths.masterKey, paths.internalPrivateKey]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(paths.masterKey, 'utf8')).toMatch(/^[\da-f]{64}\n$/);
  });

  it('makes a pair of internal keys that belong together', () => {
    const paths = homePaths(home);
    const message = Buffer.from('claims');
    const signature = sign(null, message, createPrivateKey(readFileSync(paths.internalPrivateKey)));
    expect(verify(null, message, createPublicKey(readFileSync(paths.internalPublicKey)), signature)).toBe(true);
  });
});
