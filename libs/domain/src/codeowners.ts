/**
 * CODEOWNERS matching after GitHub's rules (docs.github.com, "About code owners", CODEOWNERS syntax): patterns follow
 * gitignore without `!`, `[ ]` and `\#`, paths are case-sensitive, the last matching line wins, a line without owners
 * leaves the path unowned. GitLab's (docs.gitlab.com, "Syntax of CODEOWNERS file") differ: relative patterns match at
 * any depth, `!` excludes, and each section (`[Docs]`, `^[Docs][2] @owner`) decides for itself, with default owners.
 */
export interface CodeownersRule {
  /** In GitHub's syntax, also where the file is GitLab's. */
  readonly pattern: string;
  readonly owners: readonly string[];
  /** 1-based line in the file. */
  readonly line: number;
  /** Lower case, as GitLab does not tell names by case; empty: before the first section. */
  readonly section: string;
  /** Of a section that asks for no approval (`^[…]`). */
  readonly optional: boolean;
  /** GitLab's `!pattern`: its section says nothing about these paths, whatever stands below. */
  readonly excluded: boolean;
}

export type CodeownersDialect = 'github' | 'gitlab';

const SECTION = /^(\^?)\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$/;

/** GitLab's where the file lies in `.gitlab/` or has a section, which is no valid line to GitHub. */
export function codeownersDialect(text: string, path = ''): CodeownersDialect {
  return path.startsWith('.gitlab/') || text.split(/\r?\n/).some((line) => SECTION.test(withoutComment(line).trim())) ? 'gitlab' : 'github';
}

/** Rules of a file in file order. Lines that no rule allows are passed over, as both hosts do. */
export function parseCodeowners(text: string, dialect: CodeownersDialect = codeownersDialect(text)): CodeownersRule[] {
  const rules: CodeownersRule[] = [];
  let section = { name: '', owners: [] as string[], optional: false };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = withoutComment(raw).trim();
    if (line === '') continue;
    const header = dialect === 'gitlab' ? SECTION.exec(line) : null;
    if (header) {
      section = { name: (header[2] ?? '').trim().toLowerCase(), owners: ownersAmong(words(header[3] ?? '')), optional: header[1] === '^' };
      continue;
    }
    const [given = '', ...rest] = words(line);
    const excluded = dialect === 'gitlab' && given.startsWith('!');
    const pattern = patternOf(excluded ? given.slice(1) : given, dialect);
    if (pattern === undefined) continue;
    const owners = ownersAmong(rest);
    rules.push({ pattern, owners: excluded ? [] : owners.length ? owners : section.owners, line: index + 1, section: section.name, optional: section.optional, excluded });
  }
  return rules;
}

/** The pattern in GitHub's syntax; undefined where the line is not valid. */
function patternOf(given: string, dialect: CodeownersDialect): string | undefined {
  if (given === '' || given.startsWith('!') || given.includes('[') || (dialect === 'github' && given.startsWith('\\#'))) return undefined;
  const pattern = given.replaceAll('\\ ', ' ').replace(/^\\#/, '#');
  // to GitHub a slash inside a pattern ties it to the root, to GitLab only one in front does
  return dialect === 'gitlab' && !pattern.startsWith('/') && !pattern.startsWith('**/') && pattern.slice(0, -1).includes('/') ? `**/${pattern}` : pattern;
}

/** `@user`, `@org/team`, an address; what else stands on the line is no owner. */
const ownersAmong = (said: readonly string[]): string[] => said.filter((word) => word.includes('@'));

/** What each section says about a path: its last rule that matches, unless the path is excluded from it. One section for a file of GitHub's. */
export function codeownersBySection(rules: readonly CodeownersRule[], path: string): CodeownersRule[] {
  return [...Map.groupBy(rules, (rule) => rule.section).values()].flatMap((own) => {
    const matching = own.filter((rule) => matchesCodeowners(rule.pattern, path));
    return matching.some((rule) => rule.excluded) ? [] : matching.slice(-1);
  });
}

const CATCH_ALL: ReadonlySet<string> = new Set(['*', '**', '/', '/**', '**/*']);

/**
 * The rules as one list in which the first that matches names the owner. Of several sections all are right, and one
 * owner is wanted: sections that must approve come before optional ones, named ones before the unnamed, and a rule for
 * every file after those that name some.
 */
export function codeownersInOrder(rules: readonly CodeownersRule[]): CodeownersRule[] {
  const sections = [...Map.groupBy(rules, (rule) => rule.section)].map(([name, own]) => ({ name, own, optional: own.every((rule) => rule.optional) }));
  const alone = sections.length <= 1;
  const ordered = sections.sort((a, b) => Number(a.name === '') - Number(b.name === '') || Number(a.optional) - Number(b.optional)).map(({ name, own }) => {
    // an exclusion hides the whole section; where others may speak of the path, it is left to them
    const excluded = alone || name === '' ? own.filter((rule) => rule.excluded) : [];
    const latest = [...own].filter((rule) => !rule.excluded).reverse();
    const end = latest.findIndex((rule) => CATCH_ALL.has(rule.pattern));
    return { some: [...excluded, ...(end < 0 ? latest : latest.slice(0, end))], every: end < 0 ? [] : latest.slice(end, end + 1) };
  });
  return [...ordered.flatMap((item) => item.some), ...ordered.flatMap((item) => item.every)];
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
