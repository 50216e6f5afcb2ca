import { carriageReturns, joinedLines, otherQuotes, otherSpaces, reindented, wrappedCalls } from './format.js';
import { changedLiterals, copiedBeside, copiedFunction, editedNeighbours, moreArguments, oneOfEqualsDeleted, renamedVariables } from './edits.js';
import { linesAbove, linesAround, linesInMiddle, linesManyPlaces, linesRemoved } from './lines.js';
import { fixedAndAnother } from './replaced.js';
import { both, type Mutation } from './mutation.js';
import { functionToOtherFile, movedAndRenamed, movedFolder, movedFunction, renamedFiles } from './places.js';

export interface NamedMutation {
  readonly name: string;
  /** Rows of the published table. */
  readonly group: 'lines inserted' | 're-formatted' | 'file or folder moved' | 'function moved' | 'edited' | 'equals' | 'replaced' | 'combined' | 'report';
  readonly mutate: Mutation;
  /** For a report about the same source as before: how it was written this time. */
  readonly written?: Written;
}

/** Where the source lay when it was scanned, and in what order results came. */
export interface Written {
  readonly before: (path: string) => string;
  readonly after: (path: string) => string;
  readonly reversed: boolean;
}

const unchanged: Mutation = (tree) => tree;
const same = (path: string): string => path;
const windows = (folder: string) => (path: string): string => `${folder}${path}`.replace(/\//g, '\\');

export const MUTATIONS: readonly NamedMutation[] = [
  { name: 'lines above', group: 'lines inserted', mutate: linesAbove },
  { name: 'lines in the middle', group: 'lines inserted', mutate: linesInMiddle },
  { name: 'lines at many places', group: 'lines inserted', mutate: linesManyPlaces },
  { name: 'lines around the flagged', group: 'lines inserted', mutate: linesAround },
  { name: 'comments and blank lines removed', group: 'lines inserted', mutate: linesRemoved },
  { name: 'indentation', group: 're-formatted', mutate: reindented },
  { name: 'calls wrapped', group: 're-formatted', mutate: wrappedCalls },
  { name: 'wrapped calls joined', group: 're-formatted', mutate: joinedLines },
  { name: 'quotes', group: 're-formatted', mutate: otherQuotes },
  { name: 'spaces', group: 're-formatted', mutate: otherSpaces },
  { name: 'CRLF', group: 're-formatted', mutate: carriageReturns },
  { name: 'files renamed', group: 'file or folder moved', mutate: renamedFiles },
  { name: 'folder moved', group: 'file or folder moved', mutate: movedFolder },
  { name: 'moved and renamed', group: 'file or folder moved', mutate: movedAndRenamed },
  { name: 'function moved in its file', group: 'function moved', mutate: movedFunction },
  { name: 'function moved to another file', group: 'function moved', mutate: functionToOtherFile },
  { name: 'variables renamed', group: 'edited', mutate: renamedVariables },
  { name: 'neighbouring lines edited', group: 'edited', mutate: editedNeighbours },
  { name: 'argument added', group: 'edited', mutate: moreArguments },
  { name: 'literals changed', group: 'edited', mutate: changedLiterals },
  { name: 'one of equals deleted', group: 'equals', mutate: oneOfEqualsDeleted },
  { name: 'copied beside', group: 'equals', mutate: copiedBeside },
  { name: 'function copied', group: 'equals', mutate: copiedFunction },
  { name: 'fixed, and another of its rule', group: 'replaced', mutate: fixedAndAnother },
  { name: 'results in another order', group: 'report', mutate: unchanged, written: { before: same, after: same, reversed: true } },
  { name: 'absolute paths of another machine', group: 'report', mutate: unchanged, written: { before: (path) => `/home/runner/work/shop/shop/${path}`, after: (path) => `/builds/acme/shop/${path}`, reversed: false } },
  { name: 'absolute paths, then relative ones', group: 'report', mutate: unchanged, written: { before: (path) => `/home/runner/work/shop/shop/${path}`, after: same, reversed: false } },
  { name: 'Windows, another drive', group: 'report', mutate: unchanged, written: { before: windows('C:/agent/_work/1/s/'), after: windows('D:/a/shop/shop/'), reversed: true } },
  { name: 'relative paths with backslashes', group: 'report', mutate: unchanged, written: { before: same, after: windows(''), reversed: false } },
  { name: 'lines above, files renamed', group: 'combined', mutate: both(linesAbove, renamedFiles) },
  { name: 'indentation, folder moved', group: 'combined', mutate: both(reindented, movedFolder) },
  { name: 'variables renamed, lines at many places', group: 'combined', mutate: both(renamedVariables, linesManyPlaces) },
  { name: 'calls wrapped, lines above', group: 'combined', mutate: both(wrappedCalls, linesAbove) },
  { name: 'function to another file, variables renamed', group: 'combined', mutate: both(renamedVariables, functionToOtherFile) },
];
