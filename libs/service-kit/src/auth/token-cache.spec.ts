import { describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT } from '@throughline/domain';
import { generateKeyPairSync } from 'node:crypto';
import { createTokenSigner, createTokenVerifier, type CallerIdentity } from './internal-token.js';
import { cachingSigner, cachingVerifier } from './token-cache.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const caller: CallerIdentity = { tenantId: DEFAULT_TENANT, actor: 'token:1', name: 'CI', role: 'viewer', scopes: ['application:shop'] };

describe('internal tokens', () => {
  it('carry the caller, and only with our signature', async () => {
    const token = await (await createTokenSigner(privateKey))(caller);
    const verify = await createTokenVerifier(publicKey);
    expect(await verify(token)).toEqual(caller);
    await expect(verify(`${token.slice(0, -6)}AAAAAA`)).rejects.toThrow();
    const other = generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
    await expect(verify(await (await createTokenSigner(other.privateKey))(caller))).rejects.toThrow();
  });

  it('are signed once for a while, and anew for another caller or later', async () => {
    let time = 0;
    let signed = 0;
    const sign = cachingSigner(() => Promise.resolve(`t${++signed}`), () => time);
    expect([await sign(caller), await sign({ ...caller })]).toEqual(['t1', 't1']);
    expect(await sign({ ...caller, role: 'admin' })).toBe('t2');
    time = 20_000;
    expect(await sign(caller)).toBe('t3');
  });

  it('are verified once for a while; a refusal is asked again', async () => {
    let time = 0;
    let asked = 0;
    const verify = cachingVerifier((token) => { asked += 1; return token === 'good' ? Promise.resolve(caller) : Promise.reject(new Error('no')); }, () => time);
    await verify('good');
    await verify('good');
    expect(asked).toBe(1);
    await expect(verify('bad')).rejects.toThrow();
    await expect(verify('bad')).rejects.toThrow();
    expect(asked).toBe(3);
    time = 10_000;
    await verify('good');
    expect(asked).toBe(4);
  });
});
