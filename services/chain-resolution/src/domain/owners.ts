import { codeownersDialect, codeownersInOrder, kindOf, matchesCodeowners, parseCodeowners, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { isRecord, text, texts } from './assets.js';
import type { Asset } from './assets.js';
import type { Definition } from './definitions.js';
import { globMatches } from './definitions.js';
import type { Link } from './links.js';
import { activeTeam, teamOfOwners, teamSlug } from './teams.js';
import type { Team } from './teams.js';

export const OWNER_SOURCES = ['manual', 'ownership-rule', 'codeowners', 'backstage', 'tag', 'repository-team'] as const;
export type OwnerSource = (typeof OWNER_SOURCES)[number];

/** Who owns a path of an asset. In a list the first whose `pathPrefix` (empty: all; else a CODEOWNERS pattern) matches owns. */
export interface Owner {
  readonly pathPrefix: string;
  readonly team: string;
  readonly source: OwnerSource;
  readonly evidence: string;
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
 * A person, or a team that is gone, stands for the active team that took over, else the next source speaks. CODEOWNERS
 * lines are listed last line first, so that "first match" of the list is "last match" of the file.
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
  const content = text(file['text']);
  // GitLab's rules apply on GitLab, wherever the file lies
  const dialect = urnRest(input.asset).startsWith('gitlab.') ? 'gitlab' : codeownersDialect(content, path);
  const near = workingTeams(input);
  return codeownersInOrder(parseCodeowners(content, dialect)).map((rule): Owner => ({
    pathPrefix: rule.pattern, team: teamOfOwners(rule.owners, input.teams, near), source: 'codeowners',
    evidence: `${path}:${rule.line}${rule.owners.length === 0 ? UNOWNED : ''}`,
  }));
}

/** Teams that may change the repository. */
const workingTeams = (input: OwnerFacts): string[] => [
  ...texts(input.facts?.attributes['teams']).map((name) => teamSlug(name, input.teams)), ...input.links.filter((link) => link.kind === 'owned-by').map((link) => urnRest(link.to)),
];

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
