import type { ParseContext, ParsedItem, ParseTally, Report } from './contract.js';
import { asUtf8 } from './encoding.js';
import { compilePatterns, type PatternNode } from './patterns.js';
import { readResults, type DocumentPasses, type ResultReader } from './results.js';
import { XmlSplitter, type XmlElement } from './xml-splitter.js';

export { childrenOf, childText, type XmlElement, type XmlNode } from './xml-splitter.js';

export interface XmlFormat<S> extends ResultReader<S, XmlElement> {
  /** Paths of the results from the root, e.g. `report.issues.issue`. */
  readonly elements: readonly string[];
  readonly skip?: readonly string[];
}

/** A `parse` function for an XML format; `begin` gets the root as an XmlNode, without the results. */
export function xmlParser<S>(format: XmlFormat<S>): (report: Report, context: ParseContext) => AsyncIterable<ParsedItem> {
  const patterns = compilePatterns(format.elements, format.skip);
  const passes: DocumentPasses<XmlElement> = {
    async first(report, tally) {
      const splitter = new XmlSplitter({ patterns, mode: 'rest', tally });
      for await (const chunk of asUtf8(report.open())) splitter.push(chunk);
      return { rest: splitter.end(), counts: splitter.counts };
    },
    second: (report, tally) => cutElements(report, patterns, tally),
  };
  return (report, context) => readResults(passes, format, report, context);
}

async function* cutElements(report: Report, patterns: PatternNode, tally: ParseTally): AsyncGenerator<readonly XmlElement[]> {
  const splitter = new XmlSplitter({ patterns, mode: 'elements', tally });
  for await (const chunk of asUtf8(report.open())) {
    const batch = splitter.push(chunk);
    if (batch.length > 0) yield batch;
  }
  splitter.end();
}
