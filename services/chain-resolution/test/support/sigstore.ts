import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { preAuthEncoding } from '../../src/domain/provenance/envelope.js';
import { BUILDER, IN_TOTO, slsaStatement } from './attestations.js';
import type { SlsaSpec } from './attestations.js';

/** A Sigstore of the test's own (authority, certificate log, transparency log), so that keyless bundles are made and checked without a network. */
export interface TestSigstore {
  readonly trustedRoot: Record<string, unknown>;
  bundle(spec?: KeylessSpec): Promise<Record<string, unknown>>;
}

export interface KeylessSpec {
  readonly statement?: SlsaSpec;
  readonly issuer?: string;
  readonly san?: string;
  /** Repository that the certificate names; empty: it names none. */
  readonly repository?: string;
  readonly commit?: string;
  /** Without an entry of the log there is no time at which the certificate is known to have been in use. */
  readonly logged?: boolean;
}

export const ISSUER = 'https://token.actions.githubusercontent.com';
const OID = { issuer: '1.3.6.1.4.1.57264.1.8', repository: '1.3.6.1.4.1.57264.1.12', commit: '1.3.6.1.4.1.57264.1.13' };

const keyPair = (namedCurve = 'P-256'): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve });
const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

export async function testSigstore(): Promise<TestSigstore> {
  const ctlog = await initializeCTLog(keyPair());
  const ca = await initializeCA(keyPair('P-384'), ctlog);
  const tlog = await initializeTLog('https://rekor.example', keyPair());
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const log = (publicKey: Buffer, id: Buffer): object =>
    ({ baseUrl: 'https://rekor.example', hashAlgorithm: 'SHA2_256', publicKey: { rawBytes: publicKey.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor }, logId: { keyId: id.toString('base64') } });
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [{ subject: { organization: 'test', commonName: 'test' }, uri: 'https://fulcio.example', certChain: { certificates: [{ rawBytes: bytes(ca.rootCertificate).toString('base64') }] }, validFor }],
    tlogs: [log(tlog.publicKey, createHash('sha256').update(tlog.publicKey).digest())], ctlogs: [log(ctlog.publicKey, bytes(ctlog.logID))], timestampAuthorities: [],
  };
  const bundle: TestSigstore['bundle'] = async (spec = {}) => {
    const leaf = keyPair();
    const certificate = bytes(await ca.issueCertificate({
      publicKey: new Uint8Array(leaf.publicKey.export({ format: 'der', type: 'spki' })), subjectAltName: spec.san ?? BUILDER,
      extensions: [
        { oid: OID.issuer, value: spec.issuer ?? ISSUER },
        ...(spec.repository === '' ? [] : [{ oid: OID.repository, value: spec.repository ?? 'https://github.com/acme/pay' }]),
        ...(spec.commit === undefined ? [] : [{ oid: OID.commit, value: spec.commit }]),
      ],
    }));
    const payload = Buffer.from(JSON.stringify(slsaStatement(spec.statement)));
    const sig = sign('sha256', preAuthEncoding(IN_TOTO, payload), leaf.privateKey).toString('base64');
    const entries = spec.logged === false ? [] : [await entry(tlog, payload, sig, certificate)];
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { certificate: { rawBytes: certificate.toString('base64') }, tlogEntries: entries },
      dsseEnvelope: { payload: payload.toString('base64'), payloadType: IN_TOTO, signatures: [{ sig, keyid: '' }] },
    };
  };
  return { trustedRoot, bundle };
}

interface LogEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: { readonly signedEntryTimestamp: string; readonly inclusionProof: { readonly rootHash: string; readonly checkpoint: string } };
}

async function entry(tlog: Awaited<ReturnType<typeof initializeTLog>>, payload: Buffer, sig: string, certificate: Buffer): Promise<object> {
  const pem = `-----BEGIN CERTIFICATE-----\n${(certificate.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
  const hash = { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') };
  const answers = await tlog.log({ apiVersion: '0.0.1', kind: 'dsse', spec: { envelopeHash: hash, payloadHash: hash, signatures: [{ signature: sig, verifier: Buffer.from(pem).toString('base64') }] } }) as Record<string, LogEntry>;
  const logged = Object.values(answers)[0];
  const proof = logged?.verification?.inclusionProof;
  return {
    logIndex: String(logged?.logIndex), logId: { keyId: Buffer.from(logged?.logID ?? '', 'hex').toString('base64') }, kindVersion: { kind: 'dsse', version: '0.0.1' }, integratedTime: String(logged?.integratedTime),
    inclusionPromise: { signedEntryTimestamp: logged?.verification?.signedEntryTimestamp },
    inclusionProof: { logIndex: '0', treeSize: '1', hashes: [], rootHash: Buffer.from(proof?.rootHash ?? '', 'hex').toString('base64'), checkpoint: { envelope: proof?.checkpoint } },
    canonicalizedBody: logged?.body,
  };
}
