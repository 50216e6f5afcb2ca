import { assetFact, numberOf, objectOf, textOf, timeless, type Fact, type JsonObject } from '@throughline/connectors/api';
import { parseUrn, repositoryUrn } from '@throughline/domain';
import { alertScope, organizationScope, repositoryScope, teamsScope, wholeScope, type AlertKind } from '../scopes.js';
import { FULL_NAME, objectsOf, repositoryAttributes, repositoryFact, shortOf, updatedAt, type EventInput, type Outcome } from './common.js';

/** What is known of it is known under another name, or not at all. */
const NEW_TO_US: ReadonlySet<string> = new Set(['created', 'renamed', 'transferred', 'unarchived']);

/** A repository was made, renamed, moved, archived, deleted …; its id keeps its identity under another name. */
export function repositoryChanged({ payload, repository, receivedAt }: EventInput): Outcome {
  const given = objectOf(payload['repository']);
  const at = updatedAt(given, receivedAt);
  const action = textOf(payload['action']);
  if (action === 'deleted') return { facts: [withoutHome(repository, given, { deleted: true }, at)] };
  const changes = objectOf(payload['changes']);
  const former = formerName(repository, changes);
  return {
    // `updated_at` belongs to the key here: archived, unarchived and archived again are three facts.
    facts: [repositoryFact(given, repository, at, textOf(given['updated_at'])), ...(former === undefined ? [] : [withoutHome(former, given, { renamedTo: `repo:${repository}` }, at)])],
    refresh: [NEW_TO_US.has(action) ? wholeScope(shortOf(repository)) : repositoryScope(shortOf(repository))],
  };
}

function formerName(repository: string, changes: JsonObject): string | undefined {
  const [host = '', owner = '', name = ''] = repository.split('/');
  const oldName = textOf(objectOf(objectOf(changes['repository'])['name'])['from']);
  const from = objectOf(objectOf(changes['owner'])['from']);
  const oldOwner = textOf(objectOf(from['organization'] ?? from['user'])['login']);
  if (!/^[\w.-]*$/.test(oldName + oldOwner) || (oldName === '' && oldOwner === '')) return undefined;
  const former = `${host}/${oldOwner || owner}/${oldName || name}`.toLowerCase();
  return former === repository ? undefined : former;
}

/** The node under a name that is no more. */
function withoutHome(repository: string, given: JsonObject, said: JsonObject, at: string): Fact {
  const node = repositoryUrn(repository);
  return assetFact(`repository|${node}|gone|${Object.keys(said).join(',')}|${at}`, { urn: node, kind: 'repository', attributes: { ...repositoryAttributes(given), archived: true, ...said }, observedAt: at });
}

/** A team was made, changed, deleted, or got or lost a repository. Members and rights are read again, since no event lists them. */
export function teamChanged({ payload, owner, receivedAt }: EventInput): Outcome {
  const team = objectOf(payload['team']);
  const action = textOf(payload['action']);
  const fact = teamFact(team, owner, { active: action !== 'deleted' }, receivedAt.toISOString());
  if (fact === undefined) return 'the team has no slug';
  return { facts: [fact], refresh: [teamsScope(owner)] };
}

/** A team as GitHub holds it; timeless, since GitHub does not say when a team changed. A team that is made again has another id. */
export function teamFact(team: JsonObject, owner: string, more: JsonObject, observedAt: string): Fact | undefined {
  const slug = textOf(team['slug']).toLowerCase();
  const node = /^[\w.-]+$/.test(slug) ? parseUrn(`team:${slug}`) : undefined;
  if (node === undefined) return undefined;
  const id = numberOf(team['id']);
  const parent = textOf(objectOf(team['parent'])['slug']).toLowerCase();
  const attributes = { name: textOf(team['name'], 200), handles: [`@${owner}/${slug}`], ...(id !== undefined && { id: String(id) }), ...(parent !== '' && { parent }), ...more };
  return timeless(assetFact(`team|${node}|${owner}|${attributes.id ?? ''}|${attributes.name}|${more['active'] === true}`, { urn: node, kind: 'team', attributes, observedAt }));
}

/** Somebody joined or left: the members of the teams are read again, so that an owner who left owns nothing. */
export const membersChanged = ({ owner }: EventInput): Outcome => (owner === '' ? 'the event names no organization' : { facts: [], refresh: [teamsScope(owner)] });

/** An alert changed: the list of the repository is read again, since only a whole list shows what is gone. */
export const alertChanged = (kind: AlertKind) => ({ repository }: EventInput): Outcome =>
  (repository === '' ? 'the event names no repository' : { facts: [], refresh: [alertScope(kind, shortOf(repository))] });

export function installationChanged({ payload, owner }: EventInput): Outcome {
  const action = textOf(payload['action']);
  if (action === 'deleted' || action === 'suspend') return `the App was ${action === 'deleted' ? 'removed' : 'suspended'}: what it said stays as it was`;
  if (owner === '') return 'the event names no account';
  const added = objectsOf(payload['repositories_added']).map((one) => textOf(one['full_name'])).filter((name) => FULL_NAME.test(name));
  return { facts: [], refresh: added.length > 0 ? added.map(wholeScope) : [organizationScope(owner)] };
}
