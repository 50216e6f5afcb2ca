import { ReportError, fieldsOf, isFields, jsonParser, list, looseText, normalizePath, sniff, type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SplitElement } from '../../api/index.js';
import { readFinding, readVulnerability } from './platform.js';
import { SEVERITIES, readResult } from './result.js';

/** What the command line writes, and two lists of the platform's API. */
const ELEMENTS = ['results[*]', 'findings[*]', 'vulns[*]'];
const READERS: readonly ((fields: Fields) => DraftInput | null)[] = [readResult, readFinding, readVulnerability];

export const parser: Parser = {
  id: 'semgrep', name: 'Semgrep JSON', tool: 'semgrep', classes: ['sast', 'secrets', 'sca'], syntax: ['json'], elements: ELEMENTS, versions: ['0.5x to 1', 'platform API: findings, supply chain'],
  severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['rule + path + lines', 'matchBasedId/v1 (as in SARIF)', 'secret hash (secrets)', 'identifiers + component (supply chain)'] },
  verified: [{ tool: 'semgrep', version: '1.182.0', by: 'real-output' }, { tool: 'semgrep', version: '0.96 to 1.100', by: 'published-sample' }],
  produce: '`semgrep scan --config RULES --json --output semgrep.json` (`semgrep ci` of a logged-in Semgrep adds code and fingerprints, which tell flaws apart best; the SARIF has the code in any case)',
  detect(head) {
    const { top, paths, values } = sniff(head);
    if (top !== 'object') return 0;
    if (paths.has('results[].check_id') && paths.has('results[].path')) return 0.97;
    if (paths.has('findings[].match_based_id') || (paths.has('findings[].rule_name') && paths.has('findings[].triage_state'))) return 0.95;
    if (paths.has('vulns[].advisory') && paths.has('vulns[].matchedDependency')) return 0.95;
    if (!paths.has('results') || !paths.has('errors') || !/^\d+\.\d+\.\d+/.test(values.get('version') ?? '')) return 0;
    return paths.has('paths.scanned') || paths.has('skipped_rules') ? 0.95 : 0.6;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, skip: ['paths', 'time', 'profiling_results', 'skipped_rules', 'explanations', 'rules_by_engine'], begin, read: readElement }),
};

function readElement(element: SplitElement): DraftInput | null {
  const reader = READERS[element.pattern] ?? readResult;
  return reader(fieldsOf(element.value, 'the result'));
}

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  const report = isFields(rest) ? rest : {};
  if (!['results', 'findings', 'vulns'].some((key) => Array.isArray(report[key]))) throw new ReportError('missing_parts', 'a Semgrep report has a list "results"; this document has none');
  const errors = list(report, 'errors').filter(isFields);
  const isIncomplete = errors.some((error) => looseText(error, 'level') === 'error');
  return {
    meta: {
      tool: 'semgrep', toolVersion: looseText(report, 'version'), scannedAt: '', success: !Array.isArray(report['results']) || isIncomplete ? null : true, partial: isIncomplete, hints: {},
      problems: errors.slice(0, 20).map(problemOf),
    },
    state: null,
  };
}

/** An error of level `error` is a file or a rule that was not looked at; a warning is a part of a file. */
function problemOf(error: Fields): ReportProblem {
  const path = normalizePath(looseText(error, 'path'));
  const said = looseText(error, 'message') || looseText(error, 'long_msg') || looseText(error, 'type');
  return { code: looseText(error, 'level') === 'error' ? 'not_scanned' : 'partly_scanned', message: [path, said].filter((part) => part !== '').join(': '), position: looseText(error, 'rule_id') };
}
