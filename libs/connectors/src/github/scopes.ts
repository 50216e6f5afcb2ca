/**
 * Scopes that an event asks to read again (`MappedEvent.refresh`, `PullContext.focus`): what, and whose.
 * `repository:acme/pay` (what it is), `whole:acme/pay` (all of it), `code-scanning:acme/pay`, `package:acme/pay/api`, `teams:acme`, `organization:acme`.
 */
export const ALERT_KINDS = ['code-scanning', 'dependabot', 'secret-scanning'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export type Scope =
  | { readonly what: 'repository' | 'whole' | AlertKind; readonly owner: string; readonly repository: string }
  | { readonly what: 'package'; readonly owner: string; readonly name: string }
  | { readonly what: 'teams' | 'organization'; readonly owner: string };

export const repositoryScope = (fullName: string): string => `repository:${fullName}`;
export const wholeScope = (fullName: string): string => `whole:${fullName}`;
export const alertScope = (kind: AlertKind, fullName: string): string => `${kind}:${fullName}`;
export const packageScope = (owner: string, name: string): string => `package:${owner}/${name}`;
export const teamsScope = (owner: string): string => `teams:${owner}`;
export const organizationScope = (owner: string): string => `organization:${owner}`;

const FORM = /^(repository|whole|code-scanning|dependabot|secret-scanning|package|teams|organization):([\w-]+)(?:\/([\w./-]+))?$/;

/** undefined for a text that is no scope of ours. */
export function parseScope(text: string): Scope | undefined {
  const [, what, owner, rest] = FORM.exec(text) ?? [];
  if (what === undefined || owner === undefined) return undefined;
  if (what === 'teams' || what === 'organization') return rest === undefined ? { what, owner } : undefined;
  if (rest === undefined) return undefined;
  if (what === 'package') return { what, owner, name: rest };
  return rest.includes('/') ? undefined : { what: what as 'repository' | 'whole' | AlertKind, owner, repository: rest };
}
