import {
  ReportError, fieldsOf, isFields, isoTime, jsonParser, list, looseText, normalizePath, purlOf, requiredText, severityOf, severityOfScore, sniff, sub, text, texts, vulnerabilityIds, weaknessIds,
  type CvssScore, type DraftInput, type Fields, type MappedSeverity, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['results[*].packages[*].vulnerabilities[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', moderate: 'medium', medium: 'medium', low: 'low', unimportant: 'info', negligible: 'info' } as const;
/** Names of OSV's ecosystems that package managers do not go by. */
const ECOSYSTEMS: Readonly<Record<string, string>> = { packagist: 'composer', 'crates.io': 'cargo', rubygems: 'gem', 'rocky linux': 'rocky', almalinux: 'alma', 'red hat': 'redhat', conancenter: 'conan', swifturl: 'swift', openeuler: 'rpm' };
const DISTRIBUTIONS = new Set(['debian', 'ubuntu', 'alpine', 'rocky', 'alma', 'redhat', 'suse', 'opensuse', 'wolfi', 'chainguard', 'rpm', 'photon os', 'mageia']);
const CVSS_TYPES: Readonly<Record<string, string>> = { CVSS_V4: '4.0', CVSS_V3: '3.0', CVSS_V2: '2.0' };

interface Package {
  readonly name: string;
  readonly version: string;
  readonly manager: string;
  readonly path: string;
  readonly isImage: boolean;
  readonly groups: readonly Fields[];
  readonly dev: boolean;
}

export const parser: Parser = {
  id: 'osv-scanner', name: 'OSV-Scanner JSON', tool: 'osv-scanner', classes: ['sca', 'container'], syntax: ['json'], elements: ELEMENTS, versions: ['1', '2'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'osv-scanner', version: '1', by: 'published-sample' }],
  produce: '`osv-scanner scan source --recursive --format json --output report.json .`, or `osv-scanner scan image --format json IMAGE`',
  detect(head) {
    const { top, paths, text: start } = sniff(head);
    if (top !== 'object' || !paths.has('results')) return 0;
    if (paths.has('results[].packages') && paths.has('results[].source')) return 0.96;
    return paths.has('experimental_config') && /"licenses"\s*:/.test(start) ? 0.9 : 0;
  },
  parse: jsonParser<readonly (readonly Package[])[]>({ elements: ELEMENTS, skip: ['results[*].packages[*].licenses', 'results[*].packages[*].license_violations', 'license_summary'], begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: readonly (readonly Package[])[] } {
  const report = isFields(rest) ? rest : {};
  const { results } = report;
  // Go writes an empty list as null.
  if (!Array.isArray(results) && !(results === null && 'experimental_config' in report)) throw new ReportError('missing_parts', 'a report of OSV-Scanner has a list "results"; this document has none');
  const isImage = isFields(report['image_metadata']);
  return {
    meta: { tool: 'osv-scanner', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] },
    state: (Array.isArray(results) ? results : []).map((one: unknown) => (isFields(one) ? packagesOf(one, isImage) : [])),
  };
}

function packagesOf(result: Fields, isImage: boolean): readonly Package[] {
  const source = sub(result, 'source');
  const path = normalizePath(looseText(source, 'path')).replace(/^\/+/, '');
  return (Array.isArray(result['packages']) ? result['packages'] : []).map((entry: unknown) => {
    const one = isFields(entry) ? entry : {};
    const info = sub(one, 'package');
    const ecosystem = (looseText(info, 'ecosystem').split(':')[0] ?? '').toLowerCase();
    return {
      name: looseText(info, 'name'), version: looseText(info, 'version') || looseText(info, 'commit'), manager: ECOSYSTEMS[ecosystem] ?? ecosystem, path, isImage: isImage || looseText(source, 'type') === 'docker',
      groups: Array.isArray(one['groups']) ? one['groups'].filter(isFields) : [], dev: texts(one['dependency_groups']).includes('dev'),
    };
  });
}

const NO_PACKAGE: Package = { name: '', version: '', manager: '', path: '', isImage: false, groups: [], dev: false };

function read(element: SplitElement, state: readonly (readonly Package[])[]): DraftInput {
  const vulnerability = fieldsOf(element.value, 'the vulnerability');
  const found = state[element.path[0] ?? -1]?.[element.path[1] ?? -1] ?? NO_PACKAGE;
  const id = requiredText(vulnerability, 'id');
  // A package known by its commit alone has no name.
  const name = found.name || found.path || id;
  const group = found.groups.find((one) => texts(one['ids']).includes(id)) ?? {};
  const isOs = DISTRIBUTIONS.has(found.manager);
  const summary = text(vulnerability, 'summary');
  const fixed = fixedVersions(vulnerability, found.name);
  return {
    class: found.isImage || isOs ? 'container' : 'sca', title: `${summary || id} in ${name}`, description: text(vulnerability, 'details'), severity: severity(vulnerability, group), cvss: cvssOf(vulnerability),
    rule: { tool: 'osv-scanner', id, name: summary, helpUri: `https://osv.dev/vulnerability/${encodeURIComponent(id)}` },
    identifiers: [...new Set([id.toUpperCase(), ...vulnerabilityIds(...texts(vulnerability['aliases']), ...texts(group['aliases']))])],
    weaknesses: weaknessIds(...texts(sub(vulnerability, 'database_specific')['cwe_ids'])),
    component: { name, version: found.version, purl: purlOf(found.manager, found.name, found.version), ecosystem: found.manager, filePath: isOs ? '' : found.path, fixedVersions: fixed }, location: { path: isOs ? '' : found.path },
    references: list(vulnerability, 'references').filter(isFields).map((one) => looseText(one, 'url')), remediation: fixed.length > 0 ? `Upgrade ${name} to ${fixed.join(' or ')}.` : '',
    reachability: sub(sub(group, 'experimentalAnalysis'), id)['called'] === true ? 'reachable' : '',
    attributes: {
      published: isoTime(looseText(vulnerability, 'published')), modified: isoTime(looseText(vulnerability, 'modified')), withdrawn: isoTime(looseText(vulnerability, 'withdrawn')), dev: found.dev ? 'true' : '',
      called: looseText(sub(sub(group, 'experimentalAnalysis'), id), 'called'), maxSeverity: looseText(group, 'max_severity'),
    },
  };
}

/** The word of the advisory's own data base; else the highest score of the group, which the scanner computed. */
function severity(vulnerability: Fields, group: Fields): MappedSeverity {
  const affected = (Array.isArray(vulnerability['affected']) ? vulnerability['affected'] : []).filter(isFields);
  const word = [vulnerability, ...affected].flatMap((one) => [looseText(sub(one, 'database_specific'), 'severity'), looseText(sub(one, 'ecosystem_specific'), 'severity'), looseText(sub(one, 'ecosystem_specific'), 'urgency')])
    .find((text) => /^[a-z ]+$/i.test(text) && text.toLowerCase() !== 'not yet assigned');
  if (word !== undefined) return severityOf(word, SEVERITIES, 'osv-scanner.database-severity');
  const score = looseText(group, 'max_severity');
  return score !== '' && Number(score) >= 0 ? severityOfScore(Number(score), score, 'osv-scanner.max-severity') : severityOf('', SEVERITIES, 'none');
}

/** OSV puts the vector where the score would be; the score is not told. */
function cvssOf(vulnerability: Fields): CvssScore[] {
  const affected = (Array.isArray(vulnerability['affected']) ? vulnerability['affected'] : []).filter(isFields);
  const vectors = [...list(vulnerability, 'severity'), ...affected.flatMap((one) => (Array.isArray(one['severity']) ? one['severity'] : []) as readonly unknown[])].filter(isFields);
  const seen = new Set<string>();
  return vectors.map((one) => ({ type: looseText(one, 'type'), vector: looseText(one, 'score') })).filter(({ type, vector }) => Object.hasOwn(CVSS_TYPES, type) && vector !== '' && !seen.has(vector) && seen.add(vector))
    .map(({ type, vector }) => ({ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? (CVSS_TYPES[type] as string), vector, score: null, source: 'osv' }));
}

/** `fixed` events of the ranges that tell versions, of this package. */
function fixedVersions(vulnerability: Fields, name: string): string[] {
  const versions = list(vulnerability, 'affected').filter(isFields).filter((one) => looseText(sub(one, 'package'), 'name').toLowerCase() === name.toLowerCase())
    .flatMap((one) => (Array.isArray(one['ranges']) ? one['ranges'] : []) as readonly unknown[]).filter(isFields).filter((range) => looseText(range, 'type') !== 'GIT')
    .flatMap((range) => (Array.isArray(range['events']) ? range['events'] : []) as readonly unknown[]).filter(isFields).map((event) => looseText(event, 'fixed'));
  return [...new Set(versions)].filter((version) => version !== '');
}
