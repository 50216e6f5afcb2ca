export interface SqlStatement {
  readonly text: string;
  /** Line of the statement's first word, from 1. */
  readonly line: number;
}

/** What a statement can hide a semicolon in: the opening text, and where it ends. */
const LITERALS = /--[^\n]*|\/\*|'|"|\$([A-Za-z_][A-Za-z_0-9]*)?\$|;/g;

/**
 * Splits a file at its semicolons, outside of strings, quoted names, dollar quotes and comments (which nest in
 * PostgreSQL), so that a failure can name the statement. Text after the last semicolon is a statement too.
 */
export function splitSql(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  const close = (end: number): void => {
    const raw = sql.slice(start, end);
    const text = raw.trim();
    if (stripComments(text) !== '') statements.push({ text, line: lineOf(sql, start + firstWord(raw)) });
    start = end + 1;
  };
  LITERALS.lastIndex = 0;
  for (let match = LITERALS.exec(sql); match; match = LITERALS.exec(sql)) {
    if (match[0] === ';') close(match.index);
    else LITERALS.lastIndex = endOf(sql, match);
  }
  close(sql.length);
  return statements;
}

function endOf(sql: string, match: RegExpExecArray): number {
  const after = match.index + match[0].length;
  if (match[0].startsWith('--')) return after;
  if (match[0] === '/*') return endOfComment(sql, after);
  if (match[0].startsWith('$')) return endAfter(sql, match[0], after);
  // A backslash escapes only in E'…' strings; a doubled quote closes and opens again, which comes to the same.
  const escapes = match[0] === "'" && /e/i.test(sql[match.index - 1] ?? '') && !/\w/.test(sql[match.index - 2] ?? ' ');
  for (let at = after; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] === match[0]) return at + 1;
  }
  return sql.length;
}

function endAfter(sql: string, close: string, from: number): number {
  const at = sql.indexOf(close, from);
  return at < 0 ? sql.length : at + close.length;
}

function endOfComment(sql: string, from: number): number {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

/** Leading comments do not count as the statement's place. */
function firstWord(raw: string): number {
  return raw.length - raw.replace(/^(\s+|--[^\n]*\n?|\/\*[\s\S]*?\*\/)+/, '').length;
}

const stripComments = (text: string): string => text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim();

const lineOf = (sql: string, offset: number): number => sql.slice(0, offset).split('\n').length;
