import type { PathOwner } from '@throughline/contracts';

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

/**
 * CODEOWNERS patterns (gitignore rules without negation): a leading or inner slash anchors, a trailing one means a folder,
 * a matched folder covers what is in it. Empty, `*` and `/` cover all. A flaw without a path has its asset's general owner.
 */
export function coversPath(pattern: string, path: string): boolean {
  const trimmed = pattern.replace(/^\/+/, '').replace(/\/+$/, '');
  if (trimmed === '' || trimmed === '*' || trimmed === '**') return true;
  if (path === '') return false;
  const anchored = pattern.startsWith('/') || trimmed.includes('/');
  const segments = anchored ? trimmed.split('/') : ['**', trimmed];
  return matchSegments([...segments], path.split('/'), pattern.endsWith('/'));
}

/** Dynamic programming over segments: linear in pattern × path, whatever the pattern (no backtracking to attack). */
function matchSegments(pattern: readonly string[], path: readonly string[], folderOnly: boolean): boolean {
  let reachable = new Set<number>([0]);
  for (const segment of pattern) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (segment === '**') for (let index = at; index <= path.length; index += 1) next.add(index);
      else if (at < path.length && matchSegment(segment, path[at] ?? '')) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reachable = next;
  }
  const single = (pattern.at(-1) ?? '').includes('*') && pattern.at(-1) !== '**' && pattern.length > 1 && pattern[0] !== '**';
  return [...reachable].some((at) => (folderOnly ? at < path.length : at === path.length || (at > 0 && !single)));
}

/** `*` and `?` inside one segment, by the two-pointer walk. */
function matchSegment(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === '*') { star = p; mark = t; p += 1; }
    else if (pattern[p] === text[t] || pattern[p] === '?') { p += 1; t += 1; }
    else if (star >= 0) { p = star + 1; mark += 1; t = mark; }
    else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
