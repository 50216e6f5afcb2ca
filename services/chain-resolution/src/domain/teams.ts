import { texts, text } from './assets.js';
import type { Json } from './claims.js';
import type { Definition } from './definitions.js';

export interface Team {
  readonly slug: string;
  readonly handles: readonly string[];
  readonly members: readonly string[];
  /** Who was a member once and is no more. */
  readonly former: readonly string[];
  readonly active: boolean;
  /** Team that takes over when this one is not active; else its parent. */
  readonly successor: string;
}

/** What connectors say of a team: its node, and everyone who was ever its member. */
export interface TeamFacts {
  readonly slug: string;
  readonly attributes: Json;
  readonly retired: boolean;
  readonly ever: readonly string[];
}

/** Teams as people define them and as hosts know them; what a definition says outranks what a host says. */
export function teamsOf(definitions: readonly Definition[], facts: readonly TeamFacts[]): Team[] {
  const [defined, known] = [new Map(definitions.map((team) => [team.slug, team.body])), new Map(facts.map((team) => [team.slug, team]))];
  return [...new Set([...defined.keys(), ...known.keys()])].sort().map((slug) => {
    const [body, fact] = [defined.get(slug) ?? {}, known.get(slug)];
    const attributes = fact?.attributes ?? {};
    const stated = texts(body['members']);
    const members = stated.length > 0 ? stated : texts(attributes['members']);
    return {
      slug, handles: [...new Set([...texts(body['handles']), ...texts(attributes['handles'])])], members, former: (fact?.ever ?? []).filter((name) => !members.includes(name)),
      active: typeof body['active'] === 'boolean' ? body['active'] : !isGone(fact), successor: text(body['successor']) || text(attributes['successor']) || text(attributes['parent']),
    };
  });
}

/** A definition that was deleted leaves a node without attributes, which says nothing of the team. */
function isGone(fact: TeamFacts | undefined): boolean {
  if (!fact) return false;
  return fact.attributes['active'] === false || fact.attributes['archived'] === true || (fact.retired && Object.keys(fact.attributes).length > 0);
}

/**
 * The team that owners of a line stand for, the first that does. A person stands for a team that they are in: the one
 * that works on the repository (`near`) where there are several, else the only one; who left, for the only active team
 * that they were in, so that work falls to those who stayed.
 */
export function teamOfOwners(owners: readonly string[], teams: readonly Team[], near: readonly string[] = []): string {
  for (const owner of owners) {
    const slug = teamSlug(owner, teams, near);
    const active = slug ? activeTeam(slug, teams) : undefined;
    if (active) return active;
  }
  return '';
}

/** `@acme/payments`, `group:payments`, `payments` or a person's name → team slug; empty when it names no team. */
export function teamSlug(owner: string, teams: readonly Team[], near: readonly string[] = []): string {
  const name = owner.toLowerCase();
  const declared = teams.find((team) => team.handles.some((handle) => handle.toLowerCase() === name) || `@${team.slug}` === name);
  if (declared) return declared.slug;
  const person = name.startsWith('user:') ? (name.split(/[/:]/).at(-1) ?? '') : name;
  const byPerson = teamOfPerson(person, teams, near);
  if (byPerson !== '' || name.startsWith('user:')) return byPerson;
  if (name.startsWith('@') && !name.includes('/')) return '';
  if (name.includes('@') && !name.startsWith('@')) return '';
  return (name.split(/[/:]/).at(-1) ?? '').replace(/[^a-z0-9._-]+/g, '-');
}

function teamOfPerson(name: string, teams: readonly Team[], near: readonly string[]): string {
  const isIn = (people: readonly string[]): boolean => people.some((person) => person.toLowerCase() === name || `@${person.toLowerCase()}` === name);
  const only = (found: readonly Team[]): string => (found.length === 1 ? (found[0]?.slug ?? '') : '');
  const current = teams.filter((team) => isIn(team.members));
  if (current.length > 0) return only(current) || only(current.filter((team) => near.includes(team.slug)));
  const left = teams.filter((team) => team.active && isIn(team.former));
  return only(left) || only(left.filter((team) => near.includes(team.slug)));
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
