import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { commitOf, daysBefore, digestOf, imageReference, ORGANIZATION, runOf, SERVICES, type Release, type SampleService } from './world.js';

/** Services whose workflow signs what it builds; the images of the others are known by labels and build outputs only. */
const SIGNING: ReadonlySet<string> = new Set(['pay', 'storefront']);
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const KEY_ID = 'acme-release';

export interface SignedReleases {
  readonly policy: { readonly keys: readonly { readonly keyId: string; readonly pem: string }[]; readonly builders: readonly string[]; readonly reason: string };
  readonly facts: readonly { readonly attestation: { readonly subject: string; readonly bundle: object; readonly mediaType: string }; readonly observedAt: string }[];
}

/** SLSA provenance of releases, signed with a key that lives for this load only, and the policy that trusts it. */
export function signedReleases(now: Date): SignedReleases {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signing = SERVICES.filter((service) => SIGNING.has(service.name));
  return {
    policy: {
      keys: [{ keyId: KEY_ID, pem: publicKey.export({ format: 'pem', type: 'spki' }).toString() }],
      builders: signing.map((service) => `https://github.com/${ORGANIZATION}/${service.repository}/.github/workflows/*`),
      reason: 'Releases of Acme are signed in their workflows.',
    },
    facts: signing.flatMap((service) => service.releases.map((release) => ({
      attestation: { subject: `image:${imageReference(service.name, release.version)}`, bundle: envelope(statement(service, release, now), privateKey), mediaType: 'application/vnd.dsse.envelope.v1+json' },
      observedAt: now.toISOString(),
    }))),
  };
}

/** SLSA provenance v1 in the shape of GitHub's attest-build-provenance action (https://slsa.dev/spec/v1.0/provenance). */
function statement(service: SampleService, release: Release, now: Date): object {
  const repository = `https://github.com/${ORGANIZATION}/${service.repository}`;
  const workflow = `.github/workflows/${service.workflow}`;
  return {
    _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1',
    subject: [{ name: service.name, digest: { sha256: digestOf(service.name, release.version).slice('sha256:'.length) } }],
    predicate: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1', externalParameters: { workflow: { ref: 'refs/heads/main', repository, path: workflow } },
        resolvedDependencies: [{ uri: `git+${repository}@refs/heads/main`, digest: { gitCommit: commitOf(service.name, release.version) } }],
      },
      runDetails: {
        builder: { id: `${repository}/${workflow}@refs/heads/main` },
        metadata: { invocationId: `${repository}/actions/runs/${runOf(service.name, release.version)}/attempts/1`, finishedOn: daysBefore(now, release.builtDaysAgo) },
      },
    },
  };
}

/** DSSE: the signature covers the payload's type and bytes (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md). */
function envelope(content: object, key: KeyObject): object {
  const payload = Buffer.from(JSON.stringify(content));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
  return { payloadType: PAYLOAD_TYPE, payload: payload.toString('base64'), signatures: [{ keyid: KEY_ID, sig: sign('sha256', signed, key).toString('base64') }] };
}
