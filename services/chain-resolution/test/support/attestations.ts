import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { preAuthEncoding } from '../../src/domain/provenance/envelope.js';

/** Attestations as CI systems make them, with keys of the test. */
export interface TestKey {
  readonly keyId: string;
  readonly pem: string;
  readonly privateKey: KeyObject;
  readonly hash: string | null;
}

export function testKey(keyId = 'release', kind: 'p256' | 'p384' | 'ed25519' | 'rsa' = 'p256'): TestKey {
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519')
    : kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: kind === 'p256' ? 'P-256' : 'P-384' });
  return { keyId, pem: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(), privateKey: pair.privateKey, hash: { p256: 'sha256', p384: 'sha384', ed25519: null, rsa: 'sha256' }[kind] };
}

export const IN_TOTO = 'application/vnd.in-toto+json';
export const BUILDER = 'https://github.com/acme/pay/.github/workflows/release.yml@refs/heads/main';

export interface SlsaSpec {
  readonly digests?: readonly object[];
  readonly repository?: string;
  readonly commit?: string;
  readonly run?: string;
  readonly builder?: string;
  readonly finishedOn?: string;
  readonly inputs?: object;
}

/** What actions/attest-build-provenance writes. */
export function slsaStatement(spec: SlsaSpec = {}): object {
  const repository = `https://github.com/${spec.repository ?? 'acme/pay'}`;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: (spec.digests ?? [{ sha256: '1'.repeat(64) }]).map((digest) => ({ name: 'registry.example/acme/pay', digest })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: { workflow: { ref: 'refs/heads/main', repository, path: '.github/workflows/release.yml' }, ...(spec.inputs && { inputs: spec.inputs }) },
        resolvedDependencies: [{ uri: `git+${repository}@refs/heads/main`, digest: { gitCommit: spec.commit ?? 'a'.repeat(40) } }],
      },
      runDetails: {
        builder: { id: spec.builder ?? BUILDER },
        metadata: { ...(spec.run !== '' && { invocationId: `${repository}/actions/runs/${spec.run ?? '7'}/attempts/1` }), ...(spec.finishedOn && { finishedOn: spec.finishedOn }) },
      },
    },
  };
}

export interface SignSpec {
  readonly keyId?: string;
  readonly payloadType?: string;
  /** Signed in place of the payload type that the envelope shows. */
  readonly signedType?: string;
}

export function dsse(statement: object | string, key: TestKey, spec: SignSpec = {}): { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] } {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement));
  const payloadType = spec.payloadType ?? IN_TOTO;
  const sig = sign(key.hash, preAuthEncoding(spec.signedType ?? payloadType, payload), key.privateKey).toString('base64');
  return { payload: payload.toString('base64'), payloadType, signatures: [{ keyid: spec.keyId ?? key.keyId, sig }] };
}

/** The envelope in a Sigstore bundle signed with a plain key. */
export const bundled = (envelope: object, version = 'application/vnd.dev.sigstore.bundle.v0.3+json'): object =>
  ({ mediaType: version, verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [] }, dsseEnvelope: envelope });

export const signed = (spec: SlsaSpec, key: TestKey, how: SignSpec = {}): string => JSON.stringify(bundled(dsse(slsaStatement(spec), key, how)));

export const idOf = (bundle: string): string => createHash('sha256').update(bundle).digest('hex');
