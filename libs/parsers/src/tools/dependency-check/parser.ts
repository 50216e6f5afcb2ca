import {
  ReportError, bySyntax, childText, childrenOf, fieldsOf, isFields, isoTime, jsonParser, list, looseText, oneLine, sniff, sub, text, texts, xmlParser,
  type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement, type XmlElement, type XmlNode,
} from '../../api/index.js';
import { SEVERITIES, draftOf, type Dependency, type Metric } from './vulnerability.js';

const BELOW = 'analysis.dependencies.dependency';
const XML_ELEMENTS = [`${BELOW}.vulnerabilities.vulnerability`, `${BELOW}.vulnerabilities.suppressedVulnerability`];
const JSON_ELEMENTS = ['dependencies[*].vulnerabilities[*]', 'dependencies[*].suppressedVulnerabilities[*]'];
const CONFIDENCE = ['HIGHEST', 'HIGH', 'MEDIUM', 'LOW'];

export const parser: Parser = {
  id: 'dependency-check', name: 'OWASP Dependency-Check XML and JSON', tool: 'dependency-check', classes: ['sca'], syntax: ['xml', 'json'], elements: [...XML_ELEMENTS, ...JSON_ELEMENTS],
  versions: ['XML schemas 1.3 to 4.1', 'JSON schemas 1.0 and 1.1'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'dependency-check', version: '6.5.3', by: 'published-sample' }, { tool: 'dependency-check', version: '7.3.0', by: 'published-sample' }],
  produce: '`dependency-check --scan . --format XML --out report.xml` (or `--format JSON`)',
  detect(head) {
    const { syntax, root, paths, text: start } = sniff(head);
    if (syntax === 'xml') return root === 'analysis' ? (start.includes('dependency-check') ? 0.98 : 0.6) : 0;
    if (!paths.has('scanInfo.engineVersion') && !paths.has('reportSchema')) return 0;
    return paths.has('projectInfo') && (paths.has('dependencies') || paths.has('reportSchema')) ? 0.96 : 0;
  },
  parse: bySyntax({
    xml: xmlParser<readonly (readonly Dependency[])[]>({ elements: XML_ELEMENTS, skip: ['evidenceCollected', 'description', 'license'].map((name) => `${BELOW}.${name}`), begin: beginXml, read: readXml }),
    json: jsonParser<readonly Dependency[]>({ elements: JSON_ELEMENTS, skip: ['dependencies[*].evidenceCollected', 'dependencies[*].description', 'dependencies[*].license'], begin: beginJson, read: readJson }),
  }),
};

/** A report is written when the run is over; one that names analysis exceptions did not see everything. */
function metaOf(version: string, at: string, failures: number): ReportMeta {
  const problems = failures > 0 ? [{ code: 'analysis_exceptions', message: `the analysis failed in ${failures} places`, position: '' }] : [];
  return { tool: 'dependency-check', toolVersion: version.trim(), scannedAt: isoTime(oneLine(at)), success: failures > 0 ? null : true, ...(failures > 0 ? { partial: true } : {}), hints: {}, problems };
}

function beginXml(rest: unknown): { meta: ReportMeta; state: readonly (readonly Dependency[])[] } {
  const root = rest as XmlNode | undefined;
  if (root?.name !== 'analysis') throw new ReportError('missing_parts', 'a report of Dependency-Check has the root element analysis');
  const lists = childrenOf(root, 'dependencies');
  if (lists.length === 0) throw new ReportError('missing_parts', 'a report of Dependency-Check has an element dependencies; this document has none');
  const [info] = childrenOf(root, 'scanInfo');
  const failures = info ? childrenOf(info, 'analysisExceptions').flatMap((one) => childrenOf(one, 'exception')).length : 0;
  const [project] = childrenOf(root, 'projectInfo');
  return {
    meta: metaOf(info ? childText(info, 'engineVersion') : '', project ? childText(project, 'reportDate') : '', failures),
    state: lists.map((one) => childrenOf(one, 'dependency').map(dependencyOfXml)),
  };
}

function within(node: XmlNode, outer: string, inner: string): readonly XmlNode[] {
  return childrenOf(node, outer).flatMap((one) => childrenOf(one, inner));
}

function dependencyOfXml(node: XmlNode): Dependency {
  const packages = within(node, 'identifiers', 'package').map((one) => ({ id: childText(one, 'id').trim(), confidence: one.attributes['confidence'] ?? '' }));
  // Schema 1.3 writes `(group:name:version)`, and CPEs in the same list.
  const old = within(node, 'identifiers', 'identifier').filter((one) => one.attributes['type'] !== 'cpe').map((one) => ({ id: `${one.attributes['type'] ?? ''}|${childText(one, 'name').trim().replace(/^\(|\)$/g, '')}`, confidence: one.attributes['confidence'] ?? '' }));
  return {
    fileName: oneLine(childText(node, 'fileName')), filePath: oneLine(childText(node, 'filePath')), packages: bySurety([...packages, ...old]),
    related: within(node, 'relatedDependencies', 'relatedDependency').map((one) => oneLine(childText(one, 'fileName'))), projects: within(node, 'projectReferences', 'projectReference').map((one) => oneLine(one.text)),
  };
}

function bySurety(found: readonly { readonly id: string; readonly confidence: string }[]): readonly string[] {
  const rank = (confidence: string): number => (CONFIDENCE.indexOf(confidence.toUpperCase()) + CONFIDENCE.length + 1) % (CONFIDENCE.length + 1);
  return [...found].filter(({ id }) => id !== '').sort((left, right) => rank(left.confidence) - rank(right.confidence)).map(({ id }) => id);
}

const NO_DEPENDENCY: Dependency = { fileName: '', filePath: '', packages: [], related: [], projects: [] };

function readXml(element: XmlElement, state: readonly (readonly Dependency[])[]): DraftInput {
  const node = element.value as XmlNode;
  const scores = (...names: readonly string[]): Metric => {
    const found = names.flatMap((name) => childrenOf(node, name))[0];
    return (name) => (found ? childText(found, name) : '');
  };
  const software = within(node, 'vulnerableSoftware', 'software');
  const matched = software.filter((one) => one.attributes['vulnerabilityIdMatched'] === 'true' || one.attributes['matched'] === 'true');
  return draftOf({
    name: childText(node, 'name'), source: node.attributes['source'] ?? '', severity: childText(node, 'severity'), description: childText(node, 'description'), notes: childText(node, 'notes'),
    weaknesses: [childText(node, 'cwe'), ...within(node, 'cwes', 'cwe').map((one) => one.text)], references: within(node, 'references', 'reference').map((one) => oneLine(childText(one, 'url'))),
    scores: { v2: scores('cvssV2', 'cvssv2'), v3: scores('cvssV3', 'cvssv3'), v4: scores('cvssV4', 'cvssv4') },
    endExcluding: matched.map((one) => one.attributes['versionEndExcluding'] ?? ''), isSuppressed: element.pattern === 1, isExploited: childrenOf(node, 'knownExploitedVulnerability').length > 0,
  }, state[element.path[0] ?? -1]?.[element.path[1] ?? -1] ?? NO_DEPENDENCY);
}

function beginJson(rest: unknown): { meta: ReportMeta; state: readonly Dependency[] } {
  const report = isFields(rest) ? rest : {};
  const dependencies = report['dependencies'];
  if (!Array.isArray(dependencies)) throw new ReportError('missing_parts', 'a report of Dependency-Check has a list "dependencies"; this document has none');
  const info = sub(report, 'scanInfo');
  const failures = Array.isArray(info['analysisExceptions']) ? info['analysisExceptions'].length : 0;
  return { meta: metaOf(looseText(info, 'engineVersion'), looseText(sub(report, 'projectInfo'), 'reportDate'), failures), state: dependencies.map((one) => (isFields(one) ? dependencyOfJson(one) : NO_DEPENDENCY)) };
}

const fieldsIn = (fields: Fields, key: string): readonly Fields[] => (Array.isArray(fields[key]) ? fields[key].filter(isFields) : []);

function dependencyOfJson(fields: Fields): Dependency {
  return {
    fileName: looseText(fields, 'fileName'), filePath: looseText(fields, 'filePath'),
    packages: bySurety(fieldsIn(fields, 'packages').map((one) => ({ id: looseText(one, 'id'), confidence: looseText(one, 'confidence') }))),
    related: fieldsIn(fields, 'relatedDependencies').map((one) => looseText(one, 'fileName')), projects: texts(fields['projectReferences']),
  };
}

function readJson(element: SplitElement, state: readonly Dependency[]): DraftInput {
  const one = fieldsOf(element.value, 'the vulnerability');
  const scores = (...names: readonly string[]): Metric => {
    const found = names.map((name) => one[name]).find(isFields) ?? {};
    return (name) => looseText(found, name);
  };
  const matched = list(one, 'vulnerableSoftware').filter(isFields).map((entry) => sub(entry, 'software')).filter((software) => looseText(software, 'vulnerabilityIdMatched') === 'true');
  return draftOf({
    name: text(one, 'name'), source: looseText(one, 'source'), severity: text(one, 'severity'), description: text(one, 'description'), notes: looseText(one, 'notes'), weaknesses: texts(one['cwes']),
    references: list(one, 'references').filter(isFields).map((reference) => looseText(reference, 'url')), scores: { v2: scores('cvssv2', 'cvssV2'), v3: scores('cvssv3', 'cvssV3'), v4: scores('cvssv4', 'cvssV4') },
    endExcluding: matched.map((software) => looseText(software, 'versionEndExcluding')), isSuppressed: element.pattern === 1, isExploited: isFields(one['knownExploitedVulnerability']),
  }, state[element.path[0] ?? -1] ?? NO_DEPENDENCY);
}
