import { edited, languageOf, type Line, type SourceFile } from '../source/tree.js';
import { eachFile, isFlagged, isSecret, type Mutation } from './mutation.js';
import { indentOf, statesOf } from './syntax.js';

const isCode = (file: SourceFile): boolean => languageOf(file.path) !== 'other';

/** Another width of indentation, everywhere but inside of texts. */
export const reindented: Mutation = eachFile((file) => {
  if (!isCode(file)) return file;
  const states = statesOf(file);
  const wider = (text: string): string => indentOf(text).replace(/\t/g, '    ').replace(/ {2}/g, '   ') + text.trimStart();
  return { ...file, lines: file.lines.map((line, index) => (states[index]?.inText === true ? line : edited(line, wider(line.text)))) };
});

export const carriageReturns: Mutation = eachFile((file) => ({ ...file, eol: '\r\n' }));

/** Flagged calls broken after their opening bracket and after each argument. */
export const wrappedCalls: Mutation = eachFile((file, context) => {
  if (!isCode(file)) return file;
  const states = statesOf(file);
  return { ...file, lines: file.lines.flatMap((line, index) => (isFlagged(line.origins, context) && states[index]?.inText === false ? wrap(line) : [line])) };
});

/** The last call of the line with all its brackets on it. */
function wrap(line: Line): Line[] {
  const places = breaksOf(line.text);
  if (places.length === 0 || /^\s*(?:#|\/\/|def |class |import |from |func |function )/.test(line.text)) return [line];
  const parts = [0, ...places].map((from, index) => line.text.slice(from, places[index] ?? line.text.length));
  const deeper = `${indentOf(line.text)}    `;
  return parts.map((part, index) => edited(line, index === 0 ? part.trimEnd() : deeper + part.trim()));
}

/** After the first bracket of a call that closes on the line and holds something, and after commas right inside of it. */
function breaksOf(text: string): number[] {
  const open = /[\w\])]\((?!\))/.exec(text);
  if (open === null) return [];
  const places = [open.index + 2];
  let quote = '';
  for (let at = open.index + 2, depth = 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if ('"\'`'.includes(character)) quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) {
      depth--;
      if (depth === 0) return places;
    } else if (character === ',' && depth === 1) places.push(at + 1);
  }
  return [];
}

/** Calls over several lines put on one, where no remark stands between. */
export const joinedLines: Mutation = eachFile((file) => {
  if (!isCode(file)) return file;
  const states = statesOf(file);
  const lines: Line[] = [];
  file.lines.forEach((line, index) => {
    const last = lines.at(-1);
    const before = file.lines[index - 1]?.text ?? '';
    const inCall = (states[index]?.depth ?? 0) > 0 && states[index]?.inText === false && /[(,]\s*$/.test(before) && !/\/\/|#|=>|function|\{\s*$/.test(before + line.text);
    if (last !== undefined && inCall) lines[lines.length - 1] = { text: `${last.text.trimEnd()}${last.text.trimEnd().endsWith('(') ? '' : ' '}${line.text.trim()}`, origins: [...last.origins, ...line.origins] };
    else if (last !== undefined && /^\s*\)/.test(line.text) && (states[index]?.depth ?? 0) > 0 && lines.at(-1)?.origins.length !== 1 && !/\/\/|#/.test(last.text)) lines[lines.length - 1] = { text: last.text.replace(/,\s*$/, '') + line.text.trim(), origins: [...last.origins, ...line.origins] };
    else lines.push(line);
  });
  return { ...file, lines };
});

/** ' for " and the other way round, in texts that hold neither. Go has one kind of quote for texts. */
export const otherQuotes: Mutation = eachFile((file) => {
  if (!isCode(file) || languageOf(file.path) === 'go') return file;
  const states = statesOf(file);
  const swap = (text: string): string => text.replace(/(["'])((?:(?!["'\\`]).)*)\1/g, (_all, quote: string, inner: string) => (quote === '"' ? `'${inner}'` : `"${inner}"`));
  return { ...file, lines: file.lines.map((line, index) => (states[index]?.inText === true || /"""|'''|`/.test(line.text) ? line : edited(line, swap(line.text)))) };
});

/** Spaces around operators and inside of brackets. */
export const otherSpaces: Mutation = eachFile((file, context) => {
  if (!isCode(file)) return file;
  const spaced = (line: Line): string => line.text.replace(/(["'`])(?:(?!\1).)*\1|\s?\+\s?|,\s*/g, (found, quote: string | undefined) => (quote !== undefined ? found : found.includes('+') ? (found === '+' ? ' + ' : '+') : found === ',' ? ', ' : ',  '));
  return { ...file, lines: file.lines.map((line) => (isFlagged(line.origins, context) && !isSecret(line.origins, context) && !/\+\+|\+=|["'`].*["'`].*["'`].*`/.test(line.text) ? edited(line, spaced(line)) : line)) };
});
