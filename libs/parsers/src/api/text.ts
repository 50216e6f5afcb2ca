import type { ParseTally } from './contract.js';

/** Longest text of each field of a draft, in UTF-16 units; a draft as a whole ends at 32 KiB. */
export const CAPS = {
  title: 300, description: 6000, remediation: 3000, snippet: 3000, path: 1024, symbol: 300, url: 2048, parameter: 300, resource: 1024,
  ruleId: 300, ruleName: 300, identifier: 100, reference: 600, references: 25, fingerprint: 300, fingerprints: 12, flowMessage: 200, flowSteps: 50,
  attribute: 300, attributes: 32, attributeName: 80, purl: 600, version: 200, fixedVersions: 40, dependencyPath: 30, identifiers: 40, weaknesses: 20,
  suppressions: 10, justification: 600, cvss: 12, severity: 60, tool: 100, word: 40, secretType: 80, excerpt: 400,
} as const;

const CUT = '…';

/** Text without NULs and lone surrogates (Avro and PostgreSQL take neither), both counted. */
export function clean(value: string, tally: ParseTally): string {
  let text = value;
  if (text.includes('\u0000')) {
    const bare = text.replaceAll('\u0000', '');
    tally.strippedNuls += text.length - bare.length;
    text = bare;
  }
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** Cuts to `cap` units, never through a surrogate pair, and says so with an ellipsis. */
export function cut(value: string, cap: number, tally?: ParseTally): string {
  if (value.length <= cap) return value;
  if (tally) tally.cutFields += 1;
  return value.slice(0, cap - 1).toWellFormed().replace(/\ufffd$/, '') + CUT;
}

/** One line: runs of white space, line separators and control characters become one space. */
export function oneLine(value: string): string {
  return /[\u0000-\u001f\u007f\u0085\u2028\u2029]| {2}/.test(value) ? value.replace(/[\s\u0000-\u001f\u007f\u0085]+/g, ' ').trim() : value.trim();
}

/** The first sentence or line of a text, for titles. */
export function firstSentence(value: string): string {
  const line = oneLine(value.slice(0, 1000).split('\n', 1)[0] ?? '');
  const stop = line.search(/[.!?](?:\s|$)/);
  return stop > 20 ? line.slice(0, stop + 1) : line;
}

/** What stands between two columns (from 1, the last one excluded) of whole lines; empty when the columns do not fit them. */
export function flaggedText(lines: string, startColumn: number, endColumn: number): string {
  const text = lines.trimEnd();
  const end = text.lastIndexOf('\n') + endColumn;
  return startColumn > 0 && endColumn > 0 && end <= text.length && startColumn - 1 < end ? text.slice(startColumn - 1, end) : '';
}

/** Plain text of HTML fragments (ZAP writes its descriptions as `<p>…</p>`): tags go, paragraphs become lines. */
export function stripTags(value: string): string {
  if (!value.includes('<')) return value.trim();
  return value.replace(/<\/(?:p|li|div)>|<br ?\/?>/gi, '\n').replace(/<[a-z/][^<>]{0,200}>/gi, '').replace(/\n{2,}/g, '\n').trim();
}

/** RFC 3339 UTC of the many shapes that tools write; empty when it is no time. Times without a zone count as UTC. */
export function isoTime(value: string): string {
  const text = value.trim();
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) && !/^[A-Za-z]{3},? /.test(text)) return '';
  const zoned = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : /^[A-Za-z]{3}/.test(text) && !/(?:GMT|UTC|[+-]\d{4})/.test(text) ? `${text} UTC` : text;
  const time = new Date(zoned.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1990 ? '' : time.toISOString();
}
