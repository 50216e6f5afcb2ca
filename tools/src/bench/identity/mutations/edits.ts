import { added, edited, languageOf, type Line, type SourceFile } from '../source/tree.js';
import { eachFile, isFlagged, isSecret, type Context, type Mutation } from './mutation.js';
import { blocksOf, indentOf, isStatement, statesOf } from './syntax.js';

const LOCAL: Readonly<Record<string, RegExp>> = { python: /^\s+([a-z_]\w{2,})\s=\s/, javascript: /^\s*(?:const|let|var)\s+([a-z]\w{2,})\s=\s/, go: /^\s+([a-z]\w{2,})(?:, _)?\s:=\s/ };

/** Inside each function, what it assigns gets another name, on flagged lines and around them. */
export const renamedVariables: Mutation = eachFile((file) => {
  const local = LOCAL[languageOf(file.path)];
  if (local === undefined) return file;
  const lines = [...file.lines];
  for (const { from, to } of blocksOf(file)) {
    const names = new Set(file.lines.slice(from, to).flatMap(({ text }) => local.exec(text)?.[1] ?? []).filter((name) => !['self', 'res', 'req', 'err'].includes(name)));
    for (let at = from; at < to; at++) lines[at] = edited(lines[at] as Line, rename(lines[at]?.text ?? '', names));
  }
  return { ...file, lines };
});

/** Names outside of plain texts, not of attributes or named arguments; inside of f"…" and `…` they are code. */
function rename(text: string, names: ReadonlySet<string>): string {
  return text.replace(/(?<![fF])"(?:[^"\\]|\\.)*"|(?<![fF])'(?:[^'\\]|\\.)*'|(?<![\w.])[a-z_]\w*(?!\w|=(?!=))/g, (found) => (names.has(found) ? `${found}Next` : found));
}

/** Only lines next to flagged ones change. */
export const editedNeighbours: Mutation = eachFile((file, context) => {
  const states = statesOf(file);
  const near = (index: number): boolean => [index - 1, index + 1].some((at) => isFlagged(file.lines[at]?.origins ?? [], context));
  const change = (line: Line): string => (line.text.includes('print(') ? line.text.replace('print(', 'print("then", ') : line.text.replace(/"(\w+)"/, '"$1 again"').replace(/'(\w+)'/, "'$1 again'"));
  return { ...file, lines: file.lines.map((line, index) => (near(index) && !isFlagged(line.origins, context) && states[index]?.inText === false && !/import|require|route|def |func/.test(line.text) ? edited(line, change(line)) : line)) };
});

/** Another argument for the flagged call. Go would no longer compile. */
export const moreArguments: Mutation = eachFile((file, context) => {
  const argument = { python: ', **options', javascript: ', options' }[languageOf(file.path) as string];
  if (argument === undefined) return file;
  const change = (text: string): string => text.replace(/(\w\((?:[^()"']|"[^"]*"|'[^']*'|\([^()]*\))+[^,(\s])\)([^()]*)$/, `$1${argument})$2`);
  return { ...file, lines: file.lines.map((line) => (isFlagged(line.origins, context) && !isSecret(line.origins, context) && !/^\s*(?:def|class|import|from|@|if|for|while|elif|with|return \(|#|\/\/|function|router)/.test(line.text) ? edited(line, change(line.text)) : line)) };
});

/** Words inside of the texts of flagged lines change; credentials do not, for another value is another flaw. */
export const changedLiterals: Mutation = eachFile((file, context) => {
  const change = (text: string): string => text.replace(/(["'`])([^"'`]*?[A-Za-z]{3,})([\s:/.][^"'`]*)\1/, (_all, quote: string, head: string, tail: string) => `${quote}${head}2${tail}${quote}`);
  return { ...file, lines: file.lines.map((line) => (isFlagged(line.origins, context) && !isSecret(line.origins, context) && !/import|require\(/.test(line.text) ? edited(line, change(line.text)) : line)) };
});

/** Lines that stand more than once in a file and that a scanner flagged, each a statement of its own. */
function equalLines(file: SourceFile, context: Context): readonly number[][] {
  const states = statesOf(file);
  const alone = file.lines.flatMap(({ origins }, index) => (isFlagged(origins, context) && isStatement(file, states, index) ? [index] : []));
  return [...Map.groupBy(alone, (index) => file.lines[index]?.text.trim() ?? '').values()];
}

/** Of equal flagged statements one is gone: the others stay what they are. */
export const oneOfEqualsDeleted: Mutation = eachFile((file, context) => {
  const gone = new Set(equalLines(file, context).filter((group) => group.length > 1).map((group) => group[context.dice.below(group.length)]));
  return { ...file, lines: file.lines.map((line, index) => (gone.has(index) ? added(`${indentOf(line.text)}${languageOf(file.path) === 'python' ? 'pass' : ''}`) : line)) };
});

/** A flagged statement once more right below: the two cannot be told apart, but one of them is the old flaw. */
export const copiedBeside: Mutation = eachFile((file, context) => {
  const copied = new Set(equalLines(file, context).filter((group) => group.length === 1 && context.dice.chance(0.6)).flat());
  return { ...file, lines: file.lines.flatMap((line, index) => (copied.has(index) && languageOf(file.path) === 'python' ? [line, line] : [line])) };
});

/** A function with a flaw once more at the end of the file under another name: the copy is new. */
export const copiedFunction: Mutation = eachFile((file, context) => {
  const blocks = blocksOf(file).filter(({ from, to }) => file.lines.slice(from, to).some(({ origins }) => isFlagged(origins, context)));
  const block = blocks.length > 0 ? context.dice.pick(blocks) : undefined;
  if (block === undefined) return file;
  const copy = file.lines.slice(block.from, block.to).map(({ text }) => added(text.replace(/^((?:async )?(?:def|class|func|function) )(\w+)/, '$1$2Copy').replace(/^(@app\.route\("|router\.\w+\(')([^"']+)/, '$1$2-copy')));
  return { ...file, lines: [...file.lines, added(''), added(''), ...copy] };
});
