/**
 * CODEOWNERS matching after GitHub's rules (docs.github.com, "About code owners", CODEOWNERS syntax): patterns follow
 * gitignore without `!`, `[ ]` and `\#`, paths are case-sensitive, the last matching line wins, a line without owners
 * leaves the path unowned. GitLab's section headers (`[Docs]`, `^[Docs][2] @owner`) give the lines below them the
 * header's owners when they name none.
 */
export interface CodeownersRule {
  readonly pattern: string;
  readonly owners: readonly string[];
  /** 1-based line in the file. */
  readonly line: number;
  readonly section: string;
}

const SECTION = /^\^?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$/;

/** Rules of a file in file order. Lines that no rule allows (negation, character ranges) are passed over, as GitHub does. */
export function parseCodeowners(text: string): CodeownersRule[] {
  const rules: CodeownersRule[] = [];
  let section = { name: '', owners: [] as string[] };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = withoutComment(raw).trim();
    if (line === '') continue;
    const header = SECTION.exec(line);
    if (header) {
      section = { name: header[1] ?? '', owners: words(header[2] ?? '') };
      continue;
    }
    const [pattern = '', ...owners] = words(line);
    if (pattern.startsWith('!') || pattern.includes('[') || pattern.startsWith('\\#')) continue;
    rules.push({ pattern: pattern.replaceAll('\\ ', ' '), owners: owners.length ? owners : section.owners, line: index + 1, section: section.name });
  }
  return rules;
}

/** The rule that decides about a path (relative to the repository's root): the last that matches, or undefined. */
export function codeownersOf(rules: readonly CodeownersRule[], path: string): CodeownersRule | undefined {
  return rules.findLast((rule) => matchesCodeowners(rule.pattern, path));
}

/** Whether a CODEOWNERS pattern matches a file's path. Linear in pattern times path: no regular expression is built. */
export function matchesCodeowners(pattern: string, path: string): boolean {
  const file = path.replace(/^\.?\/+/, '').split('/');
  const anchored = pattern.startsWith('/') || pattern.slice(0, -1).includes('/');
  const directory = pattern.endsWith('/');
  const parts = pattern.replace(/^\/+/, '').replace(/\/+$/, '').split('/');
  if (parts.length === 1 && parts[0] === '') return anchored;
  const whole = anchored ? parts : ['**', ...parts];
  // `docs/*` holds the files of the folder itself; any other match of a folder holds everything below it
  const below = parts.at(-1) !== '*' || !anchored;
  return matchSegments(whole, file, directory, below);
}

function matchSegments(pattern: readonly string[], file: readonly string[], directory: boolean, below: boolean): boolean {
  let states = closure(new Set([0]), pattern);
  for (const [index, segment] of file.entries()) {
    const next = new Set<number>();
    for (const state of states) {
      const part = pattern[state];
      if (part === undefined) continue;
      if (part === '**') {
        next.add(state);
        if (state === pattern.length - 1) next.add(pattern.length);
      } else if (matchSegment(part, segment)) next.add(state + 1);
    }
    states = closure(next, pattern);
    const isFile = index === file.length - 1;
    if (!isFile && below && states.has(pattern.length)) return true;
    if (states.size === 0) return false;
  }
  return states.has(pattern.length) && !directory;
}

/** `**` also stands for no folder at all; at the end it stands for everything below, so there it must take one segment. */
function closure(states: Set<number>, pattern: readonly string[]): Set<number> {
  for (const state of states) if (pattern[state] === '**' && state < pattern.length - 1) states.add(state + 1);
  return states;
}

/** `*` any run, `?` one character, inside one segment; greedy with one backtrack point, so never exponential. */
function matchSegment(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] !== '*' && (pattern[p] === '?' || pattern[p] === text[t])) { p += 1; t += 1; }
    else if (pattern[p] === '*') { star = p; mark = t; p += 1; }
    else if (star >= 0) { p = star + 1; mark += 1; t = mark; }
    else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

function withoutComment(line: string): string {
  const hash = /(^|\s)#/.exec(line);
  return hash ? line.slice(0, hash.index) : line;
}

/** Words, where a backslash keeps a space inside a pattern. */
const words = (line: string): string[] => line.match(/(?:\\.|\S)+/g) ?? [];
