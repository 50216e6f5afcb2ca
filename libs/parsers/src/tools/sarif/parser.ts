import {
  ReportError, ResultRefusal, fieldsOf, firstSentence, flaggedSecret, flaggedText, isFields, isoTime, jsonParser, list, looseSecrets, looseText, normalizePath, secretInSnippet, sniff, sub, text, texts, toolName,
  vulnerabilityIds, weaknessIds,
  type CodeLocation, type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SnippetSecret, type SplitElement, type Suppression, type TargetHints,
} from '../../api/index.js';
import { componentOf } from './components.js';
import { fingerprintsOf } from './fingerprints.js';
import { codeFlowOf, primaryLocation, runPlaces, type RunPlaces } from './locations.js';
import { resourceOf } from './resources.js';
import { cweWord, listOf, messageText, resultMessage, ruleBook, type RuleBook, type SarifRule } from './rules.js';
import { LEVELS, severityOfResult } from './severity.js';
import { classOf } from './tool-classes.js';

interface Run {
  readonly tool: string;
  readonly rules: RuleBook;
  readonly places: RunPlaces;
}

interface State {
  readonly runs: readonly Run[];
  /** Run that an inline external property file belongs to, by its index. */
  readonly inline: readonly number[];
}

/** Keys of a result that are read; the scalar others are kept as attributes. */
const READ = new Set([
  'ruleId', 'ruleIndex', 'rule', 'kind', 'level', 'message', 'locations', 'partialFingerprints', 'fingerprints', 'codeFlows', 'suppressions', 'taxa', 'properties', 'guid',
]);

const ELEMENTS = ['runs[*].results[*]', 'inlineExternalProperties[*].results[*]'];

export const parser: Parser = {
  id: 'sarif', name: 'SARIF 2.1.0', tool: '', classes: ['sast', 'sca', 'container', 'iac', 'secrets', 'dast', 'cspm'], syntax: ['json'], versions: ['2.1.0'], elements: ELEMENTS,
  severityMap: LEVELS,
  identityRecipe: { version: 1, keys: ['fingerprints', 'rule + path + snippet', 'rule + path + symbol', 'identifiers + component (sca)', 'secret hash (secrets)'] },
  verified: [
    { tool: 'bandit', version: '1.9.4', by: 'real-output' }, { tool: 'checkov', version: '3.3.30', by: 'real-output' }, { tool: 'eslint', version: '10.15.0', by: 'real-output' },
    { tool: 'gitleaks', version: '8', by: 'real-output' }, { tool: 'hadolint', version: '2.15.1', by: 'real-output' }, { tool: 'kingfisher', version: '2.14.0', by: 'real-output' },
    { tool: 'njsscan', version: '1.0.2', by: 'real-output' }, { tool: 'semgrep', version: '1.182.0', by: 'real-output' }, { tool: 'zizmor', version: '1.32.0', by: 'real-output' },
    { tool: 'codeql', version: '2.5.4', by: 'published-sample' }, { tool: 'flawfinder', version: '2.0.19', by: 'published-sample' }, { tool: 'dependency-check', version: '6.1.2', by: 'published-sample' },
  ],
  produce: 'Most scanners: `--format sarif`, `-f sarif` or `--sarif`.',
  detect(head) {
    const { top, paths, values } = sniff(head);
    if (top !== 'object' || !paths.has('runs')) return 0;
    if (/^2\.1/.test(values.get('version') ?? '') || /sarif/i.test(values.get('$schema') ?? '')) return 0.98;
    return paths.has('runs[].tool') || paths.has('runs[].results') ? 0.9 : 0.3;
  },
  parse: jsonParser<State>({
    elements: ELEMENTS,
    skip: ['runs[*].graphs', 'runs[*].webRequests', 'runs[*].webResponses', 'runs[*].addresses', 'runs[*].threadFlowLocations', 'runs[*].properties'],
    begin,
    read: readResult,
  }),
};

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const runs = isFields(rest) ? rest['runs'] : undefined;
  if (!isFields(rest) || !Array.isArray(runs)) throw new ReportError('missing_parts', 'a SARIF log has a list "runs"; this document has none');
  const fields = runs.map((run) => fieldsOf(run ?? {}, '"runs[]"'));
  const drivers = fields.map((run) => sub(sub(run, 'tool'), 'driver'));
  const guids = fields.map((run) => looseText(sub(run, 'automationDetails'), 'guid') || looseText(run, 'guid'));
  const inline = listOf(rest, 'inlineExternalProperties').map((properties) => Math.max(0, guids.indexOf(looseText(properties, 'runGuid') || '-')));
  const problems = problemsOf(fields);
  return {
    meta: {
      tool: toolNames(drivers), toolVersion: drivers.map((driver) => looseText(driver, 'semanticVersion') || looseText(driver, 'version')).find((version) => version !== '') ?? '',
      scannedAt: scannedAt(fields), success: success(fields), hints: hintsOf(fields),
      partial: problems.some((problem) => problem.code !== 'run_failed'), problems,
    },
    state: { inline, runs: fields.map((run, index) => ({ tool: toolName(looseText(drivers[index] ?? {}, 'name')) || 'unknown', rules: ruleBook(run), places: runPlaces(run) })) },
  };
}

function toolNames(drivers: readonly Fields[]): string {
  const names = new Set(drivers.map((driver) => toolName(looseText(driver, 'name'))).filter((name) => name !== ''));
  return [...names].sort().join('+') || 'unknown';
}

function scannedAt(runs: readonly Fields[]): string {
  const times = runs.flatMap((run) => listOf(run, 'invocations')).map((invocation) => isoTime(looseText(invocation, 'endTimeUtc') || looseText(invocation, 'startTimeUtc')));
  return times.filter((time) => time !== '').sort().at(-1) ?? '';
}

/** False as soon as one invocation failed; null when none says anything. */
function success(runs: readonly Fields[]): boolean | null {
  const words = runs.flatMap((run) => listOf(run, 'invocations')).map((invocation) => invocation['executionSuccessful']).filter((word) => typeof word === 'boolean');
  return words.length === 0 ? null : words.every(Boolean);
}

function hintsOf(runs: readonly Fields[]): TargetHints {
  const source = runs.flatMap((run) => listOf(run, 'versionControlProvenance')).find((provenance) => looseText(provenance, 'repositoryUri') !== '');
  const category = looseText(sub(runs[0] ?? {}, 'automationDetails'), 'id');
  return {
    repository: source && looseText(source, 'repositoryUri'), commit: source && looseText(source, 'revisionId'), branch: source && looseText(source, 'branch'),
    category: category.includes('/') ? category.slice(0, category.lastIndexOf('/')) : '',
  };
}

function problemsOf(runs: readonly Fields[]): ReportProblem[] {
  const problems: ReportProblem[] = [];
  runs.forEach((run, index) => {
    if (run['results'] === null) problems.push({ code: 'no_results', message: 'the tool wrote no results: its run was not completed', position: `runs[${index}]` });
    if (listOf(sub(run, 'externalPropertyFileReferences'), 'results').length > 0) {
      problems.push({ code: 'external_results', message: 'results lie in other files that were not uploaded; inline them before the upload', position: `runs[${index}]` });
    }
    for (const invocation of listOf(run, 'invocations')) {
      problems.push(...notifiedErrors(invocation, `runs[${index}]`));
      if (invocation['executionSuccessful'] === false) {
        problems.push({ code: 'run_failed', message: `the tool says that its run failed ${looseText(invocation, 'exitCodeDescription') || looseText(invocation, 'exitSignalName')}`.trim(), position: `runs[${index}]` });
      }
    }
  });
  return problems;
}

/** What the tool says went wrong on its way (§3.20.20): a file that it could not parse, a rule that it could not read. */
function notifiedErrors(invocation: Fields, position: string): ReportProblem[] {
  const notifications = [...listOf(invocation, 'toolExecutionNotifications'), ...listOf(invocation, 'toolConfigurationNotifications')];
  return notifications.filter((notification) => looseText(notification, 'level') === 'error').slice(0, 20).map((notification) => {
    const uri = looseText(sub(sub(listOf(notification, 'locations')[0] ?? {}, 'physicalLocation'), 'artifactLocation'), 'uri');
    return { code: 'not_scanned', message: [normalizePath(uri), messageText(sub(notification, 'message'))].filter((part) => part !== '').join(': '), position };
  });
}

function readResult(element: SplitElement, state: State): DraftInput | null {
  const result = fieldsOf(element.value, 'the result');
  const kind = text(result, 'kind');
  if (kind === 'pass' || kind === 'notApplicable' || text(result, 'baselineState') === 'absent') return null;
  const at = element.path[0] ?? 0;
  const run = state.runs[element.pattern === 0 ? at : (state.inline[at] ?? 0)];
  if (!run) throw new ResultRefusal('missing_field', 'the result belongs to no run');
  const rule = run.rules.find(result);
  const ruleId = text(result, 'ruleId') || text(sub(result, 'rule'), 'id') || rule?.id || '';
  if (ruleId === '') throw new ResultRefusal('missing_field', 'the result names no rule: neither "ruleId" nor an index of a rule');
  const message = resultMessage(sub(result, 'message'), rule);
  return draftOf(result, run, rule, ruleId, message);
}

function draftOf(result: Fields, run: Run, rule: SarifRule | undefined, ruleId: string, message: string): DraftInput {
  const properties = sub(result, 'properties');
  const location = primaryLocation(result, run.places);
  const identifiers = [...new Set([...vulnerabilityIds(ruleId, ...texts(properties['tags'])), ...(rule?.identifiers ?? [])])];
  const findingClass = classOf(run.tool, ruleId, rule?.name ?? '', identifiers.length > 0);
  const weaknesses = weaknessesOf(result, properties, rule);
  const isHardCoded = weaknesses.some((weakness) => HARD_CODED.has(weakness));
  return {
    class: findingClass, title: rule?.title || firstSentence(message) || ruleId, description: message || rule?.fullDescription, severity: severityOfResult(result, rule),
    rule: { tool: run.tool, id: ruleId, name: rule?.name, helpUri: rule?.helpUri },
    identifiers, weaknesses: weaknesses.length === 0 && findingClass === 'secrets' ? ['CWE-798'] : weaknesses,
    location: location && { ...location, resource: findingClass === 'iac' ? resourceOf(run.tool, location) : '' },
    ...(findingClass === 'secrets' || isHardCoded ? secretOf(findingClass === 'secrets', ruleId, location) : {}),
    component: findingClass === 'sca' || findingClass === 'container' ? componentOf(message, rule, location) : null,
    codeFlow: codeFlowOf(result, run.places), fingerprints: fingerprintsOf(result), suppressions: suppressionsOf(result),
    references: rule?.helpUri ? [rule.helpUri] : [], remediation: rule?.help === message ? '' : rule?.help,
    attributes: attributesOf(result, properties, rule),
  };
}

/** Scanners of secrets flag lines for the secret in them; other rules only where a literal is one. */
function secretOf(isSecret: boolean, ruleId: string, location: Partial<CodeLocation> | null): SnippetSecret {
  const { snippet = '', startColumn = 0, endColumn = 0 } = location ?? {};
  const flagged = flaggedText(snippet, startColumn, endColumn);
  const { secret, alsoSecret } = isSecret ? secretInSnippet(ruleId, snippet, flagged) : { secret: flaggedSecret(flagged), alsoSecret: [] };
  return { secret, alsoSecret: [...alsoSecret, ...looseSecrets(snippet)] };
}

/** Weaknesses about hard-coded credentials: the flagged lines hold one, whatever it looks like. */
const HARD_CODED = new Set(['CWE-259', 'CWE-321', 'CWE-522', 'CWE-547', 'CWE-798']);

function weaknessesOf(result: Fields, properties: Fields, rule: SarifRule | undefined): readonly string[] {
  const taxa = listOf(result, 'taxa').filter((taxon) => /cwe/i.test(looseText(sub(taxon, 'toolComponent'), 'name'))).map((taxon) => cweWord(looseText(taxon, 'id')));
  const own = weaknessIds(...taxa, ...texts(properties['cwe']).map(cweWord), ...texts(properties['tags']));
  return own.length === 0 ? (rule?.weaknesses ?? []) : weaknessIds(...own, ...(rule?.weaknesses ?? []));
}

function suppressionsOf(result: Fields): Suppression[] {
  return listOf(result, 'suppressions').map((suppression) => ({
    kind: looseText(suppression, 'kind'), status: looseText(suppression, 'status') || looseText(suppression, 'state'), justification: looseText(suppression, 'justification'),
  }));
}

function attributesOf(result: Fields, properties: Fields, rule: SarifRule | undefined): Record<string, string> {
  const out: Record<string, string> = {};
  for (const key in result) {
    const value = result[key];
    if (!READ.has(key) && (typeof value === 'string' || typeof value === 'number')) out[key] = String(value);
  }
  for (const key in properties) {
    const value = properties[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') out[`properties.${key}`] = String(value);
  }
  const kind = looseText(result, 'kind');
  if (kind !== '' && kind !== 'fail') out['kind'] = kind;
  const more = list(result, 'locations').slice(1, 20).filter(isFields).map((location) => placeText(sub(location, 'physicalLocation')));
  if (more.length > 0) out['otherLocations'] = more.join(', ');
  if (rule && rule.tags.length > 0) out['tags'] = rule.tags.join(' ');
  return out;
}

function placeText(physical: Fields): string {
  const line = sub(physical, 'region')['startLine'];
  return looseText(sub(physical, 'artifactLocation'), 'uri') + (typeof line === 'number' ? `:${line}` : '');
}
