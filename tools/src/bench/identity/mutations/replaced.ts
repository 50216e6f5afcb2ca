import { added, languageOf, type Line, type SourceFile, type Tree } from '../source/tree.js';
import { isFlagged, isSecret, type Context, type Mutation } from './mutation.js';
import { indentOf, isSeam, isStatement, statesOf } from './syntax.js';

interface Statement { readonly file: SourceFile; readonly at: number; readonly text: string; readonly rules: string }

const MOST = 3;

/**
 * A flaw is fixed, and a few lines below stands a different one that the same rules report (a statement of another file).
 * The new one is new: whoever gives it the old one's id hands a decision or a clock to a flaw that nobody has looked at.
 */
export const fixedAndAnother: Mutation = (tree: Tree, context: Context): Tree => {
  const statements = tree.flatMap((file) => alone(file, context));
  return tree.map((file) => {
    const chosen = new Map(context.dice.shuffled(statements.filter((one) => one.file === file)).flatMap((one) => {
      const donors = statements.filter((other) => other.rules === one.rules && other.text !== one.text && other.file !== file && languageOf(other.file.path) === languageOf(file.path));
      return donors.length > 0 ? [[one.at, context.dice.pick(donors).text] as const] : [];
    }).slice(0, MOST));
    return chosen.size > 0 ? replaced(file, chosen) : file;
  });
};

/** Single-line statements that are flagged. */
function alone(file: SourceFile, context: Context): Statement[] {
  const states = statesOf(file);
  return file.lines.flatMap(({ text, origins }, at) => (isFlagged(origins, context) && !isSecret(origins, context) && isStatement(file, states, at) && !/^(?:import|from)|require\(|^\s*return/.test(text)
    ? [{ file, at, text: text.trim(), rules: origins.flatMap((origin) => [...context.flagged.get(origin) ?? []]).sort().join() }] : []));
}

/** The statement's line becomes harmless; the other one stands two seams further down, or right after. */
function replaced(file: SourceFile, chosen: ReadonlyMap<number, string>): SourceFile {
  const states = statesOf(file);
  const later = new Map<number, Line[]>();
  for (const [at, text] of chosen) {
    const indent = indentOf(file.lines[at]?.text ?? '');
    const seams = [at + 1, at + 2, at + 3].filter((index) => isSeam(file, states, index) && indentOf(file.lines[index]?.text ?? '') === indent);
    const place = seams.at(-1) ?? at + 1;
    later.set(place, [...(later.get(place) ?? []), added(indent + text)]);
  }
  const harmless = (text: string): Line => added(`${indentOf(text)}${languageOf(file.path) === 'python' ? 'pass' : ''}`);
  return { ...file, lines: file.lines.flatMap((line, at) => [...(later.get(at) ?? []), chosen.has(at) ? harmless(line.text) : line]) };
}
