import { describe, expect, it } from '@jest/globals';
import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';
import fc from 'fast-check';
import { sign } from 'node:crypto';
import { BUILDER, bundled, dsse, IN_TOTO, signed, slsaStatement, testKey } from '../../test/support/attestations.js';
import type { SlsaSpec } from '../../test/support/attestations.js';
import type { ProvenancePolicy } from '../domain/provenance/policy.js';
import { publicKeyOf } from './keys.js';
import { check } from './verify.js';

const release = testKey();
const other = testKey('other');
const policy: ProvenancePolicy = { keys: [release], builders: ['https://github.com/acme/*/.github/workflows/*'] };
const verdictOf = (bundle: string, under = policy): unknown[] => {
  const { status, reason } = check(bundle, under).verdict;
  return [status, reason];
};

describe('E5: an attestation', () => {
  it.each(['p256', 'p384', 'ed25519', 'rsa'] as const)('signed with a %s key of the policy is verified', (kind) => {
    const key = testKey('release', kind);
    expect(check(signed({}, key), { ...policy, keys: [other, key] })).toMatchObject({
      verdict: { status: 'verified', reason: '', keyId: 'release' },
      statement: {
        digests: [`sha256:${'1'.repeat(64)}`],
        provenance: { repository: 'github.com/acme/pay', commit: 'a'.repeat(40), build: 'build:github.com/acme/pay/actions/runs/7', builder: BUILDER, workflow: '.github/workflows/release.yml', ref: 'refs/heads/main' },
      },
    });
  });
  it('is verified as Sigstore\'s own signer makes it, with a local key', async () => {
    const signer = { sign: (data: Buffer) => Promise.resolve({ signature: sign('sha256', data, release.privateKey), key: { $case: 'publicKey' as const, publicKey: release.pem, hint: 'release' } }) };
    const bundle = await new DSSEBundleBuilder({ signer, witnesses: [] }).create({ data: Buffer.from(JSON.stringify(slsaStatement())), type: IN_TOTO });
    expect(verdictOf(JSON.stringify(bundleToJSON(bundle)))).toEqual(['verified', '']);
  });
  it('is read as a bare envelope and in every version of the bundle', () => {
    const envelope = dsse(slsaStatement(), release);
    for (const text of [envelope, bundled(envelope), ...['0.1', '0.2', '0.3'].map((version) => bundled(envelope, `application/vnd.dev.sigstore.bundle+json;version=${version}`))]) {
      expect(verdictOf(JSON.stringify(text))).toEqual(['verified', '']);
    }
  });
  it('keyid is only a hint: the right key under a wrong name verifies, a wrong key under the right name does not', () => {
    expect(verdictOf(signed({}, release, { keyId: 'nonsense' }))).toEqual(['verified', '']);
    expect(verdictOf(signed({}, other, { keyId: 'release' }))).toEqual(['refused', 'bad_signature']);
    expect(verdictOf(signed({}, other, { keyId: '' }))).toEqual(['refused', 'bad_signature']);
    expect(verdictOf(signed({}, other))).toEqual(['unverified', 'key_unknown']);
  });
  it('one good signature among several is enough', () => {
    const [mine, theirs] = [dsse(slsaStatement(), release), dsse(slsaStatement(), other)];
    expect(verdictOf(JSON.stringify({ ...mine, signatures: [...theirs.signatures, { keyid: 'release', sig: 'AAAA' }, ...mine.signatures] }))).toEqual(['verified', '']);
  });
  it('without a policy, without its key, without a trusted builder is text and no proof', () => {
    expect(verdictOf(signed({}, release), { keys: [], builders: [] })).toEqual(['unverified', 'no_policy']);
    expect(verdictOf(signed({}, release), { keys: [other], builders: policy.builders })).toEqual(['unverified', 'key_unknown']);
    expect(verdictOf(signed({}, release), { keys: [release], builders: [] })).toEqual(['unverified', 'no_builder_trusted']);
  });
  it('of a wrong builder is refused, however well it is signed', () => {
    for (const builder of ['https://github.com/evil/pay/.github/workflows/release.yml', '', 'https://evil.example/?https://github.com/acme/pay/.github/workflows/x']) {
      expect(verdictOf(signed({ builder }, release))).toEqual(['refused', 'builder_not_trusted']);
    }
  });
});

describe('attacks', () => {
  const envelope = dsse(slsaStatement(), release);
  const json = (over: object): string => JSON.stringify({ ...envelope, ...over });
  it('a signature over another payload type', () => {
    expect(verdictOf(JSON.stringify(dsse(slsaStatement(), release, { signedType: 'text/plain' })))).toEqual(['refused', 'bad_signature']);
    expect(verdictOf(JSON.stringify(dsse(slsaStatement(), release, { payloadType: 'application/json' })))).toEqual(['refused', 'wrong_payload_type']);
    expect(verdictOf(json({ payloadType: `${IN_TOTO} ` }))).toEqual(['refused', 'wrong_payload_type']);
  });
  it('a payload that was changed, and a signature of other bytes', () => {
    const changed = Buffer.from(JSON.stringify(slsaStatement({ repository: 'evil/pay' }))).toString('base64');
    expect(verdictOf(json({ payload: changed }))).toEqual(['refused', 'bad_signature']);
    expect(verdictOf(json({ signatures: [{ keyid: 'release', sig: Buffer.alloc(70).toString('base64') }] }))).toEqual(['refused', 'bad_signature']);
  });
  it('keys that are named twice, also in another spelling, in envelope and statement', () => {
    const evil = Buffer.from(JSON.stringify(slsaStatement({ repository: 'evil/pay' }))).toString('base64');
    for (const key of ['payload', 'payl\\u006fad']) expect(verdictOf(`{"${key}":"${evil}",${JSON.stringify(envelope).slice(1)}`)).toEqual(['refused', 'duplicate_keys']);
    const twice = JSON.stringify(slsaStatement()).replace('"subject":', '"subject":[],"subject":');
    expect(verdictOf(JSON.stringify(dsse(twice, release)))).toEqual(['refused', 'duplicate_keys']);
  });
  it('no algorithm can be chosen by the envelope, and a public key is no secret', () => {
    expect(verdictOf(json({ alg: 'none', signatures: [{ keyid: 'release', sig: '', alg: 'none' }] }))).toEqual(['refused', 'no_signature']);
    expect(verdictOf(json({ signatures: [{ keyid: 'release', sig: Buffer.from(release.pem).toString('base64'), alg: 'HS256' }] }))).toEqual(['refused', 'bad_signature']);
  });
  it('a signature over bytes is no attestation', () => {
    expect(verdictOf(JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: {}, messageSignature: {} }))).toEqual(['refused', 'not_an_attestation']);
  });
  it('an unsigned statement, an unsigned envelope', () => {
    expect(verdictOf(JSON.stringify(slsaStatement()))).toEqual(['refused', 'no_signature']);
    expect(verdictOf(json({ signatures: [] }))).toEqual(['refused', 'no_signature']);
  });
  it('garbage of any kind is refused with a reason and never throws', () => {
    const of = (text: string): unknown => check(text, policy).verdict.status;
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((text) => JSON.stringify(dsse(text, release)))), (text) => of(text) === 'refused'), { numRuns: 300 });
    expect(verdictOf('['.repeat(100_000))).toEqual(['refused', 'malformed']);
    expect(verdictOf(`"${'x'.repeat(300_000)}"`)).toEqual(['refused', 'too_large']);
    expect(verdictOf(json({ payload: Buffer.from([0xff, 0xfe]).toString('base64') }))).toEqual(['refused', 'statement_unreadable']);
  });
  it('any single byte that is changed in what was signed ends the proof', () => {
    const payload = Buffer.from(envelope.payload, 'base64');
    fc.assert(fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(payload);
      changed[at] = (changed[at] as number) ^ by;
      return check(json({ payload: changed.toString('base64') }), policy).verdict.status !== 'verified';
    }), { numRuns: 200 });
  });
});

describe('keys of the policy', () => {
  it('are public keys of a kind that we check with', () => {
    expect(publicKeyOf(release.pem)?.asymmetricKeyType).toBe('ec');
    const secret = release.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const pem of ['', 'nonsense', secret, `${release.pem}${secret}`, release.pem.replace(/[A-Z]/, '*')]) expect(publicKeyOf(pem)).toBeUndefined();
  });
});

describe('subjects', () => {
  const digestsOf = (spec: SlsaSpec): unknown => check(signed(spec, release), policy).statement?.digests;
  it('are their digests: several, in upper case, SHA-512; never their names', () => {
    expect(digestsOf({ digests: [{ sha256: 'A'.repeat(64) }, { sha512: 'b'.repeat(128) }, { sha1: 'c'.repeat(40) }] })).toEqual([`sha256:${'a'.repeat(64)}`, `sha512:${'b'.repeat(128)}`]);
    expect(verdictOf(signed({ digests: [{ sha256: 'A'.repeat(63) }] }, release))).toEqual(['refused', 'statement_unreadable']);
  });
});
