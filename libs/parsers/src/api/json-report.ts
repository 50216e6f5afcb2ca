import type { ParseContext, ParsedItem, ParseTally, Report } from './contract.js';
import { asUtf8 } from './encoding.js';
import { JsonLines } from './json-lines.js';
import { JsonSplitter, type SplitElement } from './json-splitter.js';
import { compilePatterns, type PatternNode } from './patterns.js';
import { readResults, type DocumentPasses, type ResultReader } from './results.js';

export interface JsonFormat<S> extends ResultReader<S, SplitElement> {
  /** Paths of the results, e.g. `runs[*].results[*]`; an element's `pattern` is its index here. */
  readonly elements: readonly string[];
  /** Large parts that nobody needs: left out of the rest. */
  readonly skip?: readonly string[];
  /** Whether the file may be JSON documents one after another (JSON lines); they are read as one list, so that paths begin with `[*]`. */
  readonly lines?: boolean;
}

/** A `parse` function for a JSON format. */
export function jsonParser<S>(format: JsonFormat<S>): (report: Report, context: ParseContext) => AsyncIterable<ParsedItem> {
  const patterns = compilePatterns(format.elements, format.skip);
  const passes = jsonPasses(patterns, format.lines ?? false);
  return (report, context) => readResults(passes, format, report, context);
}

function jsonPasses(patterns: PatternNode, isLines: boolean): DocumentPasses<SplitElement> {
  return {
    async first(report, tally) {
      const splitter = new JsonSplitter({ patterns, mode: 'rest', tally });
      const plain = asUtf8(report.open());
      for await (const chunk of isLines ? new JsonLines().read(plain) : plain) splitter.push(chunk);
      return { rest: splitter.end(), counts: splitter.counts };
    },
    second: (report, tally) => (isLines ? cutLines : cutElements)(report, patterns, tally),
  };
}

async function* cutElements(report: Report, patterns: PatternNode, tally: ParseTally): AsyncGenerator<readonly SplitElement[]> {
  const splitter = new JsonSplitter({ patterns, mode: 'elements', tally });
  for await (const chunk of asUtf8(report.open())) {
    const batch = splitter.push(chunk);
    if (batch.length > 0) yield batch;
  }
  splitter.end();
}

async function* cutLines(report: Report, patterns: PatternNode, tally: ParseTally): AsyncGenerator<readonly SplitElement[]> {
  const splitter = new JsonSplitter({ patterns, mode: 'elements', tally });
  const lines = new JsonLines();
  for await (const chunk of lines.read(asUtf8(report.open()))) {
    const batch = splitter.push(chunk);
    if (batch.length > 0) yield batch.map((element) => ({ ...element, position: element.position - lines.shift }));
  }
  splitter.end();
}
