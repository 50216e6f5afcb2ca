import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const DSSE_TYPE = 'application/vnd.dsse.envelope.v1+json';
export const POLICY_KEY = 'release';
export const TRUSTED_BUILDER = 'https://github.com/fleet-acme/*/.github/workflows/*';

/** The signer of the policy, and one that the policy does not know. New in each run, as keys are no part of a fleet's truth. */
export interface Signers { readonly trusted: KeyObject; readonly unknown: KeyObject; readonly trustedPem: string }

const pair = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

let made: Signers | undefined;
export function signers(): Signers {
  if (made === undefined) {
    const trusted = pair();
    made = { trusted, unknown: pair(), trustedPem: createPublicKey(trusted).export({ format: 'pem', type: 'spki' }).toString() };
  }
  return made;
}

export interface Provenance {
  readonly digest: string;
  readonly imageName: string;
  /** `acme/pay`. */
  readonly repository: string;
  readonly commit: string;
  readonly runId: number;
  /** Repository whose workflow built it; the same unless somebody else's built it. */
  readonly builder?: string;
}

/** SLSA v1 provenance as GitHub's own action writes it. */
function statement(of: Provenance): string {
  const source = `https://github.com/${of.repository}`;
  const workflow = '.github/workflows/release.yml';
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1', subject: [{ name: of.imageName, digest: { sha256: of.digest.slice('sha256:'.length) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: { workflow: { ref: 'refs/heads/main', repository: source, path: workflow } },
        internalParameters: { github: { event_name: 'push', runner_environment: 'github-hosted' } },
        resolvedDependencies: [{ uri: `git+${source}@refs/heads/main`, digest: { gitCommit: of.commit } }],
      },
      runDetails: {
        builder: { id: `https://github.com/${of.builder ?? of.repository}/${workflow}@refs/heads/main` },
        metadata: { invocationId: `${source}/actions/runs/${of.runId}/attempts/1` },
      },
    },
  });
}

type Signer = 'trusted' | 'unknown';
const keyIdOf = (signer: Signer): string => (signer === 'trusted' ? POLICY_KEY : 'somebody');

function sealed(of: Provenance, signer: Signer, tamper: (text: string) => string = (text) => text): object {
  const text = statement(of);
  const sig = sign('sha256', preAuthEncoding(Buffer.from(text)), signers()[signer]).toString('base64');
  return { payload: Buffer.from(tamper(text)).toString('base64'), payloadType: PAYLOAD_TYPE, signatures: [{ sig, keyid: keyIdOf(signer) }] };
}

/** A bare DSSE envelope. */
export const envelope = (of: Provenance, signer: Signer): Buffer => Buffer.from(JSON.stringify(sealed(of, signer)));

/** A Sigstore bundle with a key. `tamper` changes the statement after it was signed. */
export function bundle(of: Provenance, signer: Signer, tamper?: (text: string) => string): Buffer {
  return Buffer.from(JSON.stringify({ mediaType: BUNDLE_TYPE, verificationMaterial: { publicKey: { hint: keyIdOf(signer) } }, dsseEnvelope: sealed(of, signer, tamper) }));
}

const preAuthEncoding = (payload: Buffer): Buffer => Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
