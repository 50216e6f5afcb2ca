import { textOf, type JsonObject, type PullGap } from '@throughline/connectors/api';
import type { GithubFailure } from '../failure.js';

/** What is read, the permission of a GitHub App that it needs, and what is not known without it. */
export interface Need {
  readonly kind: string;
  /** Name in GitHub's API and on its pages. */
  readonly permission: string;
  readonly label: string;
  readonly without: string;
  /** What else explains a refusal of one repository. */
  readonly or?: string;
}

export const NEEDS: readonly Need[] = [
  { kind: 'profile', permission: 'contents', label: 'Repository permissions: Contents: read', without: 'CODEOWNERS, catalog-info.yaml and Dockerfiles are not known: owners fall back to teams, and images cannot be compared with their Dockerfiles' },
  { kind: 'runs', permission: 'actions', label: 'Repository permissions: Actions: read', without: 'builds of the past are not known', or: 'enable GitHub Actions for the repository' },
  { kind: 'artifacts', permission: 'actions', label: 'Repository permissions: Actions: read', without: 'artifacts of builds are not known', or: 'enable GitHub Actions for the repository' },
  { kind: 'deployments', permission: 'deployments', label: 'Repository permissions: Deployments: read', without: 'deployment records of the past are not known' },
  { kind: 'attestations', permission: 'attestations', label: 'Repository permissions: Attestations: read', without: 'no origin of an image can be verified with the attestations that GitHub holds' },
  { kind: 'teams', permission: 'members', label: 'Organization permissions: Members: read', without: 'teams, their members and their repositories are not known: an owner who left is not noticed' },
  { kind: 'packages', permission: 'packages', label: 'Repository permissions: Packages: read', without: 'images in GitHub\'s registry are known by events only', or: 'GitHub lets Apps list packages in few cases: give a connector of its own a classic token with read:packages' },
  { kind: 'linked-artifacts', permission: 'artifact_metadata', label: 'Repository permissions: Artifact metadata: read', without: 'deployment records of linked artifacts are not known' },
  { kind: 'code-scanning', permission: 'security_events', label: 'Repository permissions: Code scanning alerts: read', without: 'code scanning alerts are not read', or: 'enable code scanning for the repository and let it run once' },
  { kind: 'dependabot', permission: 'vulnerability_alerts', label: 'Repository permissions: Dependabot alerts: read', without: 'Dependabot alerts are not read', or: 'enable Dependabot alerts for the repository' },
  { kind: 'secret-scanning', permission: 'secret_scanning_alerts', label: 'Repository permissions: Secret scanning alerts: read', without: 'secret scanning alerts are not read', or: 'enable secret scanning for the repository' },
];

/** Kinds that an installation may not read. */
export const missingNeeds = (permissions: JsonObject): readonly Need[] => NEEDS.filter(({ permission }) => textOf(permissions[permission]) === '');

export function missingGap(owner: string, need: Need): PullGap {
  return { scope: `github:${owner.toLowerCase()}`, code: 'access_denied', reason: `the installation lacks ${need.permission}: ${need.without}`, remedy: `Grant the GitHub App *${need.label}* and let the owner of ${owner} accept it.` };
}

/** One thing was refused though the permission may be there. */
export function refusalGap(scope: string, kind: string, failure: GithubFailure): PullGap {
  const need = NEEDS.find((one) => one.kind === kind);
  const code = failure.kind === 'broken' ? 'unreachable' : failure.kind === 'missing' ? 'not_found' : 'access_denied';
  const named = failure.permission === '' ? '' : ` (GitHub names ${failure.permission})`;
  const grant = need === undefined ? 'Check what the credential may read.' : `Grant *${need.label}*${named}${need.or === undefined ? '' : `, or ${need.or}`}.`;
  return { scope, code, reason: `GitHub answered ${failure.status} for ${kind}${need === undefined ? '' : `: ${need.without}`}`, remedy: failure.kind === 'broken' ? 'Nothing: it is asked for again with the next pull.' : grant };
}
