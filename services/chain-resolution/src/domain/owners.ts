import { kindOf, matchesCodeowners, parseCodeowners, urnRest } from '@throughline/domain';
import type { CodeownersRule, Urn } from '@throughline/domain';
import { isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import type { Definition } from './definitions.js';
import { globMatches } from './definitions.js';
import type { Link } from './links.js';

export const OWNER_SOURCES = ['manual', 'ownership-rule', 'codeowners', 'backstage', 'tag', 'repository-team'] as const;
export type OwnerSource = (typeof OWNER_SOURCES)[number];

/** Who owns a path of an asset. In a list the first whose `pathPrefix` (empty: all; else a CODEOWNERS pattern) matches owns. */
export interface Owner {
  readonly pathPrefix: string;
  readonly team: string;
  readonly source: OwnerSource;
  readonly evidence: string;
}

export interface Team {
  readonly slug: string;
  readonly handles: readonly string[];
  readonly members: readonly string[];
  readonly active: boolean;
  /** Team that takes over when this one is not active. */
  readonly successor: string;
}

export interface OwnerFacts {
  readonly asset: Urn;
  readonly facts: Asset | undefined;
  /** `owned-by` links of the asset. */
  readonly links: readonly Link[];
  readonly rules: readonly Definition[];
  readonly teams: readonly Team[];
  readonly applications: readonly string[];
}

/** A CODEOWNERS line without owners leaves its paths unowned; it stays in the list, as it hides the lines above it. */
const UNOWNED = ' (no owner)';

/**
 * Owners of an asset by precedence: manual entry, ownership rule, CODEOWNERS, Backstage or tag, team of the repository.
 * CODEOWNERS lines are listed last line first, so that "first match" of the list is "last match" of the file.
 */
export function ownersOf(input: OwnerFacts): Owner[] {
  const linked = input.links.filter((link) => link.kind === 'owned-by').map((link) => linkOwner(link, input.teams));
  const found = [
    ...linked, ...ruleOwners(input), ...codeownersOwners(input), ...attributeOwners(input),
  ].filter((owner): owner is Owner => owner !== undefined && (owner.team !== '' || owner.evidence.endsWith(UNOWNED)));
  const ranked = byPrecedence(found);
  const seen = new Set<string>();
  return ranked.filter((owner) => {
    const key = `${owner.pathPrefix}|${owner.team}|${owner.source}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function linkOwner(link: Link, teams: readonly Team[]): Owner | undefined {
  const said = text(link.evidence['source']);
  const source: OwnerSource = link.method === 'manual' ? 'manual' : link.method === 'codeowners' ? 'codeowners'
    : link.method === 'tag' || said === 'tag' ? 'tag' : said === 'backstage' ? 'backstage' : 'repository-team';
  const team = activeTeam(urnRest(link.to), teams);
  return team ? { pathPrefix: text(link.evidence['path']), team, source, evidence: describe(link) } : undefined;
}

function describe(link: Link): string {
  const { file, line, definition, source } = link.evidence;
  return [text(file) && `${text(file)}${typeof line === 'number' ? `:${line}` : ''}`, text(definition), text(source)].find((part) => part) ?? link.method;
}

function ruleOwners(input: OwnerFacts): Owner[] {
  return input.rules
    .filter((rule) => ruleMatches(rule, input))
    .sort((a, b) => Number(b.body['priority'] ?? 0) - Number(a.body['priority'] ?? 0) || (a.slug < b.slug ? -1 : 1))
    .map((rule) => ({
      pathPrefix: text(matchOf(rule)['path']), team: activeTeam(text(rule.body['team']), input.teams) ?? '',
      source: 'ownership-rule', evidence: `ownership-rules/${rule.slug}`,
    }));
}

const matchOf = (rule: Definition): Record<string, unknown> => (isRecord(rule.body['match']) ? rule.body['match'] : {});

/** Every condition that the rule names must hold; a rule without conditions matches nothing. */
function ruleMatches(rule: Definition, input: OwnerFacts): boolean {
  const match = matchOf(rule);
  const rest = urnRest(input.asset);
  const kind = kindOf(input.asset);
  const conditions: boolean[] = [];
  const glob = (name: string, holds: (pattern: string) => boolean): void => {
    if (text(match[name])) conditions.push(holds(text(match[name])));
  };
  glob('asset', (pattern) => globMatches(pattern, input.asset));
  glob('repository', (pattern) => kind === 'repository' && globMatches(pattern, rest.split('#')[0] ?? ''));
  glob('service', (pattern) => kind === 'service' && (globMatches(pattern, rest) || globMatches(pattern, text(input.facts?.attributes['name']))));
  glob('image', (pattern) => kind === 'image-name' && globMatches(pattern, rest));
  glob('account', (pattern) => kind === 'account' && globMatches(pattern, rest));
  glob('application', (pattern) => input.applications.some((slug) => globMatches(pattern, slug)));
  return conditions.length > 0 && conditions.every(Boolean);
}

function codeownersOwners(input: OwnerFacts): Owner[] {
  const file = input.facts?.attributes['codeowners'];
  if (!isRecord(file) || kindOf(input.asset) !== 'repository') return [];
  const path = text(file['path']) || 'CODEOWNERS';
  return parseCodeowners(text(file['text'])).reverse().map((rule): Owner => ({
    pathPrefix: rule.pattern, team: teamOfOwners(rule, input.teams), source: 'codeowners',
    evidence: `${path}:${rule.line}${rule.owners.length === 0 ? UNOWNED : ''}`,
  }));
}

function attributeOwners(input: OwnerFacts): (Owner | undefined)[] {
  const attributes = input.facts?.attributes ?? {};
  const tags = isRecord(attributes['tags']) ? attributes['tags'] : {};
  const owner = (name: string, source: OwnerSource, evidence: string): Owner | undefined => {
    const team = name ? activeTeam(teamSlug(name, input.teams), input.teams) : undefined;
    return team ? { pathPrefix: '', team, source, evidence } : undefined;
  };
  return [
    owner(text(attributes['backstageOwner']), 'backstage', 'catalog-info.yaml'),
    owner(text(tags['team']) || text(tags['owner']), 'tag', 'tag team'),
    ...texts(attributes['teams']).map((name) => owner(name, 'repository-team', 'team of the repository')),
  ];
}

/** The first owner of the line that is a team, or a person whom exactly one team lists as its member. */
function teamOfOwners(rule: CodeownersRule, teams: readonly Team[]): string {
  for (const owner of rule.owners) {
    const slug = teamSlug(owner, teams);
    const active = slug ? activeTeam(slug, teams) : undefined;
    if (active) return active;
  }
  return '';
}

/** `@acme/payments`, `group:payments`, `payments` or a member's name → team slug; empty when it names no team. */
export function teamSlug(owner: string, teams: readonly Team[]): string {
  const name = owner.toLowerCase();
  const declared = teams.find((team) => team.handles.some((handle) => handle.toLowerCase() === name) || `@${team.slug}` === name);
  if (declared) return declared.slug;
  const members = teams.filter((team) => team.members.some((member) => member.toLowerCase() === name || `@${member.toLowerCase()}` === name));
  if (members.length === 1) return members[0]?.slug ?? '';
  if (name.startsWith('@') && !name.includes('/')) return '';
  if (name.includes('@') && !name.startsWith('@')) return '';
  return (name.split(/[/:]/).at(-1) ?? '').replace(/[^a-z0-9._-]+/g, '-');
}

/** The team itself, or who took over from a team that is no longer active; undefined when nobody did. */
export function activeTeam(slug: string, teams: readonly Team[]): string | undefined {
  let current = slug;
  for (let step = 0; step < 10 && current; step += 1) {
    const team = teams.find((item) => item.slug === current);
    if (!team || team.active) return current;
    current = team.successor;
  }
  return undefined;
}

interface CodeFacts {
  readonly links: ReadonlyMap<Urn, readonly Link[]>;
  readonly facts: ReadonlyMap<Urn, Asset>;
  readonly rules: readonly Definition[];
  readonly teams: readonly Team[];
  readonly applications: readonly string[];
}

/** The repository that a sub-path is in; itself for a whole repository. */
export const wholeRepository = (node: Urn): Urn => (node.split('#')[0] ?? node) as Urn;

/**
 * Owners of a whole repository or of one sub-path of it (`repo:…#services/pay`), as owners of everything in it: of the
 * CODEOWNERS lines the one that decides about files below the sub-path, or about any file at all.
 */
export function ownersOfCode(node: Urn, input: CodeFacts): Owner[] {
  const repository = wholeRepository(node);
  const path = node.slice(repository.length + 1);
  const of = (asset: Urn): Owner[] => ownersOf({
    asset, facts: input.facts.get(asset), links: input.links.get(asset) ?? [], rules: input.rules, teams: input.teams, applications: input.applications,
  });
  const owners = byPrecedence([...(path ? of(node) : []), ...of(repository)]);
  const sources = new Set<string>();
  return owners.filter((owner) => coversPath(owner, path)).filter((owner) => {
    // a source speaks once: its first match decides, also when it says that nobody owns it
    if (owner.source !== 'codeowners') return true;
    return !sources.has(owner.source) && sources.add(owner.source) !== undefined;
  }).filter((owner) => owner.team !== '').map((owner) => ({ ...owner, pathPrefix: '' }));
}

function coversPath(owner: Owner, path: string): boolean {
  if (owner.pathPrefix === '') return true;
  if (owner.source === 'codeowners') return matchesCodeowners(owner.pathPrefix, path ? `${path}/${ANY_FILE}` : ANY_FILE);
  const prefix = owner.pathPrefix.replace(/^\/+|\/+$/g, '');
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** A file name that only patterns for any file match. */
const ANY_FILE = '\u0001';

export function byPrecedence(owners: readonly Owner[]): Owner[] {
  return OWNER_SOURCES.flatMap((source) => owners.filter((owner) => owner.source === source));
}
