import {
  NO_SEVERITY, ReportError, fieldsOf, isFields, jsonParser, looseText, purlOf, requiredText, sniff, text, texts, vulnerabilityIds, ResultRefusal,
  type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['dependencies[*].vulns[*]', '[*].vulns[*]'];

export const parser: Parser = {
  id: 'pip-audit', name: 'pip-audit JSON', tool: 'pip-audit', classes: ['sca'], syntax: ['json'], elements: ELEMENTS, versions: ['2', '1'], severityMap: {},
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'pip-audit', version: '1', by: 'published-sample' }],
  produce: '`pip-audit --format json --desc on --aliases on --output report.json`',
  detect(head) {
    const { top, paths } = sniff(head);
    const own = top === 'array' ? '[]' : 'dependencies[]';
    if (paths.has(`${own}.name`) && (paths.has(`${own}.vulns`) || paths.has(`${own}.skip_reason`))) return 0.95;
    return top === 'object' && paths.has('dependencies') && paths.has('fixes') ? 0.85 : 0;
  },
  parse: jsonParser<readonly Fields[]>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: readonly Fields[] } {
  const dependencies: unknown = isFields(rest) ? rest['dependencies'] : rest;
  if (!Array.isArray(dependencies)) throw new ReportError('missing_parts', 'a report of pip-audit has a list of dependencies; this document has none');
  const all = dependencies.map((one: unknown) => (isFields(one) ? one : {}));
  const skipped = all.filter((one) => looseText(one, 'skip_reason') !== '');
  const problems: ReportProblem[] = skipped.length === 0 ? [] : [{ code: 'dependencies_skipped', message: `${skipped.length} of ${all.length} dependencies were not audited: ${skipped.slice(0, 5).map((one) => looseText(one, 'name')).join(', ')}`, position: '' }];
  return { meta: { tool: 'pip-audit', toolVersion: '', scannedAt: '', success: all.length > 0 ? true : null, ...(skipped.length > 0 ? { partial: true } : {}), hints: {}, problems }, state: all };
}

function read(element: SplitElement, state: readonly Fields[]): DraftInput {
  const vulnerability = fieldsOf(element.value, 'the vulnerability');
  const dependency = state[element.path[0] ?? -1];
  if (!dependency) throw new ResultRefusal('missing_field', 'the vulnerability stands in no dependency');
  const id = requiredText(vulnerability, 'id');
  const name = requiredText(dependency, 'name');
  const version = text(dependency, 'version');
  const fixed = texts(vulnerability['fix_versions']);
  return {
    // The services that pip-audit asks tell no severity: it comes from the platform's own intelligence.
    class: 'sca', title: `${id} in ${name}`, description: text(vulnerability, 'description'), severity: NO_SEVERITY, rule: { tool: 'pip-audit', id, helpUri: `https://osv.dev/vulnerability/${encodeURIComponent(id)}` },
    identifiers: [...new Set([id.toUpperCase(), ...vulnerabilityIds(...texts(vulnerability['aliases']))])], component: { name, version, purl: purlOf('pypi', name, version), ecosystem: 'pypi', fixedVersions: fixed },
    remediation: fixed.length > 0 ? `Upgrade ${name} to ${fixed.join(' or ')}.` : '',
  };
}
