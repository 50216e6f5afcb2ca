import {
  ReportError, fieldsOf, isFields, jsonParser, list, looseText, number, purlOf, requiredText, severityOf, sniff, sub, text, texts, vulnerabilityIds, weaknessIds,
  type CvssScore, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', moderate: 'medium', low: 'low', info: 'info' } as const;
/** Other lines of Yarn 1: what it says on its way, and the closing counts. */
const OTHER_LINES = new Set(['auditSummary', 'auditAction', 'info', 'warning', 'step', 'progressStart', 'progressTick', 'progressFinish', 'activityStart', 'activityTick', 'activityEnd', 'activitySet', 'activitySetStart', 'activitySetTick', 'activitySetEnd']);

export const parser: Parser = {
  id: 'yarn-audit', name: 'yarn audit JSON lines', tool: 'yarn-audit', classes: ['sca'], syntax: ['json'], elements: ELEMENTS, versions: ['Yarn 1', 'Yarn 4'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'yarn', version: '1', by: 'published-sample' }],
  produce: '`yarn audit --json > report.json` (Yarn 1) or `yarn npm audit --recursive --json > report.json` (Yarn 4)',
  detect(head) {
    const { text: start } = sniff(head);
    if (/"type"\s*:\s*"audit(?:Advisory|Summary)"/.test(start)) return 0.97;
    return /"children"\s*:\s*\{/.test(start) && /"Vulnerable Versions"\s*:/.test(start) && /"Tree Versions"\s*:/.test(start) ? 0.95 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, lines: true, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'the output of yarn audit is JSON lines; this document is none');
  // Whether the audit ran through stands in the last line, which is not known before the others are read.
  return { meta: { tool: 'yarn-audit', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

function read(element: SplitElement): DraftInput | null {
  const line = fieldsOf(element.value, 'the line');
  if (isFields(line['children'])) return readTree(line, line['children']);
  const type = requiredText(line, 'type');
  if (OTHER_LINES.has(type)) return null;
  if (type === 'error') throw new ReportError('missing_parts', `the audit failed: ${looseText(line, 'data').slice(0, 200)}`);
  const data = fieldsOf(line['data'], '"data"');
  return readAdvisory(fieldsOf(data['advisory'], '"advisory"'), sub(data, 'resolution'));
}

/** Yarn 1: an advisory, once for each path on which it is reached. */
function readAdvisory(advisory: Fields, resolution: Fields): DraftInput {
  const name = requiredText(advisory, 'module_name');
  const title = text(advisory, 'title');
  const ghsa = looseText(advisory, 'github_advisory_id');
  const url = looseText(advisory, 'url');
  const id = ghsa || `npm:${requiredText(advisory, 'id')}`;
  const path = text(resolution, 'path');
  const version = versionAt(advisory, path);
  return {
    class: 'sca', title: `${title || id} in ${name}`, description: text(advisory, 'overview'), severity: severityOf(text(advisory, 'severity'), SEVERITIES, 'yarn-audit.severity'), cvss: cvssOf(advisory),
    rule: { tool: 'yarn-audit', id, name: title, helpUri: url }, identifiers: [...new Set([...vulnerabilityIds(ghsa, url, ...texts(advisory['cves'])), ...(ghsa === '' ? [id] : [])])],
    weaknesses: weaknessIds(...texts(advisory['cwe'])),
    component: { name, version, purl: purlOf('npm', name, version), ecosystem: 'npm', fixedVersions: fixedVersions(text(advisory, 'patched_versions')), dependencyPath: path.split('>').filter((part) => part !== '') },
    references: [url, ...looseText(advisory, 'references').split(/\s+/).filter((word) => /^https?:\/\//.test(word))], remediation: text(advisory, 'recommendation'),
    attributes: { vulnerableRange: text(advisory, 'vulnerable_versions'), patchedRange: text(advisory, 'patched_versions'), dev: looseText(resolution, 'dev'), npmAdvisory: looseText(advisory, 'id') },
  };
}

/** The version that stands on this path; the only one when there is but one. */
function versionAt(advisory: Fields, path: string): string {
  const findings = list(advisory, 'findings').filter(isFields);
  const own = findings.find((finding) => texts(finding['paths']).includes(path)) ?? (findings.length === 1 ? findings[0] : undefined);
  return own ? text(own, 'version') : '';
}

function cvssOf(advisory: Fields): CvssScore[] {
  const cvss = sub(advisory, 'cvss');
  const vector = looseText(cvss, 'vectorString');
  const score = number(cvss, 'score');
  return vector === '' ? [] : [{ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '3.0', vector, score: score !== null && score >= 0 && score <= 10 ? score : null, source: 'github' }];
}

function fixedVersions(patched: string): string[] {
  return [...new Set([...patched.matchAll(/>=\s*v?(\d[\w.+-]{0,60})/g)].map((match) => match[1] as string))];
}

/** Yarn 4: `{value: name, children: {ID, Issue, URL, Severity, "Vulnerable Versions", "Tree Versions", Dependents}}`. */
function readTree(line: Fields, advisory: Fields): DraftInput | null {
  const name = requiredText(line, 'value');
  const title = text(advisory, 'Issue');
  // Packages that their authors no longer keep come in the same list.
  if (/\(deprecation\)$/.test(text(advisory, 'ID'))) return null;
  const url = text(advisory, 'URL');
  const [ghsa = ''] = vulnerabilityIds(url);
  const id = ghsa || `npm:${requiredText(advisory, 'ID')}`;
  const [version = '', ...others] = texts(advisory['Tree Versions']);
  const range = text(advisory, 'Vulnerable Versions');
  return {
    class: 'sca', title: `${title || id} in ${name}`, severity: severityOf(text(advisory, 'Severity'), SEVERITIES, 'yarn-audit.severity'), rule: { tool: 'yarn-audit', id, name: title, helpUri: url }, identifiers: [id],
    component: { name, version, purl: purlOf('npm', name, version), ecosystem: 'npm', fixedVersions: [...new Set([...range.matchAll(/<(?!=)\s*v?(\d[\w.+-]{0,60})/g)].map((match) => match[1] as string))] },
    references: [url], attributes: { vulnerableRange: range, dependents: texts(advisory['Dependents']).slice(0, 5).join(', '), otherVersions: others.join(', '), npmAdvisory: looseText(advisory, 'ID') },
  };
}
