import {
  firstSentence, isoTime, lineNumber, looseText, normalizePath, purlOf, purlType, requiredText, severityOf, sub, text, texts, vulnerabilityIds, weaknessIds,
  type DraftInput, type Fields, type Suppression,
} from '../../api/index.js';
import { SEVERITIES, fingerprintsOf, nameOf } from './result.js';

/** One of `findings` of the platform's API. null: it is fixed, or its rule or file is gone. */
export function readFinding(finding: Fields): DraftInput | null {
  const state = text(finding, 'state').toLowerCase();
  if (state === 'fixed' || state === 'removed' || text(finding, 'status').toLowerCase() === 'fixed') return null;
  const id = requiredText(finding, 'rule_name');
  const rule = sub(finding, 'rule');
  const place = sub(finding, 'location');
  const message = looseText(finding, 'rule_message') || looseText(rule, 'message');
  const guidance = sub(sub(finding, 'assistant'), 'guidance');
  return {
    class: /(?:^|\.)secrets\./.test(id) ? 'secrets' : 'sast', title: firstSentence(message) || id, description: message, severity: severityOf(text(finding, 'severity'), SEVERITIES, 'semgrep.severity'),
    rule: { tool: 'semgrep', id, name: nameOf(id) }, weaknesses: weaknessIds(...texts(rule['cwe_names'])),
    location: {
      path: normalizePath(text(place, 'file_path')), startLine: lineNumber(place, 'line'), endLine: lineNumber(place, 'end_line') || lineNumber(place, 'line'),
      startColumn: lineNumber(place, 'column'), endColumn: lineNumber(place, 'end_column'),
    },
    fingerprints: { ...fingerprintsOf(looseText(finding, 'match_based_id')), ...fingerprintsOf(looseText(finding, 'syntactic_id')) },
    suppressions: triageOf(text(finding, 'triage_state') || state, looseText(finding, 'triage_reason'), looseText(finding, 'triage_comment')),
    references: [looseText(finding, 'line_of_code_url')], remediation: [looseText(guidance, 'summary'), looseText(guidance, 'instructions')].filter((part) => part !== '').join('\n\n'),
    detectedAt: isoTime(looseText(finding, 'created_at')),
    attributes: { confidence: looseText(finding, 'confidence'), finding: looseText(finding, 'id'), ref: looseText(finding, 'ref'), owasp: texts(rule['owasp_names']).join(', ') },
  };
}

/** One of `vulns` of the platform's supply chain API. null: it is fixed, or its dependency is gone. */
export function readVulnerability(vulnerability: Fields): DraftInput | null {
  const triage = sub(vulnerability, 'triage');
  const state = looseText(triage, 'status').toUpperCase();
  if (state === 'FIXED' || state === 'CLOSED') return null;
  const advisory = sub(vulnerability, 'advisory');
  const known = sub(advisory, 'references');
  const id = requiredText(advisory, 'ruleId');
  const found = sub(vulnerability, 'matchedDependency');
  const [name, version, ecosystem] = [requiredText(found, 'name'), looseText(found, 'versionSpecifier'), looseText(advisory, 'ecosystem')];
  const fixed = looseText(sub(vulnerability, 'closestSafeDependency'), 'versionSpecifier');
  const place = sub(vulnerability, 'dependencyFileLocation');
  const path = normalizePath(looseText(place, 'path'));
  const line = lineNumber(place, 'startLine');
  return {
    class: 'sca', title: text(vulnerability, 'title') || looseText(advisory, 'title') || id, description: looseText(advisory, 'description'),
    severity: severityOf(text(advisory, 'severity'), SEVERITIES, 'semgrep.severity'), rule: { tool: 'semgrep', id },
    identifiers: vulnerabilityIds(...texts(known['cveIds']), ...texts(known['urls']).filter((link) => /github\.com\/advisories\//.test(link))), weaknesses: weaknessIds(...texts(known['cweIds'])),
    component: { name, version, ecosystem: purlType(ecosystem), purl: purlOf(ecosystem, name, version), fixedVersions: fixed ? [fixed] : [], filePath: path },
    location: { path, startLine: line, endLine: line },
    reachability: reachabilityOf(looseText(vulnerability, 'exposureType').toUpperCase(), looseText(advisory, 'reachability').toUpperCase()),
    suppressions: triageOf(state, looseText(triage, 'dismissReason'), ''), references: texts(known['urls']),
    remediation: fixed ? `Upgrade ${name} to ${fixed}.` : '', detectedAt: isoTime(looseText(vulnerability, 'openedAt')),
    attributes: { transitivity: looseText(vulnerability, 'transitivity'), reachableIf: looseText(advisory, 'reachableIf'), packageManager: looseText(vulnerability, 'packageManager') },
  };
}

/** `REACHABLE` of an advisory that a person has to judge is a possibility only. */
function reachabilityOf(exposure: string, method: string): string {
  if (exposure === 'UNREACHABLE') return 'unreachable';
  if (exposure !== 'REACHABLE') return '';
  return method.startsWith('MANUAL_REVIEW') ? 'potential' : 'static';
}

function triageOf(state: string, reason: string, comment: string): Suppression[] {
  if (!/^(?:ignored|muted)$/i.test(state)) return [];
  const said = [reason.toLowerCase().replaceAll('_', ' '), comment].filter((part) => part !== '');
  return [{ kind: 'external', status: 'accepted', justification: said.join(': ') || 'ignored on the platform' }];
}
