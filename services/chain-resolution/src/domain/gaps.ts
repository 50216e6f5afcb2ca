import { kindOf, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { digestOf } from './structure.js';

/** A missing hop, why it is missing, and the step that would close it. */
export interface Gap {
  readonly hop: string;
  readonly reason: string;
  readonly remedy: string;
  /** The node at which the chain breaks. */
  readonly at: Urn;
}

const ATTEST = `Add to the workflow after the image is pushed (permissions: id-token: write, attestations: write):
- uses: actions/attest-build-provenance@v3
  with:
    subject-name: \${{ env.IMAGE }}
    subject-digest: \${{ steps.push.outputs.digest }}
    push-to-registry: true`;

const LABELS = `Or label the image: docker/metadata-action gives org.opencontainers.image.source and .revision; pass its labels to docker/build-push-action.`;

const noBuild = (image: Urn): Gap => ({
  hop: 'build', at: image, reason: `no attestation, record, label or build output names ${digestOf(image).slice(0, 19) || urnRest(image)}`,
  remedy: `${ATTEST}\n${LABELS}`,
});

const unnamedBuild = (image: Urn): Gap => ({
  hop: 'build', at: image, reason: 'the commit is known, the build that made the image is not',
  remedy: `${ATTEST}\nOr name it in the deployment record: throughline deploy record --build "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"`,
});

const noCommit = (build: Urn): Gap => ({
  hop: 'commit', at: build, reason: 'no run event or attestation says which commit the build was of',
  remedy: 'Send workflow_run events of the repository to the connector\'s webhook, or post a deployment record with "commit".',
});

const contested = (image: Urn, rivals: readonly string[]): Gap => ({
  hop: 'build', at: image, reason: `${rivals.length} candidates contradict each other: ${rivals.join(', ')}`,
  remedy: `Sign the provenance, which decides it.\n${ATTEST}`,
});

/** Why an attestation was not believed, and what whoever built the image can do about it. */
const REFUSALS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  bad_signature: ['its signature is not by the key that it claims', 'Sign it again with a key of the policy, or find out who changed it.'],
  proof_invalid: ['its transparency proof or timestamp does not hold', 'Attest the image again; if the trusted root is old, put the current one into the policy.'],
  subject_mismatch: ['it speaks of another image', 'Attest the digest that was pushed: subject-digest: ${{ steps.push.outputs.digest }}.'],
  builder_not_trusted: ['its builder is not one that the policy trusts', 'Build with a trusted workflow, or add its builder.id to builders.'],
  builder_mismatch: ['it names another builder than the certificate that signed it', 'Find out who signed it: a workflow cannot sign for another.'],
  identity_not_trusted: ['its signer is not one that the policy trusts', 'Add issuer and identity of the signer to sigstore, if they are yours.'],
  repository_mismatch: ['it names another source than the certificate that signed it', 'Find out who signed it: the certificate names the repository that ran.'],
};

/** An attestation that was refused is no proof, and somebody should know that it was tried. */
const refused = (image: Urn, reason: string): Gap => {
  const [why, remedy] = REFUSALS[reason] ?? [`it cannot be read (${reason})`, 'Attest the image again with a current tool; GET /v1/assets/attestations?status=refused shows what was received.'];
  return { hop: 'provenance', at: image, reason: `an attestation of the image was refused: ${why} (${reason})`, remedy: `${remedy} Policy: PUT /v1/policies/provenance.` };
};

const noImage = (service: Urn): Gap => ({
  hop: 'image', at: service, reason: 'no running task, deployment record or pinned task definition names an image digest',
  remedy: 'Let the AWS connector read ecs:DescribeTasks, or run after each deployment: throughline deploy record --service <service> --image <name> --digest <sha256:…> --environment <slug>',
});

const noRuntime = (node: Urn): Gap => ({
  hop: 'service', at: node, reason: 'nothing says where the image runs, and the inventory of the runtime is not complete',
  remedy: 'Connect the account (PUT /v1/connectors/{id} kind aws), or send its facts: throughline collect aws --out facts.json, then POST /v1/observations/assets with snapshot.complete.',
});

const noExposure = (service: Urn, reasons: readonly string[]): Gap => ({
  hop: 'exposure', at: service, reason: reasons.join('; ') || 'no way to the service was observed',
  remedy: 'Let the connector read elasticloadbalancing:Describe* and ec2:DescribeSecurityGroups, DescribeSubnets, DescribeRouteTables, or send these facts to POST /v1/observations/assets.',
});

const noOwner = (node: Urn): Gap => ({
  hop: 'owner', at: node, reason: 'no manual entry, ownership rule, CODEOWNERS line, tag or repository team names an owner',
  remedy: kindOf(node) === 'repository'
    ? 'Add .github/CODEOWNERS with a line "* @org/team", or PUT /v1/ownership-rules/{slug} {"match": {"repository": "…"}, "team": "…"}.'
    : 'PUT /v1/ownership-rules/{slug} {"match": {"service": "…"}, "team": "…"}, or tag the service with team=<slug>.',
});

const noEnvironment = (service: Urn): Gap => ({
  hop: 'environment', at: service, reason: 'no rule, tag, deployment record or membership names an environment',
  remedy: 'PUT /v1/environments/{slug} {"stage": "production", "match": ["*<part of the cluster, account or service>*"]}, or tag the service with environment=<slug>.',
});

const noApplication = (service: Urn): Gap => ({
  hop: 'application', at: service, reason: 'no definition, tag or membership of its code names an application',
  remedy: 'PUT /v1/applications/{slug} {"services": ["<arn>"]} or {"repositories": ["github.com/<org>/<repo>"]}, or tag the service with application=<slug>.',
});

/** The gaps by name; texts live here and nowhere else. */
export const gap = { noBuild, unnamedBuild, noCommit, contested, noImage, noRuntime, noExposure, noOwner, noEnvironment, noApplication, refused } as const;

/** One line for events and lists. */
export const gapLine = (item: Gap): string => `${item.hop}: ${item.reason}`;
