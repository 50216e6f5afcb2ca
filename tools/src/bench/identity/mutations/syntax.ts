import { languageOf, type Line, type SourceFile } from '../source/tree.js';

/** State of a file before each of its lines: how deep in brackets, and whether inside of a text that spans lines. */
export interface LineState { readonly depth: number; readonly inText: boolean }

/**
 * Good enough to know where a line may be put without changing what the file means: brackets, texts over several lines
 * and comments are followed. Not a parser; where it is unsure (a regular expression with brackets) it finds fewer places.
 */
export function statesOf(file: SourceFile): readonly LineState[] {
  const language = languageOf(file.path);
  const [states, comment]: [LineState[], string] = [[], language === 'python' ? '#' : '//'];
  let depth = 0;
  let open = '';
  for (const { text } of file.lines) {
    states.push({ depth, inText: open !== '' });
    for (let at = 0; at < text.length; at++) {
      if (open !== '') {
        if (text[at] === '\\') at++;
        else if (text.startsWith(open, at)) { at += open.length - 1; open = ''; }
        continue;
      }
      const quote = quoteAt(text, at, language === 'python');
      if (quote !== '') { open = quote; at += quote.length - 1; }
      else if (text.startsWith(comment, at)) break;
      else if ('([{'.includes(text[at] ?? '')) depth++;
      else if (')]}'.includes(text[at] ?? '')) depth = Math.max(0, depth - 1);
    }
    if (open === "'" || open === '"') open = ''; // such a text ends with its line
  }
  return states;
}

function quoteAt(text: string, at: number, python: boolean): string {
  const three = text.slice(at, at + 3);
  if (python && (three === '"""' || three === "'''")) return three;
  if (!python && text.startsWith('/*', at)) return '*/';
  const one = text[at] ?? '';
  return one === '"' || one === "'" || (!python && one === '`') ? one : '';
}

export const commentOf = (file: SourceFile, words: string): string => (languageOf(file.path) === 'javascript' || languageOf(file.path) === 'go' ? `// ${words}` : `# ${words}`);

export const indentOf = (text: string): string => /^\s*/.exec(text)?.[0] ?? '';

/** A line before which another may be put: not inside of a text, not after a continued line, not inside of brackets of a call. */
export function isSeam(file: SourceFile, states: readonly LineState[], at: number): boolean {
  const [state, before] = [states[at], file.lines[at - 1]?.text.trim() ?? ''];
  if (state === undefined || state.inText || /[\\,(=+[.]$/.test(before)) return false;
  if (languageOf(file.path) === 'python') return state.depth === 0;
  return before === '' || /[;{}]$/.test(before) || before.startsWith('//');
}

/** A line that is a whole statement: taking it away or putting another in its place leaves a file that parses. */
export function isStatement(file: SourceFile, states: readonly LineState[], at: number): boolean {
  const text = file.lines[at]?.text ?? '';
  const [language, next] = [languageOf(file.path), states[at + 1]];
  const closed = states[at]?.inText === false && (next === undefined || (!next.inText && next.depth === states[at]?.depth));
  if (!closed || /^\s*[)\]}]/.test(text) || /[{(,:]\s*$/.test(text) || !isSeam(file, states, at)) return false;
  return language === 'javascript' ? /;\s*$/.test(text) : language === 'go' || isSeam(file, states, at + 1);
}

/** Functions and classes at the left margin, with what stands right above them (decorators, comments). */
export interface Block { readonly from: number; readonly to: number }

const STARTS: Readonly<Record<string, RegExp>> = {
  python: /^(?:@|def |async def |class )/, javascript: /^(?:async function |function |router\.\w+\(|class |module\.exports = function)/, go: /^func /, other: /^$a/,
};

export function blocksOf(file: SourceFile): readonly Block[] {
  const [starts, states] = [STARTS[languageOf(file.path)] ?? /^$a/, statesOf(file)];
  const python = languageOf(file.path) === 'python';
  const blocks: Block[] = [];
  for (let at = 0; at < file.lines.length; at++) {
    if (!starts.test(file.lines[at]?.text ?? '') || states[at]?.inText || states[at]?.depth !== 0) continue;
    let to = at + 1;
    const goesOn = (line: Line): boolean => (python ? states[to]?.inText === true || (states[to]?.depth ?? 0) > 0 || line.text === '' || /^[\s)]/.test(line.text) || /^(?:def|class|async def) /.test(line.text) && (file.lines[to - 1]?.text ?? '').startsWith('@') || (line.text.startsWith('@') && (file.lines[to - 1]?.text ?? '').startsWith('@')) : (states[to]?.depth ?? 0) > 0 || states[to]?.inText === true);
    while (to < file.lines.length && goesOn(file.lines[to] as Line)) to++;
    while (file.lines[to - 1]?.text.trim() === '') to--;
    blocks.push({ from: at, to });
    at = to - 1;
  }
  return blocks;
}
