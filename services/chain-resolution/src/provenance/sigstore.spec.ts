import { beforeAll, describe, expect, it } from '@jest/globals';
import { BUILDER } from '../../test/support/attestations.js';
import { ISSUER, testSigstore } from '../../test/support/sigstore.js';
import type { KeylessSpec, TestSigstore } from '../../test/support/sigstore.js';
import type { ProvenancePolicy } from '../domain/provenance/policy.js';
import { trustMaterialOf } from './sigstore.js';
import { check } from './verify.js';

let sigstore: TestSigstore;
let stranger: TestSigstore;
let policy: ProvenancePolicy;
beforeAll(async () => {
  [sigstore, stranger] = [await testSigstore(), await testSigstore()];
  policy = { keys: [], builders: ['https://github.com/acme/*'], sigstore: { issuers: [ISSUER], identities: ['https://github.com/acme/*'], trustedRoot: sigstore.trustedRoot } };
});

const verdictOf = (bundle: object, under = policy): unknown[] => {
  const { status, reason } = check(JSON.stringify(bundle), under).verdict;
  return [status, reason];
};
const of = async (spec: KeylessSpec): Promise<unknown[]> => verdictOf(await sigstore.bundle(spec));

describe('keyless bundles, checked offline', () => {
  it('are verified when authority, log, identity, builder and source agree', async () => {
    expect(check(JSON.stringify(await sigstore.bundle()), policy).verdict).toEqual({ status: 'verified', reason: '', keyId: '', issuer: ISSUER, identity: BUILDER });
    expect(await of({ commit: 'a'.repeat(40) })).toEqual(['verified', '']);
  });
  it('without a trusted root are text, since nothing is fetched', async () => {
    const bundle = await sigstore.bundle();
    expect(verdictOf(bundle, { keys: [], builders: policy.builders })).toEqual(['unverified', 'no_trusted_root']);
    expect(verdictOf(bundle, { ...policy, sigstore: { issuers: [ISSUER], identities: ['*'] } })).toEqual(['unverified', 'no_trusted_root']);
  });
  it('of another authority are somebody else\'s', async () => {
    expect(verdictOf(await stranger.bundle())).toEqual(['unverified', 'signer_unknown']);
  });
  it('without a logged time are not verified: the certificate lived for minutes', async () => {
    expect(await of({ logged: false })).toEqual(['unverified', 'no_trusted_time']);
  });
  it('with an entry of another bundle in the log, or one that was changed, are refused', async () => {
    const [mine, other] = [await sigstore.bundle() as never, await sigstore.bundle({ statement: { run: '8' } }) as never] as { verificationMaterial: { tlogEntries: { integratedTime: string }[] } }[];
    const entries = (list: unknown): object => ({ ...mine, verificationMaterial: { ...mine?.verificationMaterial, tlogEntries: list } });
    expect(verdictOf(entries(other?.verificationMaterial.tlogEntries))).toEqual(['refused', 'proof_invalid']);
    const moved = mine?.verificationMaterial.tlogEntries.map((item) => ({ ...item, integratedTime: String(Number(item.integratedTime) + 60) }));
    expect(verdictOf(entries(moved))).toEqual(['refused', 'proof_invalid']);
  });
  it('whose signature is not their certificate\'s are refused, whomever one trusts', async () => {
    const [mine, other] = [await sigstore.bundle(), await sigstore.bundle()] as { dsseEnvelope: object }[];
    for (const under of [policy, { keys: [], builders: [] }]) expect(verdictOf({ ...mine, dsseEnvelope: other?.dsseEnvelope }, under)).toEqual(['refused', 'bad_signature']);
  });
  it('of an issuer or identity that the policy does not name are refused', async () => {
    expect(await of({ issuer: 'https://evil.example' })).toEqual(['refused', 'identity_not_trusted']);
    expect(await of({ san: 'https://github.com/evil/pay/.github/workflows/release.yml@refs/heads/main' })).toEqual(['refused', 'identity_not_trusted']);
  });
  it('whose predicate names another source than the certificate are refused', async () => {
    expect(await of({ statement: { repository: 'acme/other' } })).toEqual(['refused', 'repository_mismatch']);
    expect(await of({ repository: '', statement: { repository: 'acme/other' } })).toEqual(['refused', 'repository_mismatch']);
    expect(await of({ commit: 'b'.repeat(40) })).toEqual(['refused', 'repository_mismatch']);
  });
  it('whose predicate names another workflow as builder than the one that signed are refused', async () => {
    expect(await of({ statement: { builder: 'https://github.com/acme/pay/.github/workflows/other.yml@refs/heads/main' } })).toEqual(['refused', 'builder_mismatch']);
    expect(await of({ statement: { builder: BUILDER.replace('refs/heads/main', 'refs/tags/v1') } })).toEqual(['verified', '']);
    expect(await of({ statement: { builder: 'https://evil.example' } })).toEqual(['refused', 'builder_not_trusted']);
  });
  it('a trusted root is one or none', () => {
    for (const root of [{}, { certificateAuthorities: [] }, { certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }] }, 1, null]) expect(trustMaterialOf(root)).toBeUndefined();
  });
});
