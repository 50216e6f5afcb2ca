import { kindOf, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { text } from './assets.js';
import type { Asset } from './assets.js';
import { globMatches } from './definitions.js';
import type { Link } from './links.js';
import { tagOf } from './model.js';
import type { EnvironmentRule, Model } from './model.js';

/** Where a service belongs, and by which method that is known; the strongest of them where there are several. */
export interface Belonging {
  readonly slugs: readonly string[];
  readonly method: string;
}

export interface BelongingInput {
  readonly service: Urn;
  readonly facts: Asset | undefined;
  /** Links of the service, of its runtimes and of the durable service that it is a runtime of. */
  readonly links: readonly Link[];
  /** Links of clusters, accounts and durable services. */
  readonly places: ReadonlyMap<Urn, readonly Link[]>;
  readonly model: Model;
}

interface Said {
  readonly slug: string;
  readonly method: string;
}

const STRENGTH = ['manual', 'api', 'deployment-record', 'rule', 'tag'];

/**
 * Environments of a service: memberships of it, its cluster and its account; rules of environments; deployment records;
 * tags. All of them hold, since a service may well serve two.
 */
export function environmentsOf(input: BelongingInput & { readonly records: readonly string[]; readonly branches: readonly string[] }): Belonging {
  const { facts } = input;
  const around = surroundingLinks(input);
  const linked = memberships(around, 'environment');
  const clusters = namesOf(around, 'cluster');
  const accounts = namesOf(around, 'account');
  const names = [urnRest(input.service), text(facts?.attributes['name'])];
  const ruled = input.model.environments.filter((environment) => environment.match.some((rule) => ruleMatches(rule, { names, clusters, accounts, branches: input.branches })));
  const stated = [tagOf(facts?.attributes ?? {}, 'environment'), text(facts?.attributes['environment'])];
  return belonging([
    ...linked, ...ruled.map((rule): Said => ({ slug: rule.slug, method: 'rule' })),
    ...input.records.map((slug): Said => ({ slug, method: 'deployment-record' })), ...stated.map((slug): Said => ({ slug, method: 'tag' })),
  ]);
}

/** Its own applications; where it has none, those of the code that it runs (`code`: links of it). */
export function applicationsOf(input: Omit<BelongingInput, 'places' | 'model'> & { readonly code: readonly Link[] }): Belonging {
  const own = [...memberships(input.links, 'application'), { slug: tagOf(input.facts?.attributes ?? {}, 'application'), method: 'tag' }];
  return belonging(own.some((item) => item.slug !== '') ? own : memberships(input.code, 'application'));
}

/** A bare glob is tried on every name; of an object every named condition must hold. */
function ruleMatches(rule: EnvironmentRule, of: { names: readonly string[]; clusters: readonly string[]; accounts: readonly string[]; branches: readonly string[] }): boolean {
  const any = (pattern: string, values: readonly string[]): boolean => values.some((value) => value !== '' && globMatches(pattern, value));
  if (typeof rule === 'string') return any(rule, [...of.names, ...of.clusters, ...of.accounts]);
  const conditions = [
    rule.name === undefined || any(rule.name, of.names), rule.cluster === undefined || any(rule.cluster, of.clusters),
    rule.account === undefined || any(rule.account, of.accounts), rule.branch === undefined || any(rule.branch, of.branches),
  ];
  return Object.keys(rule).length > 0 && conditions.every(Boolean);
}

/** The links of the service with those of its cluster and of the account behind that. */
function surroundingLinks(input: BelongingInput): Link[] {
  const around = [...input.links, ...placesOf(input.links).flatMap((place) => input.places.get(place) ?? [])];
  return [...around, ...placesOf(around).flatMap((place) => input.places.get(place) ?? [])];
}

/** Clusters and accounts that the links name. */
export const placesOf = (links: readonly Link[]): Urn[] =>
  [...new Set(links.filter((link) => link.kind === 'part-of' && ['cluster', 'account'].includes(kindOf(link.to))).map((link) => link.to))];

/** `aws/111122223333` may be written as the number alone, an ARN of a cluster as its last part. */
function namesOf(links: readonly Link[], kind: string): string[] {
  return placesOf(links).filter((node) => kindOf(node) === kind).flatMap((node) => [urnRest(node), urnRest(node).split('/').at(-1) ?? '']);
}

const memberships = (links: readonly Link[], kind: string): Said[] =>
  links.filter((link) => link.kind === 'member-of' && kindOf(link.to) === kind).map((link) => ({ slug: urnRest(link.to), method: link.method }));

function belonging(said: readonly Said[]): Belonging {
  const named = said.filter((item) => item.slug !== '');
  const strongest = [...named].sort((a, b) => strength(a.method) - strength(b.method))[0];
  return { slugs: [...new Set(named.map((item) => item.slug.toLowerCase()))].sort(), method: strongest?.method ?? '' };
}

const strength = (method: string): number => (STRENGTH.includes(method) ? STRENGTH.indexOf(method) : STRENGTH.length);
