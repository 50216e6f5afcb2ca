import type { ParseContext, ParsedItem, ParseTally, Report } from './contract.js';
import { asUtf8 } from './encoding.js';
import { JsonSplitter, type SplitElement } from './json-splitter.js';
import { compilePatterns, type PatternNode } from './patterns.js';
import { readResults, type DocumentPasses, type ResultReader } from './results.js';

export interface JsonFormat<S> extends ResultReader<S, SplitElement> {
  /** Paths of the results, e.g. `runs[*].results[*]`; an element's `pattern` is its index here. */
  readonly elements: readonly string[];
  /** Large parts that nobody needs: left out of the rest. */
  readonly skip?: readonly string[];
}

/** A `parse` function for a JSON format. */
export function jsonParser<S>(format: JsonFormat<S>): (report: Report, context: ParseContext) => AsyncIterable<ParsedItem> {
  const patterns = compilePatterns(format.elements, format.skip);
  const passes = jsonPasses(patterns);
  return (report, context) => readResults(passes, format, report, context);
}

function jsonPasses(patterns: PatternNode): DocumentPasses<SplitElement> {
  return {
    async first(report, tally) {
      const splitter = new JsonSplitter({ patterns, mode: 'rest', tally });
      for await (const chunk of asUtf8(report.open())) splitter.push(chunk);
      return { rest: splitter.end(), counts: splitter.counts };
    },
    second: (report, tally) => cutElements(report, patterns, tally),
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
