import {
  ReportError, canonicalPurl, fieldsOf, isFields, jsonParser, list, looseText, normalizePath, purlOf, purlType, requiredText, secretFromSha1, severityOf, sniff, sub, text, texts, vulnerabilityIds,
  type Component, type DraftInput, type Fields, type FindingDraft, type MappedSeverity, type Parser, type ReportMeta, type ReportProblem, type SplitElement,
} from '../../api/index.js';

/** One framework gives an object, several give a list of them. */
const ELEMENTS = ['results.failed_checks[*]', '[*].results.failed_checks[*]'];
const SKIP = ['results.passed_checks', 'results.skipped_checks', '[*].results.passed_checks', '[*].results.skipped_checks'];
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', moderate: 'medium', low: 'low', none: 'info', info: 'info' } as const;
/** Without a platform key Checkov gives no severity at all. */
const NO_SEVERITY: MappedSeverity = { original: '', normalized: 'medium', rule: 'checkov.default' };

interface State {
  /** check_type by the index of its block. */
  readonly types: readonly string[];
}

export const parser: Parser = {
  id: 'checkov', name: 'Checkov JSON', tool: 'checkov', classes: ['iac', 'secrets', 'sca', 'container'], syntax: ['json'], elements: ELEMENTS, versions: ['1', '2', '3'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['rule + path + resource', 'secret hash (secrets)', 'identifiers + component (sca_package, sca_image)'] },
  verified: [{ tool: 'checkov', version: '3.3.30', by: 'real-output' }, { tool: 'checkov', version: '2.0.209', by: 'published-sample' }],
  produce: '`checkov -d . -o json --output-file-path .` (one framework or all)',
  detect(head) {
    const { top, paths } = sniff(head);
    const prefix = top === 'array' ? '[].' : top === 'object' ? '' : undefined;
    if (prefix === undefined) return 0;
    if (paths.has(`${prefix}check_type`) && (paths.has(`${prefix}results`) || paths.has(`${prefix}summary`))) return 0.97;
    if (paths.has(`${prefix}results.failed_checks`) || paths.has(`${prefix}results.passed_checks`)) return 0.92;
    return paths.has(`${prefix}checkov_version`) && paths.has(`${prefix}failed`) ? 0.92 : 0;
  },
  parse: jsonParser<State>({ elements: ELEMENTS, skip: SKIP, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const blocks = (Array.isArray(rest) ? rest : [rest]).filter(isFields);
  // A run without anything to check writes its bare summary.
  if ((blocks.length === 0 && !Array.isArray(rest)) || !blocks.every((block) => 'check_type' in block || 'results' in block || 'checkov_version' in block)) {
    throw new ReportError('missing_parts', 'a Checkov report has "check_type" and "results"; this document has neither');
  }
  const versions = blocks.map((block) => looseText(sub(block, 'summary'), 'checkov_version') || looseText(block, 'checkov_version'));
  const problems = blocks.flatMap(parsingErrors);
  return {
    meta: { tool: 'checkov', toolVersion: versions.find((version) => version !== '') ?? '', scannedAt: '', success: null, partial: problems.length > 0, hints: {}, problems },
    state: { types: blocks.map((block) => looseText(block, 'check_type')) },
  };
}

/** Files that Checkov could not parse: it looked at less than everything. */
function parsingErrors(block: Fields): ReportProblem[] {
  return texts(sub(block, 'results')['parsing_errors']).slice(0, 20).map((file) => ({ code: 'file_not_scanned', message: `Checkov could not parse ${normalizePath(file)}`, position: looseText(block, 'check_type') }));
}

function read(element: SplitElement, state: State): DraftInput | null {
  const check = fieldsOf(element.value, 'the check');
  const type = element.pattern === 0 ? (state.types[0] ?? '') : (state.types[element.path[0] ?? 0] ?? '');
  if (/^(?:PASSED|SKIPPED)$/i.test(text(sub(check, 'check_result'), 'result'))) return null;
  const id = requiredText(check, 'check_id');
  const secret = type === 'secrets' || id.startsWith('CKV_SECRET_');
  const resource = text(check, 'resource');
  const vulnerability = sub(check, 'vulnerability_details');
  const sca = type.startsWith('sca_');
  const word = text(check, 'severity') || looseText(vulnerability, 'severity');
  return {
    class: secret ? 'secrets' : type === 'sca_image' ? 'container' : sca ? 'sca' : 'iac',
    title: text(check, 'check_name') || looseText(vulnerability, 'id') || id, description: text(check, 'description') || looseText(vulnerability, 'description') || text(check, 'short_description'),
    severity: word ? severityOf(word, SEVERITIES, 'checkov.severity') : NO_SEVERITY,
    rule: { tool: 'checkov', id, name: text(check, 'check_name'), helpUri: looseText(check, 'guideline') },
    identifiers: sca ? vulnerabilityIds(looseText(vulnerability, 'id'), id) : [], weaknesses: secret ? ['CWE-798'] : [],
    component: sca ? componentOf(vulnerability, check) : null,
    location: { ...locationOf(check), resource: secret ? '' : resource },
    // In place of the value Checkov gives its SHA-1, which meets the values of other tools under the tenant's key.
    secret: secret ? secretFromSha1(id, resource) : null,
    references: [looseText(check, 'guideline'), looseText(vulnerability, 'link')].filter((link) => link !== ''),
    attributes: {
      checkType: type, checkClass: looseText(check, 'check_class'), bcCheckId: looseText(check, 'bc_check_id'), evaluatedKeys: texts(sub(check, 'check_result')['evaluated_keys']).join(' '),
      workflow: looseText(check, 'workflow_name'), resourceAddress: looseText(check, 'resource_address'), validation: looseText(check, 'validation_status'),
    },
  };
}

function locationOf(check: Fields): Partial<NonNullable<FindingDraft['location']>> {
  const [from, to] = list(check, 'file_line_range');
  const inRepository = text(check, 'repo_file_path');
  const path = inRepository !== '' && !inRepository.includes('..') ? inRepository : text(check, 'file_path');
  const startLine = lineOf(from);
  return { path: normalizePath(path.replace(/^\/+/, '')), startLine, endLine: lineOf(to) || startLine, snippet: codeOf(check) };
}

const lineOf = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31 ? value : 0);

/** `code_block` is a list of `[line number, text]`. */
function codeOf(check: Fields): string {
  return list(check, 'code_block').map((line) => (Array.isArray(line) && typeof line[1] === 'string' ? line[1] : '')).join('').trimEnd();
}

function componentOf(vulnerability: Fields, check: Fields): Partial<Component> {
  const name = looseText(vulnerability, 'package_name');
  const version = looseText(vulnerability, 'package_version');
  const manager = looseText(vulnerability, 'package_type') || looseText(vulnerability, 'registry');
  const fixed = looseText(vulnerability, 'lowest_fixed_version') || looseText(vulnerability, 'fixed_version');
  return {
    name, version, ecosystem: purlType(manager), purl: canonicalPurl(looseText(vulnerability, 'purl')) || purlOf(manager, name, version), fixedVersions: fixed ? [fixed] : [],
    filePath: normalizePath(text(check, 'file_path').replace(/^\/+/, '')),
  };
}
