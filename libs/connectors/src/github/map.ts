import { objectOf, textOf, type JsonObject, type MappedEvent, type WebhookEvent } from '@throughline/connectors/api';
import { ownersOf } from './config.js';
import { repositoryOf, type EventInput, type Outcome } from './events/common.js';
import { deployed } from './events/deployments.js';
import { alertChanged, installationChanged, membersChanged, repositoryChanged, teamChanged } from './events/organization.js';
import { published } from './events/packages.js';
import { pullRequested } from './events/pull-requests.js';
import { pushed } from './events/push.js';
import { jobRan, ran } from './events/runs.js';

type Reader = (input: EventInput) => Outcome;

/** Events of one repository: without it they say nothing. */
const OF_REPOSITORY: Readonly<Record<string, Reader>> = {
  push: pushed, pull_request: pullRequested, workflow_run: ran, workflow_job: jobRan, deployment: deployed, deployment_status: deployed, repository: repositoryChanged,
  member: membersChanged, team_add: membersChanged,
  code_scanning_alert: alertChanged('code-scanning'), dependabot_alert: alertChanged('dependabot'), secret_scanning_alert: alertChanged('secret-scanning'),
};
/** Events of an organization, which may name a repository. */
const OF_OWNER: Readonly<Record<string, Reader>> = {
  registry_package: published, package: published, team: teamChanged, membership: membersChanged, organization: membersChanged,
  installation: installationChanged, installation_repositories: installationChanged,
};

/** Names of the events that say something: what the webhook or App must subscribe to. */
export const GITHUB_EVENTS: readonly string[] = [...Object.keys(OF_REPOSITORY), ...Object.keys(OF_OWNER)].sort();

/** What GitHub's webhook events say of the chain. Pure; an event that says nothing tells why. */
export function mapGithub(event: WebhookEvent): MappedEvent {
  const payload = objectOf(event.payload);
  const repository = repositoryOf(payload['repository']) ?? '';
  const owner = ownerOf(payload, repository);
  const owners = ownersOf(event.config);
  if (owners !== undefined && owner !== '' && !owners.has(owner)) return ignored('the event is of an owner that this connector does not read');
  if (event.name === 'ping') return ignored('ping');
  const reader = readerOf(event.name);
  if (reader === undefined) return ignored(`events of the kind ${event.name.slice(0, 60)} say nothing of the chain`);
  if (repository === '' && Object.hasOwn(OF_REPOSITORY, event.name)) return ignored('the event names no repository');
  const outcome = reader({ payload, repository, owner, receivedAt: event.receivedAt });
  const defaultBranch = textOf(objectOf(payload['repository'])['default_branch']);
  const defaultBranches = repository === '' || defaultBranch === '' ? [] : [{ repository, branch: defaultBranch }];
  return typeof outcome === 'string' ? { facts: [], defaultBranches, ignored: outcome } : { ...outcome, defaultBranches, ignored: '' };
}

function readerOf(name: string): Reader | undefined {
  if (Object.hasOwn(OF_REPOSITORY, name)) return OF_REPOSITORY[name];
  return Object.hasOwn(OF_OWNER, name) ? OF_OWNER[name] : undefined;
}

/** Login of whom the event is about, lower case: the organization, the repository's owner, the account that installed the App. */
function ownerOf(payload: JsonObject, repository: string): string {
  const fromRepository = repository.split('/')[1] ?? '';
  const account = objectOf(objectOf(payload['installation'])['account']);
  const named = textOf(objectOf(payload['organization'])['login']) || textOf(account['login']);
  const login = (fromRepository || named).toLowerCase();
  return /^[\w-]+$/.test(login) ? login : '';
}

const ignored = (reason: string): MappedEvent => ({ facts: [], defaultBranches: [], ignored: reason });
