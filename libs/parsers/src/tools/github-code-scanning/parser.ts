import {
  ReportError, ResultRefusal, fieldsOf, isoTime, jsonParser, lineNumber, looseText, normalizePath, requiredText, severityOf, sniff, sub, text, texts, toolName, vulnerabilityIds, weaknessIds,
  type DraftInput, type Fields, type MappedSeverity, type Parser, type ReportMeta, type SplitElement, type Suppression,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
/** `security_severity_level` first; without it `severity`, which are SARIF's levels and speak of code quality too. */
const LEVELS = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', error: 'high', warning: 'medium', note: 'low', none: 'info' } as const;
/** Tools whose rules are about infrastructure as code; the others, unless the rule is a vulnerability's id, about source code. */
const IAC_TOOLS = /^(?:checkov|tfsec|kics|terrascan|hadolint|kube-?linter|kubesec|cfn[-_]?(?:lint|nag)|trivy config|zizmor)\b/i;

export const parser: Parser = {
  id: 'github-code-scanning', name: 'GitHub code scanning alerts', tool: '', classes: ['sast', 'sca', 'iac'], syntax: ['json'], elements: ELEMENTS, versions: ['REST 2022-11-28'], severityMap: LEVELS,
  identityRecipe: { version: 1, keys: ['number of the alert in its repository', 'rule + path'] },
  verified: [{ tool: 'codeql', version: '2.16.2', by: 'published-sample' }],
  produce: '`gh api --paginate "repos/OWNER/REPO/code-scanning/alerts?per_page=100" > github-code-scanning.json` (the GitHub connector reads it by itself)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    if (top !== 'array') return 0;
    if (paths.has('[].most_recent_instance') && paths.has('[].rule') && paths.has('[].tool')) return 0.97;
    return paths.size === 0 && /code[-_]scanning/i.test(fileName) ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'code scanning alerts are a list; this document is none');
  return { meta: { tool: 'github-code-scanning', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

/** null: the alert is fixed, or gone from the branch that was asked about. */
function read(element: SplitElement): DraftInput | null {
  const alert = fieldsOf(element.value, 'the alert');
  const state = requiredText(alert, 'state').toLowerCase();
  const instance = fieldsOf(alert['most_recent_instance'], '"most_recent_instance"');
  if (state === 'fixed' || looseText(instance, 'state') === 'fixed') return null;
  const rule = fieldsOf(alert['rule'], '"rule"');
  const id = requiredText(rule, 'id');
  const tool = toolName(text(sub(alert, 'tool'), 'name')) || 'code scanning';
  const location = sub(instance, 'location');
  const path = normalizePath(text(location, 'path'));
  const message = looseText(sub(instance, 'message'), 'text');
  const vulnerabilities = vulnerabilityIds(id);
  return {
    class: vulnerabilities.length > 0 ? 'sca' : IAC_TOOLS.test(tool) ? 'iac' : 'sast', title: `${text(rule, 'description') || id}${path ? ` in ${path}` : ''}`,
    description: [message, looseText(rule, 'full_description')].filter((part) => part !== '').join('\n\n'), severity: severityOfRule(rule), rule: { tool, id, name: looseText(rule, 'name'), helpUri: looseText(rule, 'help_uri') },
    identifiers: vulnerabilities, weaknesses: weaknessIds(...texts(rule['tags'])),
    location: { path, startLine: lineNumber(location, 'start_line'), endLine: lineNumber(location, 'end_line'), startColumn: lineNumber(location, 'start_column'), endColumn: lineNumber(location, 'end_column') },
    fingerprints: { 'github/alert': `code-scanning/${numberOfAlert(alert)}` }, suppressions: suppressionsOf(alert, state), references: [looseText(alert, 'html_url')], detectedAt: isoTime(looseText(alert, 'created_at')),
    attributes: {
      alert: numberOfAlert(alert), toolVersion: looseText(sub(alert, 'tool'), 'version'), ref: looseText(instance, 'ref'), commit: looseText(instance, 'commit_sha'), category: looseText(instance, 'category'),
      classifications: texts(instance['classifications']).join(' '), tags: texts(rule['tags']).join(' '),
    },
  };
}

function severityOfRule(rule: Fields): MappedSeverity {
  const security = text(rule, 'security_severity_level');
  return security === '' ? severityOf(text(rule, 'severity'), LEVELS, 'github-code-scanning.severity') : severityOf(security, LEVELS, 'github-code-scanning.security_severity_level');
}

/** GitHub counts alerts by repository and keeps the number for the same flaw. */
function numberOfAlert(alert: Fields): string {
  const number = requiredText(alert, 'number');
  if (!/^\d{1,12}$/.test(number)) throw new ResultRefusal('wrong_type', '"number" is no number of an alert');
  return number;
}

function suppressionsOf(alert: Fields, state: string): Suppression[] {
  if (state !== 'dismissed') return [];
  const said = [looseText(alert, 'dismissed_reason'), looseText(alert, 'dismissed_comment')].filter((part) => part !== '' && part !== 'None');
  return [{ kind: 'external', status: 'accepted', justification: said.join(': ') || 'dismissed on GitHub' }];
}
