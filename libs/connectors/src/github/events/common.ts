import { assetFact, type Fact, type JsonObject, numberOf, objectOf, slugOf, textOf, timeless, timeOf } from '@throughline/connectors/api';
import { parseUrn, repositoryUrn, type Urn } from '@throughline/domain';

/** What one event says: facts, what must be read again because of it, or (a string) why nothing. */
export interface Said {
  readonly facts: readonly Fact[];
  readonly refresh?: readonly string[];
}
export type Outcome = Said | string;

export interface EventInput {
  readonly payload: JsonObject;
  /** host/owner/name; empty when the event is of an organization. */
  readonly repository: string;
  /** Login of the organization or user, lower case. */
  readonly owner: string;
  readonly receivedAt: Date;
}

export const SHA = /^[0-9a-f]{40,64}$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** owner/name; a name may begin with a dot (`.github`) but is no `.` or `..`. */
export const FULL_NAME = /^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/;
const MAX_LIST = 100;

/** host/owner/name; the host from the page's address, since Enterprise servers have their own. */
export function repositoryOf(value: unknown): string | undefined {
  const given = objectOf(value);
  const name = textOf(given['full_name']);
  return FULL_NAME.test(name) ? `${hostOf(given)}/${name}`.toLowerCase() : undefined;
}

/** Host of the pages of a thing, e.g. `github.com`. */
export const hostOf = (given: JsonObject): string => (/^https?:\/\/([^/\s]+)\//.exec(textOf(given['html_url']))?.[1] ?? 'github.com').toLowerCase();

/** `acme/pay` of `github.com/acme/pay`. */
export const shortOf = (repository: string): string => repository.slice(repository.indexOf('/') + 1);

export const objectsOf = (value: unknown, max = MAX_LIST): readonly JsonObject[] => (Array.isArray(value) ? value.slice(0, max).map(objectOf) : []);

export const textsOf = (value: unknown, max = MAX_LIST): readonly string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string').slice(0, max).map((one) => one.slice(0, 200)) : []);

/** Attributes that both an event and the list of repositories hold. */
export function repositoryAttributes(given: JsonObject): JsonObject {
  const id = numberOf(given['id']);
  return {
    ...(id !== undefined && { id: String(id) }),
    defaultBranch: textOf(given['default_branch']), visibility: textOf(given['visibility']) || (given['private'] === true ? 'private' : 'public'),
    archived: given['archived'] === true, topics: textsOf(given['topics'], 20), url: textOf(given['html_url']),
  };
}

/** The repository as an event holds it. The key holds what is said, so that only what changed is a new fact. */
export function repositoryFact(value: unknown, repository: string, observedAt: string, moment = ''): Fact {
  const attributes = repositoryAttributes(objectOf(value));
  const node = repositoryUrn(repository);
  const said = [attributes['defaultBranch'], attributes['visibility'], attributes['archived'], attributes['id'] ?? '', textsOf(attributes['topics']).join(',')].join('|');
  return timeless(assetFact(`repository|${node}|${said}${moment && `|${moment}`}`, { urn: node, kind: 'repository', attributes, observedAt }));
}

export function commitFact(key: string, commit: Urn, attributes: JsonObject, observedAt: string): Fact {
  return assetFact(key, { urn: commit, kind: 'commit', attributes, observedAt });
}

export function environmentFacts(name: string, observedAt: string): Fact[] {
  const slug = slugOf(name);
  const environment: Urn | undefined = slug === '' ? undefined : parseUrn(`environment:${slug}`);
  return environment === undefined ? [] : [timeless(assetFact(`environment|${slug}`, { urn: environment, kind: 'environment', attributes: { name }, observedAt }))];
}

export const updatedAt = (given: JsonObject, receivedAt: Date): string => timeOf(given['updated_at'] ?? given['created_at'], receivedAt);
