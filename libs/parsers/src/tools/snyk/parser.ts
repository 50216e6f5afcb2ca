import {
  ReportError, fieldsOf, isFields, jsonParser, looseText, sniff, type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SplitElement, type TargetHints,
} from '../../api/index.js';
import { SEVERITIES, fileOf, readConfiguration, readIssue, type Project } from './issue.js';

/** One project, a list of them (`--all-projects`), and the applications inside an image; issues of code and of configuration. */
const ELEMENTS = [
  'vulnerabilities[*]', 'applications[*].vulnerabilities[*]', 'infrastructureAsCodeIssues[*]',
  '[*].vulnerabilities[*]', '[*].applications[*].vulnerabilities[*]', '[*].infrastructureAsCodeIssues[*]',
];
const SKIPPED = ['policy', 'licensesPolicy', 'remediation', 'filtered', 'docker.binariesVulns', 'scanResult', 'dependencies'];

interface State {
  /** Projects by their place: `0`, or `0.1` for the second application of an image. */
  readonly projects: ReadonlyMap<string, Project>;
}

export const parser: Parser = {
  id: 'snyk', name: 'Snyk Open Source, Container and IaC JSON', tool: 'snyk', classes: ['sca', 'container', 'iac'], syntax: ['json'], elements: ELEMENTS,
  versions: ['snyk test, container test and iac test, of one or of all projects'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version', 'rule + path + resource (iac)'] },
  verified: [{ tool: 'snyk', version: '', by: 'published-sample' }],
  produce: '`snyk test --all-projects --json-file-output=report.json`, `snyk container test IMAGE --json`, `snyk iac test --json`; Snyk Code writes SARIF',
  detect(head) {
    const { top, paths, text } = sniff(head);
    const own = top === 'array' ? '[].' : '';
    if (paths.has(`${own}infrastructureAsCodeIssues`)) return 0.96;
    if (paths.has(`${own}vulnerabilities`) && (paths.has(`${own}vulnerabilities[].semver`) || paths.has(`${own}vulnerabilities[].CVSSv3`) || /"id"\s*:\s*"(?:SNYK-|snyk:lic)/.test(text))) return 0.96;
    return paths.has(`${own}dependencyCount`) && (paths.has(`${own}licensesPolicy`) || paths.has(`${own}ignoreSettings`) || paths.has(`${own}packageManager`)) ? 0.93 : 0;
  },
  parse: jsonParser<State>({ elements: ELEMENTS, skip: ['', '[*].', 'applications[*].', '[*].applications[*].'].flatMap((where) => SKIPPED.map((name) => where + name)), begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const all = (Array.isArray(rest) ? rest : [rest]).map((one) => (isFields(one) ? one : {}));
  const good = all.filter((one) => Array.isArray(one['vulnerabilities']) || Array.isArray(one['infrastructureAsCodeIssues']) || looseText(one, 'ok') === 'true');
  const failed = all.filter((one) => !good.includes(one));
  if (good.length === 0) throw new ReportError('missing_parts', `a Snyk report has a list "vulnerabilities" or "infrastructureAsCodeIssues"; this document has neither${saying(failed)}`);
  const projects = new Map<string, Project>();
  all.forEach((one, index) => {
    projects.set(String(index), projectOf(one, isImage(one)));
    const applications = Array.isArray(one['applications']) ? one['applications'] : [];
    applications.forEach((application: unknown, inner: number) => projects.set(`${index}.${inner}`, projectOf(isFields(application) ? application : {}, true)));
  });
  const problems: ReportProblem[] = failed.slice(0, 5).map((one) => ({ code: 'project_failed', message: `Snyk could not test ${looseText(one, 'projectName') || looseText(one, 'path') || 'a project'}${saying([one])}`, position: '' }));
  return { meta: { tool: 'snyk', toolVersion: '', scannedAt: '', success: failed.length === 0 ? true : null, ...(failed.length > 0 ? { partial: true } : {}), hints: hintsOf(all), problems }, state: { projects } };
}

/** What Snyk says of a project that it could not test: `{ok: false, error: …}`. */
function saying(failed: readonly Fields[]): string {
  const error = failed.map((one) => looseText(one, 'error') || looseText(one, 'message')).find((text) => text !== '');
  return error === undefined ? '' : `: ${error.slice(0, 200)}`;
}

const isImage = (project: Fields): boolean => isFields(project['docker']) || looseText(project, 'projectName').startsWith('docker-image|');

/** The image, when the whole report is of one. */
function hintsOf(projects: readonly Fields[]): TargetHints {
  const images = [...new Set(projects.filter(isImage).map((one) => looseText(one, 'path')))];
  // The path of the image is followed by the name of the project: `juiceshop:latest/juiceshop`.
  return images.length === 1 && projects.every(isImage) ? { image: (images[0] ?? '').replace(/(:[\w.-]+)\/[^/:@]+$/, '$1') } : {};
}

function projectOf(project: Fields, image: boolean): Project {
  return { manager: looseText(project, 'packageManager'), targetFile: fileOf(project), name: looseText(project, 'projectName'), isImage: image };
}

const NO_PROJECT: Project = { manager: '', targetFile: '', name: '', isImage: false };

function read(element: SplitElement, state: State): DraftInput {
  const isList = element.pattern > 2;
  const path = element.path.slice(0, -1);
  const place = (isList ? path : [0, ...path]).join('.');
  const project = state.projects.get(place) ?? NO_PROJECT;
  const issue = fieldsOf(element.value, 'the issue');
  return element.pattern % 3 === 2 ? readConfiguration(issue, project) : readIssue(issue, project);
}
