import { isRecord, text } from './assets.js';
import type { Definition } from './definitions.js';
import { teamsOf } from './teams.js';
import type { Team, TeamFacts } from './teams.js';

/** What makes a service part of an environment: a glob over its names, or globs that must all hold. */
export type EnvironmentRule = string | { readonly name?: string; readonly cluster?: string; readonly account?: string; readonly branch?: string };

/** The definitions of a tenant that judgements need at hand: small, read once a unit of work. */
export interface Model {
  readonly teams: readonly Team[];
  readonly ownershipRules: readonly Definition[];
  readonly environments: readonly { readonly slug: string; readonly match: readonly EnvironmentRule[] }[];
  /** Whether the runtime is known to its end: only then may a version be called not deployed. */
  readonly runtimeComplete: boolean;
}

export function modelOf(definitions: readonly Definition[], runtimeComplete: boolean, teams: readonly TeamFacts[] = []): Model {
  const of = (kind: Definition['kind']): Definition[] => definitions.filter((definition) => definition.kind === kind);
  return {
    teams: teamsOf(of('teams'), teams),
    ownershipRules: of('ownership-rules'),
    environments: of('environments').map((environment) => ({ slug: environment.slug, match: rulesOf(environment.body['match']) })),
    runtimeComplete,
  };
}

function rulesOf(match: unknown): EnvironmentRule[] {
  if (!Array.isArray(match)) return [];
  return match.flatMap((rule: unknown): EnvironmentRule[] => {
    if (typeof rule === 'string') return rule === '' ? [] : [rule];
    if (!isRecord(rule)) return [];
    return [Object.fromEntries(['name', 'cluster', 'account', 'branch'].flatMap((key) => (text(rule[key]) ? [[key, text(rule[key])]] : [])))];
  });
}

export const EMPTY_MODEL: Model = { teams: [], ownershipRules: [], environments: [], runtimeComplete: false };

/** Criticality words, worst first; the criticality of several things is that of the worst. */
const CRITICALITY = ['critical', 'high', 'medium', 'low'];

export function worstCriticality(values: readonly string[]): string {
  return CRITICALITY.find((word) => values.includes(word)) ?? '';
}

export const tagOf = (attributes: Readonly<Record<string, unknown>>, name: string): string =>
  (isRecord(attributes['tags']) ? text(attributes['tags'][name]) : '');
