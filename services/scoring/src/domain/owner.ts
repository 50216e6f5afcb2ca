import type { PathOwner } from '@throughline/contracts';
import { matchesCodeowners } from '@throughline/domain';

export interface JudgedOwner {
  readonly team: string;
  readonly source: string;
}

/** The first owner whose pattern covers the path; chain-resolution has put them in order of precedence. */
export function ownerOf(owners: readonly PathOwner[], path: string): JudgedOwner {
  const owner = owners.find((candidate) => coversPath(candidate.pathPrefix, path));
  if (owner === undefined) return { team: '', source: '' };
  return { team: owner.team, source: owner.evidence ? `${owner.source}: ${owner.evidence}` : owner.source };
}

/** A CODEOWNERS pattern over a path; empty covers all. A flaw without a path has its asset's general owner. */
export function coversPath(pattern: string, path: string): boolean {
  if (pattern === '' || pattern === '*' || pattern === '/') return true;
  return path !== '' && matchesCodeowners(pattern, path);
}
