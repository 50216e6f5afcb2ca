import {
  ReportError, fieldsOf, firstSentence, flaggedSecret, flaggedText, isFields, isoTime, jsonParser, lineNumber, list, looseSecrets, looseText, normalizePath, number, requiredText, severityOf, sniff, sub, text, weaknessIds,
  type CodeLocation, type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['results[*]'];
const SEVERITIES = { high: 'high', medium: 'medium', low: 'low', undefined: 'unknown' } as const;
/** Tests about hard-coded credentials: the flagged lines hold one, whatever it looks like. */
const HARD_CODED = new Set(['CWE-259', 'CWE-321', 'CWE-798']);

export const parser: Parser = {
  id: 'bandit', name: 'Bandit JSON', tool: 'bandit', classes: ['sast'], syntax: ['json'], elements: ELEMENTS, versions: ['1.4 to 1.9'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['rule + path + flagged lines'] },
  verified: [{ tool: 'bandit', version: '1.9.4', by: 'real-output' }, { tool: 'bandit', version: '1.4', by: 'published-sample' }],
  produce: '`bandit -r . -f json -o bandit.json`',
  detect(head) {
    const { top, paths, text: content } = sniff(head);
    if (top !== 'object') return 0;
    if (paths.has('results[].test_id') && paths.has('results[].issue_text')) return 0.97;
    // Metrics name every file and may fill the first bytes; an empty report has nothing else.
    return paths.has('metrics') && /"(?:CONFIDENCE|SEVERITY)\.UNDEFINED"/.test(content) ? 0.95 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, skip: ['metrics'], begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  const report = isFields(rest) ? rest : {};
  if (!('results' in report) || !('metrics' in report || 'errors' in report || 'generated_at' in report)) throw new ReportError('missing_parts', 'a Bandit report has "results" and "metrics"; this document has not');
  const problems = list(report, 'errors').filter(isFields).map(fileProblem);
  return {
    meta: {
      tool: 'bandit', toolVersion: '', scannedAt: isoTime(looseText(report, 'generated_at')), success: problems.length === 0 ? true : null, partial: problems.length > 0, hints: {},
      problems: problems.slice(0, 20),
    },
    state: null,
  };
}

/** A file that Bandit skipped: it looked at less than everything. */
function fileProblem(error: Fields): ReportProblem {
  return { code: 'file_not_scanned', message: `Bandit skipped ${normalizePath(looseText(error, 'filename'))}: ${looseText(error, 'reason')}`, position: '' };
}

function read(element: SplitElement): DraftInput {
  const issue = fieldsOf(element.value, 'the issue');
  const id = requiredText(issue, 'test_id');
  const message = text(issue, 'issue_text');
  const location = locationOf(issue);
  const weaknesses = weaknessIds(...cweOf(issue));
  return {
    class: 'sast', title: firstSentence(message) || id, description: message, severity: severityOf(text(issue, 'issue_severity'), SEVERITIES, 'bandit.issue_severity'),
    rule: { tool: 'bandit', id, name: text(issue, 'test_name'), helpUri: looseText(issue, 'more_info') }, weaknesses, location,
    ...(weaknesses.some((weakness) => HARD_CODED.has(weakness)) ? { secret: flaggedSecret(flaggedText(location.snippet, location.startColumn, location.endColumn)), alsoSecret: looseSecrets(location.snippet) } : {}),
    references: [looseText(issue, 'more_info'), looseText(sub(issue, 'issue_cwe'), 'link')], attributes: { confidence: looseText(issue, 'issue_confidence') },
  };
}

/** Bandit 1.7.1 and later: `{"id": 78, "link": …}`. */
function cweOf(issue: Fields): string[] {
  const id = looseText(sub(issue, 'issue_cwe'), 'id');
  return /^\d{1,4}$/.test(id) ? [`CWE-${id}`] : [];
}

/** Lines and columns of the flagged expression; Bandit counts columns from 0 and lines from 1. */
function locationOf(issue: Fields): Partial<CodeLocation> & Pick<CodeLocation, 'snippet' | 'startColumn' | 'endColumn'> {
  const flagged = list(issue, 'line_range').filter((line): line is number => typeof line === 'number' && Number.isInteger(line) && line > 0 && line < 2 ** 31);
  const at = lineNumber(issue, 'line_number');
  const startLine = flagged.length > 0 ? Math.min(...flagged.slice(0, 10_000)) : at;
  const endLine = flagged.length > 0 ? Math.max(...flagged.slice(0, 10_000)) : at;
  return {
    path: normalizePath(text(issue, 'filename')), startLine, endLine, startColumn: columnOf(issue, 'col_offset'), endColumn: columnOf(issue, 'end_col_offset'),
    snippet: flaggedLines(text(issue, 'code'), startLine, endLine),
  };
}

function columnOf(issue: Fields, key: string): number {
  const offset = number(issue, key);
  return offset !== null && offset >= 0 && offset < 2 ** 31 - 1 ? Math.trunc(offset) + 1 : 0;
}

/**
 * `code` shows the flagged lines amid others, each behind its number: `12 import os`. The numbers change with every
 * line that is inserted above and the context with every neighbour, so neither may reach the snippet.
 */
function flaggedLines(code: string, from: number, to: number): string {
  const lines = code.split(/\r?\n/).map((line) => /^(\d{1,9})(?:[ \t](.*))?$/s.exec(line)).filter((line) => line !== null);
  const flagged = lines.filter(([, printed]) => Number(printed) >= from && Number(printed) <= to);
  return flagged.map(([, , content]) => content ?? '').join('\n');
}
