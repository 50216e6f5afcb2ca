import {
  isFields, list, looseText, normalizePath, number, purlOf, purlType, requiredText, severityOf, sub, text, texts, vulnerabilityIds, weaknessIds, type CvssScore, type DraftInput, type Fields,
} from '../../api/index.js';

export const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low' } as const;

/** What a project of the report says for all of its results. */
export interface Project {
  readonly manager: string;
  readonly targetFile: string;
  readonly name: string;
  readonly isImage: boolean;
}

const DISTRIBUTION = /^(?:deb|rpm|apk|linux|debian|ubuntu|alpine|centos|rhel|amzn|sles|oracle|rocky|wolfi|chainguard)\b/;

/** One of `vulnerabilities`: an issue on one path to a package. */
export function readIssue(issue: Fields, project: Project): DraftInput {
  const id = requiredText(issue, 'id');
  const title = text(issue, 'title');
  const manager = looseText(issue, 'packageManager') || project.manager;
  const version = text(issue, 'version');
  const name = nameOf(issue, manager);
  const isLicense = looseText(issue, 'type') === 'license';
  const fixed = [...new Set([...texts(issue['fixedIn']), ...texts(issue['nearestFixedInVersion'])])];
  const from = list(issue, 'from').filter((step): step is string => typeof step === 'string');
  const ids = sub(issue, 'identifiers');
  return {
    class: project.isImage ? 'container' : 'sca', title: `${title || id} in ${name}`, description: text(issue, 'description'),
    severity: severityOf(text(issue, 'severity'), SEVERITIES, isLicense ? 'snyk.license-policy' : 'snyk.severity'), cvss: cvssOf(issue),
    rule: { tool: 'snyk', id, name: title, helpUri: `https://security.snyk.io/vuln/${encodeURIComponent(id)}` },
    identifiers: [...new Set([id.toUpperCase(), ...vulnerabilityIds(...texts(ids['CVE']), ...texts(ids['GHSA']), ...texts(ids['ALTERNATIVE']), ...texts(issue['alternativeIds']))])],
    weaknesses: weaknessIds(...texts(ids['CWE'])),
    component: { name, version, purl: purlOf(distributionOf(manager), name, version), ecosystem: purlType(distributionOf(manager)), filePath: project.targetFile, fixedVersions: fixed, dependencyPath: from.slice(1) },
    location: { path: project.targetFile }, references: list(issue, 'references').map((one) => (isFields(one) ? looseText(one, 'url') : '')), remediation: remedyOf(issue, name, fixed),
    reachability: reachabilityOf(looseText(issue, 'reachability')),
    attributes: {
      project: project.name, exploit: looseText(issue, 'exploit'), type: looseText(issue, 'type'), license: looseText(issue, 'license'), upgradable: looseText(issue, 'isUpgradable'), patchable: looseText(issue, 'isPatchable'),
      malicious: looseText(issue, 'malicious'), dockerfileInstruction: looseText(issue, 'dockerfileInstruction'), vulnerableRange: texts(sub(issue, 'semver')['vulnerable']).join(' || '),
    },
  };
}

/** Of a distribution Snyk names `source/binary`; Maven's is `group:artifact` already. */
function nameOf(issue: Fields, manager: string): string {
  const name = text(issue, 'name') || text(issue, 'packageName') || requiredText(issue, 'moduleName');
  return DISTRIBUTION.test(manager) ? name.slice(name.lastIndexOf('/') + 1) : name;
}

/** `debian:11` names a release, too; `gomodules` and `golangdep` are Go's. */
function distributionOf(manager: string): string {
  const word = (manager.split(':')[0] ?? '').toLowerCase();
  return GO.has(word) ? 'go' : word === 'cpp' || word === 'unmanaged' ? 'generic' : word === 'yarn-workspace' ? 'npm' : word === 'paket' ? 'nuget' : word === 'rubygems' ? 'gem' : word;
}

const GO = new Set(['gomodules', 'golangdep', 'govendor', 'golang']);

/** The vector on the issue is the one that Snyk goes by; `cvssDetails` tells those of others, `cvssSources` all of them. */
function cvssOf(issue: Fields): CvssScore[] {
  const own = scoreOf(looseText(issue, 'CVSSv3'), number(issue, 'cvssScore'), 'snyk');
  const others = list(issue, 'cvssDetails').filter(isFields).map((one) => scoreOf(looseText(one, 'cvssV3Vector'), number(one, 'cvssV3BaseScore'), looseText(one, 'assigner').toLowerCase()));
  const sources = list(issue, 'cvssSources').filter(isFields).map((one) => scoreOf(looseText(one, 'vector'), number(one, 'baseScore'), looseText(one, 'assigner').toLowerCase()));
  const seen = new Set<string>();
  return [own, ...sources, ...others].filter((one) => one.vector !== '' && !seen.has(`${one.vector}|${one.source}`) && seen.add(`${one.vector}|${one.source}`));
}

function scoreOf(vector: string, score: number | null, source: string): CvssScore {
  return { version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '3.0', vector, score: score !== null && score >= 0 && score <= 10 ? score : null, source };
}

/** `upgradePath` mirrors `from`: its first text is the dependency of the project that has to change. */
function remedyOf(issue: Fields, name: string, fixed: readonly string[]): string {
  const [direct] = texts(issue['upgradePath']);
  if (direct !== undefined) return `Upgrade to ${direct}.`;
  return fixed.length > 0 ? `Upgrade ${name} to ${fixed.join(' or ')}.` : '';
}

function reachabilityOf(word: string): string {
  return /^(?:reachable|function)$/i.test(word) ? 'reachable' : '';
}

/** One of `infrastructureAsCodeIssues` of `snyk iac test`. */
export function readConfiguration(issue: Fields, project: Project): DraftInput {
  const id = requiredText(issue, 'id');
  const title = text(issue, 'title');
  const line = number(issue, 'lineNumber') ?? -1;
  const path = texts(issue['path']);
  const advice = sub(issue, 'iacDescription');
  return {
    class: 'iac', title: title || id, description: [looseText(advice, 'issue') || looseText(issue, 'issue'), looseText(advice, 'impact') || looseText(issue, 'impact')].filter((part) => part !== '').join('\n'),
    severity: severityOf(text(issue, 'severity'), SEVERITIES, 'snyk.severity'), rule: { tool: 'snyk', id, name: title, helpUri: looseText(issue, 'documentation') },
    identifiers: [], weaknesses: weaknessIds(...texts(sub(issue, 'identifiers')['CWE'])),
    // A path without its leaf (the property that is wrong) names the resource.
    location: { path: project.targetFile, startLine: line >= 0 && line < 0x7fff_fffe ? Math.trunc(line) + 1 : 0, resource: path.join('.') },
    suppressions: issue['isIgnored'] === true ? [{ kind: 'external', status: 'accepted', justification: 'ignored by the policy of Snyk' }] : [],
    remediation: looseText(advice, 'resolve') || looseText(issue, 'resolve'), references: [looseText(issue, 'documentation'), ...texts(issue['references'])],
    attributes: { project: project.name, type: looseText(issue, 'subType') || looseText(issue, 'type'), publicId: looseText(issue, 'publicId') },
  };
}

/** The file of a project, as its path in the repository. */
export function fileOf(project: Fields): string {
  return normalizePath(looseText(project, 'displayTargetFile') || looseText(project, 'targetFile')).replace(/^\/+/, '');
}
