import type { Region } from './place.js';

/** What flagged code itself says of how two places belong together. Lines are cut, so that no pattern sees a long one. */
const LINE = 400;

const DECLARED = /^\s*(?:(?:export|public|private|protected|static|final|const|let|var|auto|mut)\s+){0,4}(?:[\w.<>[\]]{1,80}[*&]?\s+)?[*&]?([A-Za-z_$][\w$]*)\s*(?::\s*[\w.<>[\]| ]{1,80})?\s*(?::|\+|\.)?=(?![=>~])/;

const KEYWORDS = new Set(['return', 'if', 'while', 'for', 'else', 'elif', 'case', 'throw', 'raise', 'await', 'yield']);

const linesOf = (snippet: string): readonly string[] => snippet.slice(0, 4000).split(/\r\n|\r|\n/).map((line) => line.slice(0, LINE));

/** Names that the statements of this snippet assign. */
export function assignedNames(snippet: string): readonly string[] {
  return linesOf(snippet).map((line) => DECLARED.exec(line)?.[1] ?? '').filter((name) => name !== '' && !KEYWORDS.has(name));
}

/** Whether this snippet uses a name and does not begin by assigning it anew. */
export function uses(snippet: string, name: string): boolean {
  const used = new RegExp(`(?<![\\w$.'"])${name.replaceAll('$', '\\$')}(?![\\w$'"])`);
  return linesOf(snippet).some((line) => used.test(line)) && !assignedNames(snippet).includes(name);
}

/** Whether a statement goes on after this snippet: a bracket is open, or it ends in an operator or a comma; a block that opens is another statement. */
export function goesOn(snippet: string): boolean {
  const text = linesOf(snippet).join('\n').trimEnd();
  if (/[{:]$|=>$/.test(text)) return false;
  let open = 0;
  for (const sign of text) {
    if (sign === '(' || sign === '[') open += 1;
    else if (sign === ')' || sign === ']') open -= 1;
  }
  return open > 0 || /(?:[,\\+.&|?=]|%s['"] ?%)$/.test(text);
}

/** Whether this snippet is a call that ends in it and whose value no name keeps: what comes on a later line is another statement. */
export function isWhole(snippet: string): boolean {
  return /[\w\])]\s*\(/.test(snippet.slice(0, LINE)) && /\)[\s;]*$/.test(snippet.slice(0, 4000)) && !goesOn(snippet) && assignedNames(snippet).length === 0;
}

type Columns = Pick<Region, 'from' | 'to'>;

/** Whether two stretches of a line are two flaws: a statement or condition ends between them, or each is a call of its own. */
export function separated(line: string, left: Columns, right: Columns): boolean {
  const text = (from: number, to: number): string => line.slice(Math.max(0, from - 1), Math.max(0, to - 1));
  return /;|&&|\|\|/.test(text(left.to, right.from)) || [left, right].every(({ from, to }) => /\w\s*\(/.test(text(from, to)));
}
