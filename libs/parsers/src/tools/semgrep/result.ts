import {
  firstSentence, flaggedSecret, flaggedText, isFields, lineNumber, looseSecrets, looseText, normalizePath, purlOf, purlType, requiredText, secretInSnippet, severityOf, sub, text, texts, vulnerabilityIds,
  weaknessIds, type CodeLocation, type Component, type DraftInput, type Fields,
} from '../../api/index.js';
import { flowOf } from './flow.js';

/** `ERROR`, `WARNING`, `INFO` of rules until 1.7x, the four common words since; the others are no flaws but notes. */
export const SEVERITIES = { critical: 'critical', error: 'high', high: 'high', warning: 'medium', medium: 'medium', info: 'low', low: 'low', experiment: 'info', inventory: 'info' } as const;
/** What an OSS run without a login writes in place of code and fingerprint. */
const WITHHELD = 'requires login';
const HARD_CODED = new Set(['CWE-259', 'CWE-321', 'CWE-522', 'CWE-547', 'CWE-798']);

/** One of `results`, as the command line writes it. */
export function readResult(result: Fields): DraftInput {
  const id = requiredText(result, 'check_id');
  const extra = sub(result, 'extra');
  const metadata = sub(extra, 'metadata');
  const message = looseText(extra, 'message');
  const weaknesses = weaknessIds(...texts(metadata['cwe']));
  const location = locationOf(result, extra);
  const dependency = isFields(extra['sca_info']) ? extra['sca_info'] : null;
  const isSecret = !dependency && isAboutSecrets(id, extra, metadata);
  const flagged = flaggedText(location.snippet, location.startColumn, location.endColumn);
  return {
    class: dependency ? 'sca' : isSecret ? 'secrets' : 'sast', title: firstSentence(message) || id, description: message,
    severity: severityOf(text(extra, 'severity'), SEVERITIES, 'semgrep.severity'),
    rule: { tool: 'semgrep', id, name: nameOf(id), helpUri: looseText(metadata, 'source') }, weaknesses, location,
    ...(isSecret ? secretInSnippet(id, location.snippet, flagged) : weaknesses.some((weakness) => HARD_CODED.has(weakness)) ? { secret: flaggedSecret(flagged), alsoSecret: looseSecrets(location.snippet) } : {}),
    ...(dependency ? { component: componentOf(dependency, metadata), identifiers: advisoriesOf(metadata), reachability: reachabilityOf(dependency) } : {}),
    codeFlow: flowOf(extra['dataflow_trace']), fingerprints: fingerprintsOf(looseText(extra, 'fingerprint')),
    suppressions: extra['is_ignored'] === true ? [{ kind: 'inSource', status: '', justification: '' }] : [],
    references: [...texts(metadata['references']), looseText(metadata, 'shortlink')], remediation: looseText(extra, 'fix'), attributes: attributesOf(extra, metadata),
  };
}

/** Last word of `python.lang.security.audit.exec-detected.exec-detected`. */
export function nameOf(ruleId: string): string {
  return ruleId.slice(ruleId.lastIndexOf('.') + 1);
}

function locationOf(result: Fields, extra: Fields): Partial<CodeLocation> & Pick<CodeLocation, 'snippet' | 'startColumn' | 'endColumn'> {
  const [start, end] = [sub(result, 'start'), sub(result, 'end')];
  const lines = looseText(extra, 'lines');
  return {
    path: normalizePath(text(result, 'path')), startLine: lineNumber(start, 'line'), endLine: lineNumber(end, 'line') || lineNumber(start, 'line'),
    startColumn: lineNumber(start, 'col'), endColumn: lineNumber(end, 'col'), snippet: lines.trim() === WITHHELD ? '' : lines.replace(/\n$/, ''),
  };
}

/** Results of Semgrep Secrets have a state of validation; the registry's rules about secrets lie in folders of that name. */
function isAboutSecrets(id: string, extra: Fields, metadata: Fields): boolean {
  const state = looseText(extra, 'validation_state');
  return /(?:^|\.)secrets\./.test(id) || looseText(metadata, 'product') === 'secrets' || (state !== '' && state !== 'NO_VALIDATOR');
}

/** The name that Semgrep's SARIF gives it, so that both formats of one scan have the same native fingerprint. */
export function fingerprintsOf(value: string): Record<string, string> {
  if (/^[0-9a-f]{128}(?:_\d+)?$/.test(value)) return { 'matchBasedId/v1': value };
  return /^[0-9a-f]{32}$/.test(value) ? { syntacticId: value } : {};
}

/** `sca_info`: which dependency in which lock file. */
function componentOf(info: Fields, metadata: Fields): Partial<Component> {
  const match = sub(info, 'dependency_match');
  const found = sub(match, 'found_dependency');
  const [name, version, ecosystem] = [looseText(found, 'package'), looseText(found, 'version'), looseText(found, 'ecosystem')];
  return {
    name, version, ecosystem: purlType(ecosystem), purl: purlOf(ecosystem, name, version), fixedVersions: fixedVersionsOf(metadata, name),
    filePath: normalizePath(looseText(found, 'lockfile_path') || looseText(match, 'lockfile')),
  };
}

/** `sca-fix-versions`: a list of `{package: version}`. */
function fixedVersionsOf(metadata: Fields, name: string): string[] {
  const fixes = metadata['sca-fix-versions'];
  return Array.isArray(fixes) ? fixes.filter(isFields).filter((fix) => Object.hasOwn(fix, name)).map((fix) => looseText(fix, name)) : [];
}

/** The advisory's id, and GitHub's where the rule links to it; other links may be about other flaws. */
function advisoriesOf(metadata: Fields): string[] {
  return vulnerabilityIds(looseText(metadata, 'sca-vuln-database-identifier'), ...texts(metadata['references']).filter((link) => /github\.com\/advisories\//.test(link)));
}

/** Only a rule with a pattern of the flawed call can say whether it is reached. */
function reachabilityOf(info: Fields): string {
  if (info['reachability_rule'] !== true) return '';
  return info['reachable'] === true ? 'static' : info['reachable'] === false ? 'unreachable' : '';
}

function attributesOf(extra: Fields, metadata: Fields): Record<string, string> {
  const owasp = texts(metadata['owasp']).join(', ');
  const state = looseText(extra, 'validation_state');
  return {
    category: looseText(metadata, 'category'), confidence: looseText(metadata, 'confidence'), likelihood: looseText(metadata, 'likelihood'), impact: looseText(metadata, 'impact'), owasp,
    engine: looseText(extra, 'engine_kind'), validation: state === 'NO_VALIDATOR' ? '' : state, commit: looseText(sub(extra, 'historical_info'), 'git_commit'),
    transitivity: looseText(sub(sub(sub(extra, 'sca_info'), 'dependency_match'), 'found_dependency'), 'transitivity'),
  };
}
