import type { Dice } from '../random.js';
import { sourceFile, type SourceFile } from '../source/tree.js';

/** A flaw that was planted, or a safe look-alike (a scanner may report it, and then all tools that do mean the same thing). */
export interface Planted {
  readonly id: string;
  readonly kind: string;
  readonly path: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  /** Exclusive. */
  readonly endColumn: number;
}

export interface Project {
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly planted: readonly Planted[];
}

/** Words of a function's body, so that no two functions look alike by name. */
export interface Words {
  readonly a: string;
  readonly b: string;
  readonly word: string;
  readonly dice: Dice;
}

/** Statements at no indentation; a planted flaw stands between ⟦kind| and ⟧, over lines if need be. */
export type Shape = (words: Words) => readonly string[];

const OPEN = /⟦([a-z-]+)\|/u;
const NOUNS = ['order', 'invoice', 'account', 'report', 'ticket', 'upload', 'member', 'basket', 'device', 'session', 'message', 'backup', 'payment', 'profile', 'shipment', 'label', 'quota', 'voucher'] as const;
const VARIABLES = ['value', 'target', 'entry', 'source', 'item', 'given', 'chosen', 'wanted', 'name', 'topic', 'record', 'subject', 'handle', 'needle', 'input', 'param'] as const;

export function words(dice: Dice): Words {
  const [a = '', b = ''] = dice.shuffled(VARIABLES);
  return { a, b: `${b}_${dice.below(90) + 10}`, word: dice.pick(NOUNS), dice };
}

/** A secret is one flaw wherever it lies; all else is where it was planted. */
const named = (path: string, ordinal: number, kind: string): Pick<Planted, 'id' | 'kind'> => (
  kind.startsWith('secret-') ? { id: kind, kind: 'hardcoded-secret' } : { id: `${path}:${ordinal}`, kind });

/** Reads the marks out of a file's text. */
export function plant(path: string, marked: string): { readonly file: SourceFile; readonly planted: readonly Planted[] } {
  const planted: Planted[] = [];
  const lines: string[] = [];
  let open: { kind: string; startLine: number; startColumn: number } | undefined;
  for (const line of marked.split('\n')) {
    let text = line;
    for (;;) {
      const begin = OPEN.exec(text);
      const end = text.indexOf('⟧');
      if (open === undefined && begin !== null) {
        open = { kind: begin[1] ?? '', startLine: lines.length + 1, startColumn: begin.index + 1 };
        text = text.replace(OPEN, '');
      } else if (open !== undefined && end >= 0) {
        planted.push({ ...named(path, planted.length, open.kind), path, startLine: open.startLine, startColumn: open.startColumn, endLine: lines.length + 1, endColumn: end + 1 });
        open = undefined;
        text = `${text.slice(0, end)}${text.slice(end + 1)}`;
      } else break;
    }
    lines.push(text);
  }
  return { file: sourceFile(path, lines.join('\n')), planted };
}

export const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => (line === '' ? '' : by + line));

/** Each shape once before any comes twice. */
export function* drawn<T>(all: readonly T[], dice: Dice): Generator<T, never> {
  for (;;) yield* dice.shuffled(all);
}
