import { name, LANGUAGES, type Chance, type Language } from './drift-languages.js';

/** A line of source; with the flaw that starts on it, whose number is the truth that matching is measured by. */
export interface SourceLine {
  text: string;
  flaw?: { readonly truth: number; readonly rule: string; readonly lines: number };
}

export interface SourceFunction {
  name: string;
  lines: SourceLine[];
}

export interface SourceFile {
  path: string;
  readonly language: Language;
  functions: SourceFunction[];
}

/** Source trees with flaws, and changes to them of which it is known what became of each flaw. */
export class World {
  readonly chance: Chance;
  files: SourceFile[] = [];
  #truths = 0;

  constructor(chance: Chance, files: number) {
    this.chance = chance;
    for (let index = 0; index < files; index += 1) this.files.push(this.#file(index));
  }

  copy(): SourceFile[] {
    return this.files.map((file) => ({ ...file, functions: file.functions.map((one) => ({ ...one, lines: one.lines.map((line) => ({ ...line })) })) }));
  }

  #file(index: number): SourceFile {
    const { chance } = this;
    const language = chance.pick(LANGUAGES);
    const path = `${chance.pick(['src', 'src/api', 'lib', 'app/core', 'app/web'])}/${name(chance)}${index}.${language.extension}`;
    return { path, language, functions: Array.from({ length: 2 + chance.below(5) }, () => this.#function(language)) };
  }

  #function(language: Language): SourceFunction {
    const { chance } = this;
    const called = name(chance);
    const body: SourceLine[] = Array.from({ length: 3 + chance.below(10) }, () => ({ text: language.filler(chance) }));
    for (let count = chance.pick([0, 1, 1, 2, 3]); count > 0; count -= 1) body.splice(chance.below(body.length), 0, this.flawed(language));
    return { name: called, lines: [{ text: language.open(called) }, ...body, ...language.close.map((text) => ({ text }))] };
  }

  flawed(language: Language, rule = this.chance.pick(Object.keys(language.rules))): SourceLine {
    return { text: language.rules[rule]?.(this.chance) ?? '', flaw: { truth: (this.#truths += 1), rule, lines: 1 } };
  }

  again(line: SourceLine): SourceLine {
    return { text: line.text, flaw: { truth: (this.#truths += 1), rule: line.flaw?.rule ?? '', lines: line.flaw?.lines ?? 1 } };
  }

  flaws(file: SourceFile): { readonly lines: SourceLine[]; readonly index: number; readonly line: SourceLine }[] {
    return file.functions.flatMap(({ lines }) => lines.flatMap((line, index) => (line.flaw === undefined ? [] : [{ lines, index, line }])));
  }

  /** A place inside a function's body. */
  place(file: SourceFile): { readonly lines: SourceLine[]; readonly index: number } {
    const { lines } = this.chance.pick(file.functions);
    return { lines, index: 1 + this.chance.below(lines.length - file.language.close.length) };
  }
}

type Mutation = (world: World, file: SourceFile) => void;

function onFlaw(change: (world: World, file: SourceFile, at: ReturnType<World['flaws']>[number]) => void): Mutation {
  return (world, file) => {
    const flaws = world.flaws(file);
    if (flaws.length > 0) change(world, file, world.chance.pick(flaws));
  };
}

const KEPT = /^(?:const|let|def|function|func|if|return|new|int|String|File|public|void|err|out|rows|req|res|request|SELECT|FROM|WHERE|shell|True)$/;

/** A variable gets another name, everywhere in the line. */
function renameIn(world: World, text: string): string {
  const names = [...new Set(text.match(/[A-Za-z_]\w*/g) ?? [])].filter((one) => !KEPT.test(one));
  const chosen = names.at(-1 - world.chance.below(Math.min(2, names.length)));
  return chosen === undefined ? text : text.replace(new RegExp(`\\b${chosen}\\b`, 'g'), name(world.chance));
}

const wrap = (text: string): string => {
  const open = text.lastIndexOf('(');
  return open < 0 ? text : `${text.slice(0, open + 1)}\n        ${text.slice(open + 1)}`;
};

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'lines inserted': (world, file) => {
    const { lines, index } = world.place(file);
    lines.splice(index, 0, ...Array.from({ length: 1 + world.chance.below(12) }, () => ({ text: file.language.filler(world.chance) })));
  },
  'lines deleted': (world, file) => {
    const { lines } = world.place(file);
    for (let index = lines.length - 2; index > 0; index -= 1) if (lines[index]?.flaw === undefined && world.chance.happens(0.4)) lines.splice(index, 1);
  },
  're-formatted': (_world, file) => {
    for (const { lines } of file.functions) for (const line of lines) line.text = line.text.replace(/^( {4}|\t)/, '        ').replaceAll(' = ', '=').replaceAll('"', "'");
  },
  'name renamed': onFlaw((world, _file, { line }) => { line.text = renameIn(world, line.text); }),
  'literal changed': onFlaw((world, _file, { line }) => { line.text = line.text.replace(/"([^"]+)"/, (_all, text: string) => `"${text} ${name(world.chance)}"`); }),
  'argument added': onFlaw((world, _file, { line }) => { line.text = line.text.replace(/\)(;?)$/, `, ${name(world.chance)})$1`); }),
  'statement wrapped': onFlaw((_world, _file, { line }) => { line.text = wrap(line.text); }),
  'flaw deleted': onFlaw((_world, _file, { lines, index }) => { lines.splice(index, 1); }),
  'flaw added': (world, file) => {
    const { lines, index } = world.place(file);
    const [known] = world.flaws(file);
    lines.splice(index, 0, world.flawed(file.language, world.chance.happens(0.7) ? known?.line.flaw?.rule : undefined));
  },
  'flaw deleted, another added': (world, file) => {
    const flaws = world.flaws(file);
    if (flaws.length === 0) return;
    const { lines, index, line } = world.chance.pick(flaws);
    lines.splice(index, 1);
    const place = world.place(file);
    place.lines.splice(place.index, 0, world.flawed(file.language, line.flaw?.rule));
  },
  'flaw replaced in its place': onFlaw((world, file, { lines, index, line }) => { lines.splice(index, 1, world.flawed(file.language, line.flaw?.rule)); }),
  'flaw duplicated': onFlaw((world, file, { line }) => {
    const { lines, index } = world.place(file);
    lines.splice(index, 0, world.again(line));
  }),
  'function moved': (world, file) => {
    const [moved] = file.functions.splice(world.chance.below(file.functions.length), 1);
    if (moved !== undefined) file.functions.splice(world.chance.below(file.functions.length + 1), 0, moved);
  },
  'function moved to another file': (world, file) => {
    const others = world.files.filter((other) => other !== file && other.language === file.language);
    if (others.length === 0 || file.functions.length < 2) return;
    const [moved] = file.functions.splice(world.chance.below(file.functions.length), 1);
    if (moved !== undefined) world.chance.pick(others).functions.push(moved);
  },
  'function renamed': (world, file) => {
    const one = world.chance.pick(file.functions);
    one.name = name(world.chance);
    (one.lines[0] as SourceLine).text = file.language.open(one.name);
  },
  'file renamed': (world, file) => { file.path = file.path.replace(/[^/]+(?=\.\w+$)/, `${name(world.chance)}${world.chance.below(1000)}`); },
  'file moved': (world, file) => { file.path = `${world.chance.pick(['pkg', 'internal', 'src/next', 'modules'])}/${file.path.slice(file.path.lastIndexOf('/') + 1)}`; },
};

/** What a scanner prints of the code. */
export type Printing = 'line' | 'context' | 'symbol' | 'bare';

export interface Shown {
  readonly truth: number;
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly snippet: string;
  readonly symbol: string;
}

/** The flaws of a tree as a scanner would report them. */
export function scan(files: readonly SourceFile[], printing: Printing): readonly Shown[] {
  return files.flatMap((file) => {
    const text = file.functions.flatMap(({ lines }) => lines.flatMap((line) => line.text.split('\n')));
    let at = 0;
    return file.functions.flatMap((one) => one.lines.flatMap((line) => {
      const start = at + 1;
      at += line.text.split('\n').length;
      if (line.flaw === undefined) return [];
      const around = text.slice(Math.max(0, start - 2), at + 1).map((row, index) => `${Math.max(1, start - 1) + index} ${row}`).join('\n');
      return [{
        truth: line.flaw.truth, rule: line.flaw.rule, path: file.path, line: start, endLine: at,
        snippet: printing === 'bare' ? '' : printing === 'context' ? around : line.text, symbol: printing === 'symbol' ? one.name : '',
      }];
    }));
  });
}
