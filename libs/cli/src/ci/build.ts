/** What a CI system says of the build it runs; empty: it does not say. */
export interface CiBuild {
  readonly system: string;
  /** Address or host/owner/name, as the platform takes it. */
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  /** URL, or URN where the build's page has no address of its own path. */
  readonly build: string;
  readonly pullRequest: string;
  /** Commit that the pull request is compared with; a branch name is none. */
  readonly base: string;
}

/** Reads a variable; empty when unset. */
export type Read = (name: string) => string;

export interface CiSystem {
  readonly id: string;
  readonly name: string;
  /** The page that documents the variables below. */
  readonly documented: string;
  /** Variables that are all set inside a build, and nowhere else. */
  readonly marks: readonly string[];
  read(variable: Read, files: CiFiles): Omit<CiBuild, 'system'>;
}

export interface CiFiles {
  /** A JSON file that a variable names; `undefined` when it cannot be read. */
  json(path: string): unknown;
}

/** Branch of `refs/heads/x` or `x`; nothing for tags and for the merge refs of pull requests. */
export function branchOf(ref: string): string {
  if (ref.startsWith('refs/heads/')) return ref.slice('refs/heads/'.length);
  return ref.startsWith('refs/') ? '' : ref;
}

const FULL_COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/i;

/** A shortened id names no commit for certain, and zeros none at all. */
export const commitOf = (text: string): string => (FULL_COMMIT.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : '');

/** A URL or ssh address without credentials: CI systems put tokens into theirs. */
export function withoutCredentials(address: string): string {
  const bare = address.trim().replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1').replace(/\.git$/, '');
  return bare.replace(/^[\w.-]+@([\w.-]+):(?!\/)/, '$1/').replace(/^(ssh|git|https?):\/\//i, '');
}

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');
