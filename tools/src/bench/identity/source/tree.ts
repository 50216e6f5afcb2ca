/**
 * A line of source and the lines that it came from (`path#line` of the tree that was scanned first). Mutations carry
 * origins along, so that the truth of drift is recorded by what makes the change and never inferred from its result.
 */
export interface Line {
  readonly text: string;
  readonly origins: readonly string[];
}

export interface SourceFile {
  readonly path: string;
  readonly lines: readonly Line[];
  readonly eol: '\n' | '\r\n';
}

export type Tree = readonly SourceFile[];

export type Language = 'python' | 'javascript' | 'go' | 'other';

export const originOf = (path: string, line: number): string => `${path}#${line}`;

export const languageOf = (path: string): Language => (/\.py$/.test(path) ? 'python' : /\.(?:js|mjs|cjs)$/.test(path) ? 'javascript' : /\.go$/.test(path) ? 'go' : 'other');

/** A file as it is scanned first: each line is its own origin. */
export function sourceFile(path: string, text: string): SourceFile {
  const lines = text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n');
  return { path, eol: '\n', lines: lines.map((line, index) => ({ text: line, origins: [originOf(path, index + 1)] })) };
}

export const textOf = (file: SourceFile): string => file.lines.map(({ text }) => text + file.eol).join('');

/** A line that was not there before. */
export const added = (text: string): Line => ({ text, origins: [] });

/** What a mutation writes instead of a line that stays the same flaw. */
export const edited = (line: Line, text: string): Line => ({ text, origins: line.origins });
