import { added, languageOf, type SourceFile, type Tree } from '../source/tree.js';
import { eachFile, isFlagged, type Context, type Mutation } from './mutation.js';
import { blocksOf, type Block } from './syntax.js';

/** Another name for every file that holds a flaw. */
export const renamedFiles: Mutation = eachFile((file) => ({ ...file, path: file.path.replace(/([^/]+)\.(\w+)$/, (_all, name: string, ending: string) => `${name}${languageOf(file.path) === 'go' ? '_more' : 'Extra'}.${ending}`) }));

/** All below another folder, as when a project becomes part of a monorepo. */
export const movedFolder: Mutation = eachFile((file) => ({ ...file, path: `apps/backend/${file.path}` }));

/** Name and folder at once. */
export const movedAndRenamed: Mutation = (tree, context) => movedFolder(renamedFiles(tree, context), context);

const flaggedBlocks = (file: SourceFile, context: Context): Block[] => blocksOf(file).filter(({ from, to }) => file.lines.slice(from, to).some((line) => isFlagged(line.origins, context)));

/** The first function with a flaw goes to the end of its file. */
export const movedFunction: Mutation = eachFile((file, context) => {
  const [block] = flaggedBlocks(file, context);
  if (block === undefined) return file;
  const moved = file.lines.slice(block.from, block.to);
  const tail = /module\.exports|__main__/.test(file.lines.slice(-3).map(({ text }) => text).join(' ')) ? [] : [added('')];
  return { ...file, lines: [...file.lines.slice(0, block.from), ...file.lines.slice(block.to), ...tail, ...moved] };
});

/** The last function with a flaw goes into a new file of the same folder, which has the same imports. */
export const functionToOtherFile: Mutation = (tree, context): Tree => tree.flatMap((file) => {
  const block = flaggedBlocks(file, context).at(-1);
  const first = blocksOf(file)[0];
  if (block === undefined || first === undefined || block === first) return [file];
  const header = file.lines.slice(0, first.from).map(({ text }) => added(text));
  const path = file.path.replace(/([^/]+)\.(\w+)$/, (_all, name: string, ending: string) => `${name}_part.${ending}`);
  // Two files of one Go package may not both define what stands above the functions.
  const head = languageOf(file.path) === 'go' ? goHeader(header.map(({ text }) => text), file.lines.slice(block.from, block.to).map(({ text }) => text).join('\n')).map(added) : header;
  return [{ ...file, lines: [...file.lines.slice(0, block.from), ...file.lines.slice(block.to)] }, { ...file, path, lines: [...head, ...file.lines.slice(block.from, block.to)] }];
});

/** Package and the imports that the function uses. */
function goHeader(lines: readonly string[], body: string): string[] {
  const imports = lines.filter((line) => /^\t"/.test(line) && body.includes(`${/([\w]+)"$/.exec(line)?.[1] ?? '!'}.`));
  return [lines.find((line) => line.startsWith('package ')) ?? 'package main', '', 'import (', ...imports, ')', ''];
}
