import { added, type Line, type SourceFile } from '../source/tree.js';
import { eachFile, isFlagged, type Context, type Mutation } from './mutation.js';
import { commentOf, indentOf, isSeam, statesOf } from './syntax.js';

const REMARKS = ['kept for the old clients', 'see the runbook', 'moved here from the worker', 'checked by hand', 'to be cleaned up', 'agreed with operations', 'do not reorder'] as const;

const remark = (file: SourceFile, { dice }: Context): string => commentOf(file, `${dice.pick(REMARKS)} (${dice.below(900) + 100})`);

const insertedLines = (file: SourceFile, context: Context, count: number): Line[] => Array.from({ length: count }, () => added(context.dice.chance(0.3) ? '' : remark(file, context)));

/** Lines put in front of some lines; the others stay as they are. */
function insertBefore(file: SourceFile, at: (index: number) => readonly Line[]): SourceFile {
  return { ...file, lines: file.lines.flatMap((line, index) => [...at(index), line]) };
}

const canHold = (file: SourceFile): boolean => !/\.(?:json)$/.test(file.path);

/** At the top, below what must come first. */
export const linesAbove: Mutation = eachFile((file, context) => {
  if (!canHold(file)) return file;
  const first = file.lines[0]?.text ?? '';
  const at = first.startsWith('#!') || /coding[:=]/.test(first) ? 1 : 0;
  const lines = insertedLines(file, context, 1 + context.dice.below(14));
  return insertBefore(file, (index) => (index === at ? lines : []));
});

/** A block of lines at one or two places further down. */
export const linesInMiddle: Mutation = eachFile((file, context) => {
  const seams = seamsOf(file);
  const chosen = new Set(seams.length === 0 ? [] : [context.dice.pick(seams), context.dice.pick(seams)]);
  return insertBefore(file, (index) => (chosen.has(index) ? insertedAt(file, context, index, 1 + context.dice.below(6)) : []));
});

/** One or two lines at every fifth place. */
export const linesManyPlaces: Mutation = eachFile((file, context) => {
  const seams = new Set(seamsOf(file));
  return insertBefore(file, (index) => (seams.has(index) && context.dice.chance(0.2) ? insertedAt(file, context, index, 1 + context.dice.below(2)) : []));
});

/** Blank lines and remarks right above and below flagged lines. */
export const linesAround: Mutation = eachFile((file, context) => {
  const seams = new Set(seamsOf(file));
  const near = (index: number): boolean => isFlagged(file.lines[index]?.origins ?? [], context) || isFlagged(file.lines[index - 1]?.origins ?? [], context);
  return insertBefore(file, (index) => (seams.has(index) && near(index) ? insertedAt(file, context, index, 1) : []));
});

/** Lines without flaws taken away: remarks and blank ones. */
export const linesRemoved: Mutation = eachFile((file, context) => {
  const states = statesOf(file);
  return { ...file, lines: file.lines.filter((line, index) => isFlagged(line.origins, context) || states[index]?.inText === true || !(line.text.trim() === '' || /^\s*(?:#(?!!)|\/\/)/.test(line.text))) };
});

function seamsOf(file: SourceFile): number[] {
  const states = statesOf(file);
  return canHold(file) ? file.lines.flatMap((_line, index) => (index > 0 && isSeam(file, states, index) ? [index] : [])) : [];
}

/** Indented as the line that follows, so that a reader would have written them so. */
function insertedAt(file: SourceFile, context: Context, index: number, count: number): Line[] {
  const indent = indentOf(file.lines[index]?.text ?? '');
  return insertedLines(file, context, count).map(({ text }) => added(text === '' ? '' : indent + text));
}
