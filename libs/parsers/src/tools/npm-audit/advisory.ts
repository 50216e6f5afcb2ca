import {
  isFields, list, looseText, number, purlOf, requiredText, severityOf, sub, text, texts, vulnerabilityIds, weaknessIds, type CvssScore, type DraftInput, type Fields, type MappedSeverity,
} from '../../api/index.js';

export const SEVERITIES = { critical: 'critical', high: 'high', moderate: 'medium', low: 'low', info: 'info' } as const;

export const severity = (advisory: Fields): MappedSeverity => severityOf(text(advisory, 'severity'), SEVERITIES, 'npm-audit.severity');

/** `{score, vectorString}`; npm writes a score of 0 and no vector where the advisory has none. */
export function cvssOf(advisory: Fields): CvssScore[] {
  const cvss = sub(advisory, 'cvss');
  const vector = looseText(cvss, 'vectorString');
  const score = number(cvss, 'score');
  return vector === '' ? [] : [{ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '3.0', vector, score: score !== null && score >= 0 && score <= 10 ? score : null, source: 'github' }];
}

/** `cwe`: one name, a list of them, or null. */
export function weaknessesOf(advisory: Fields): string[] {
  return weaknessIds(...texts(advisory['cwe']));
}

/** Versions that end a vulnerable range (`>=1.0.0 <1.2.3`) or begin a patched one (`>=1.2.3`): the first that is not affected. */
export function fixedVersions(range: string, sign: '<' | '>='): string[] {
  const found = range.matchAll(sign === '<' ? /<(?!=)\s*v?(\d[\w.+-]{0,60})/g : />=\s*v?(\d[\w.+-]{0,60})/g);
  return [...new Set([...found].map((match) => match[1] as string))].filter((version) => !/^9{3,}/.test(version));
}

/** The path of one installation as npm, pnpm and Yarn write it: `a>b>c`, with `.` for the project. */
export function dependencyPath(path: string): string[] {
  return path.split('>').map((name) => name.trim()).filter((name) => name !== '' && name !== '.');
}

/** One installed version of an advisory of npm 6, pnpm and Yarn 2 and 3. */
export function readInstalled(advisory: Fields, installed: Fields): DraftInput {
  const name = requiredText(advisory, 'module_name');
  const title = text(advisory, 'title');
  const ghsa = looseText(advisory, 'github_advisory_id');
  const id = ghsa || `npm:${requiredText(advisory, 'id')}`;
  const version = text(installed, 'version');
  const paths = list(installed, 'paths').filter((path): path is string => typeof path === 'string');
  const patched = text(advisory, 'patched_versions');
  const url = looseText(advisory, 'url');
  return {
    class: 'sca', title: `${title || id} in ${name}`, description: text(advisory, 'overview'), severity: severity(advisory), cvss: cvssOf(advisory),
    rule: { tool: 'npm-audit', id, name: title, helpUri: url }, identifiers: [...new Set([...vulnerabilityIds(ghsa, url, ...texts(advisory['cves'])), ...(ghsa === '' ? [id] : [])])], weaknesses: weaknessesOf(advisory),
    component: { name, version, purl: purlOf('npm', name, version), ecosystem: 'npm', fixedVersions: fixedVersions(patched, '>='), dependencyPath: dependencyPath(paths[0] ?? '') },
    references: [url, ...looseText(advisory, 'references').split(/\s+/).filter((word) => /^https?:\/\//.test(word))], remediation: text(advisory, 'recommendation'),
    attributes: {
      vulnerableRange: text(advisory, 'vulnerable_versions'), patchedRange: patched, dev: looseText(installed, 'dev'), optional: looseText(installed, 'optional'), npmAdvisory: looseText(advisory, 'id'),
      paths: paths.length > 1 ? String(paths.length) : '', otherPaths: paths.slice(1, 5).join(', '),
    },
  };
}

/** One of `via` of npm 7 and later: an advisory, told of the package that has it. */
export function readVia(via: Fields, entry: Fields, chain: readonly string[]): DraftInput {
  const name = looseText(via, 'dependency') || requiredText(via, 'name');
  const url = text(via, 'url');
  const source = text(via, 'source');
  const [ghsa = ''] = vulnerabilityIds(url);
  const id = ghsa || `npm:${source || requiredText(via, 'title')}`;
  const range = text(via, 'range');
  const [node = ''] = texts(entry['nodes']);
  const title = text(via, 'title');
  return {
    class: 'sca', title: `${title || id} in ${name}`, severity: severity(via), cvss: cvssOf(via),
    rule: { tool: 'npm-audit', id, name: title, helpUri: url }, identifiers: ghsa === '' ? (source === '' ? [] : [id]) : [ghsa], weaknesses: weaknessesOf(via),
    component: { name, version: '', purl: purlOf('npm', name, ''), ecosystem: 'npm', filePath: node, fixedVersions: fixedVersions(range, '<'), dependencyPath: chain },
    location: { path: node }, references: [url], remediation: remedyOf(entry),
    attributes: { vulnerableRange: range, direct: looseText(entry, 'isDirect'), npmAdvisory: source, nodes: texts(entry['nodes']).slice(1, 8).join(', ') },
  };
}

/** `fixAvailable` names the package of the project to change, or says only whether there is one. */
function remedyOf(entry: Fields): string {
  const fix = entry['fixAvailable'];
  if (isFields(fix) && looseText(fix, 'name') !== '') return `Upgrade ${looseText(fix, 'name')} to ${looseText(fix, 'version')}${fix['isSemVerMajor'] === true ? ' (a breaking change)' : ''}.`;
  return fix === true ? 'Run `npm audit fix`.' : fix === false ? 'No fix is available.' : '';
}
