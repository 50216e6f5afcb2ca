import { ReportError, fieldsOf, isFields, isoTime, jsonParser, looseText, sniff, sub, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement } from '../../api/index.js';
import { readLicense, readMisconfiguration, readSecret, readVulnerability, SEVERITIES } from './read.js';
import { groupOf, imageOf, isImage, type ResultGroup } from './targets.js';

/** Where lists of results stand: image and file system reports, the array of versions before 0.20, and `trivy k8s`. */
const HOLDERS: readonly (readonly string[])[] = [['Results'], [''], ['Resources', 'Results'], ['Vulnerabilities', 'Results'], ['Misconfigurations', 'Results']];
const KINDS = ['Vulnerabilities', 'Misconfigurations', 'Secrets', 'Licenses'] as const;
type Read = (item: Fields, group: ResultGroup) => DraftInput | null;
const READERS: Readonly<Record<(typeof KINDS)[number], Read>> = { Vulnerabilities: readVulnerability, Misconfigurations: readMisconfiguration, Secrets: readSecret, Licenses: readLicense };

interface Shape {
  readonly path: string;
  readonly lists: readonly string[];
  readonly read: Read;
}

const SHAPES: readonly Shape[] = HOLDERS.flatMap((lists) => KINDS.map((kind) => ({
  path: `${lists.map((list) => `${list}[*]`).join('.')}.${kind}[*]`, lists, read: READERS[kind],
})));

interface State {
  readonly rest: unknown;
  readonly groups: Map<string, ResultGroup>;
}

export const parser: Parser = {
  id: 'trivy', name: 'Trivy JSON', tool: 'trivy', classes: ['container', 'sca', 'iac', 'secrets'], syntax: ['json'],
  versions: ['schema 2', 'schema 1 (array, before 0.20)', 'k8s'], severityMap: SEVERITIES, elements: SHAPES.map((shape) => shape.path),
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version (sca, container)', 'rule + path + resource (iac)', 'rule + path + snippet (secrets)', 'rule + component (licenses)'] },
  verified: [{ tool: 'trivy', version: '0.20 to 0.69', by: 'published-sample' }],
  produce: '`trivy image|fs|config|k8s --format json --output report.json TARGET`',
  detect(head, fileName) {
    const { top, paths, values } = sniff(head);
    if (top === 'object') {
      if (paths.has('SchemaVersion') && (paths.has('ArtifactName') || paths.has('ArtifactType') || paths.has('Results'))) return paths.has('ReportID') || values.get('SchemaVersion') === '2' ? 0.97 : 0.9;
      if (paths.has('ClusterName') && (paths.has('Resources') || paths.has('Vulnerabilities') || paths.has('Misconfigurations') || paths.has('Findings'))) return 0.9;
      return paths.has('Results[].Target') && paths.has('Results[].Vulnerabilities') ? 0.85 : 0;
    }
    if (top !== 'array') return 0;
    if (paths.has('[].Target') && (paths.has('[].Vulnerabilities') || paths.has('[].Misconfigurations'))) return 0.92;
    return paths.size === 0 && /trivy/i.test(fileName) ? 0.5 : 0;
  },
  parse: jsonParser<State>({
    elements: SHAPES.map((shape) => shape.path),
    skip: ['Results[*].Packages', 'Results[*].CustomResources', 'Resources[*].Results[*].Packages', 'Metadata.ImageConfig', '[*].Packages'],
    begin,
    read: readItem,
  }),
};

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const report = Array.isArray(rest) ? {} : fieldsOfReport(rest);
  const image = imageOf(report);
  return {
    meta: {
      tool: 'trivy', toolVersion: looseText(sub(report, 'Trivy'), 'Version'), scannedAt: isoTime(looseText(report, 'CreatedAt')), success: null,
      hints: { image, repository: isImage(report) ? '' : repositoryOf(report) }, problems: [],
    },
    state: { rest, groups: new Map() },
  };
}

function fieldsOfReport(rest: unknown): Fields {
  if (!isFields(rest) || !['SchemaVersion', 'Results', 'ArtifactName', 'Resources', 'ClusterName', 'Vulnerabilities', 'Misconfigurations'].some((key) => key in rest)) {
    throw new ReportError('missing_parts', 'a Trivy report has "Results" or "SchemaVersion"; this document has neither');
  }
  return rest;
}

function repositoryOf(report: Fields): string {
  const name = looseText(report, 'ArtifactName');
  return looseText(sub(report, 'Metadata'), 'RepoURL') || (looseText(report, 'ArtifactType') === 'repository' && /^https?:\/\//.test(name) ? name : '');
}

function readItem(element: SplitElement, state: State): DraftInput | null {
  const shape = SHAPES[element.pattern] as Shape;
  const key = `${element.pattern}|${element.path.slice(0, -1).join('|')}`;
  let group = state.groups.get(key);
  if (!group) state.groups.set(key, (group = groupOf(state.rest, shape.lists, element.path)));
  return shape.read(fieldsOf(element.value, 'the result'), group);
}
