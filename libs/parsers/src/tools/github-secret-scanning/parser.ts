import {
  ReportError, ResultRefusal, fieldsOf, isMasked, isoTime, jsonParser, lineNumber, looseText, normalizePath, requiredText, sniff, sub, text,
  type DraftInput, type Fields, type KnownSecret, type MappedSeverity, type Parser, type ReportMeta, type SplitElement, type Suppression,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
/** GitHub has no severities but asks many providers whether a secret still works. */
const VALIDITIES = { active: 'critical', unknown: 'high', inactive: 'low' } as const;

export const parser: Parser = {
  id: 'github-secret-scanning', name: 'GitHub secret scanning alerts', tool: 'github-secret-scanning', classes: ['secrets'], syntax: ['json'], elements: ELEMENTS, versions: ['REST 2022-11-28'], severityMap: VALIDITIES,
  identityRecipe: { version: 1, keys: ['secret hash', 'number of the alert in its repository (only when the value is hidden)'] },
  verified: [{ tool: 'github-secret-scanning', version: 'REST 2022-11-28', by: 'published-sample' }],
  produce: '`gh api --paginate "repos/OWNER/REPO/secret-scanning/alerts?per_page=100&hide_secret=true" > github-secret-scanning.json` (the GitHub connector reads it by itself)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    if (top !== 'array') return 0;
    if (paths.has('[].secret_type') && paths.has('[].state') && paths.has('[].number')) return 0.96;
    return paths.size === 0 && /secret[-_]scanning/i.test(fileName) ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'secret scanning alerts are a list; this document is none');
  return { meta: { tool: 'github-secret-scanning', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

/** null: the secret was revoked, so that it opens nothing. */
function read(element: SplitElement): DraftInput | null {
  const alert = fieldsOf(element.value, 'the alert');
  const state = requiredText(alert, 'state').toLowerCase();
  const resolution = text(alert, 'resolution').toLowerCase();
  if (state === 'resolved' && resolution === 'revoked') return null;
  const type = requiredText(alert, 'secret_type');
  const name = text(alert, 'secret_type_display_name') || type;
  const first = sub(alert, 'first_location_detected');
  const path = normalizePath(looseText(first, 'path'));
  const secret = secretOf(type, text(alert, 'secret'));
  const validity = text(alert, 'validity').toLowerCase();
  return {
    class: 'secrets', title: `${name}${path ? ` in ${path}` : ''}`, severity: severityOfSecret(validity), rule: { tool: 'github-secret-scanning', id: type, name }, weaknesses: ['CWE-798'], secret,
    location: { path, startLine: lineNumber(first, 'start_line'), endLine: lineNumber(first, 'end_line'), startColumn: lineNumber(first, 'start_column'), endColumn: lineNumber(first, 'end_column') },
    fingerprints: secret === null ? { 'github/alert': `secret-scanning/${numberOfAlert(alert)}` } : {}, suppressions: suppressionsOf(alert, state, resolution),
    references: [looseText(alert, 'html_url')], remediation: 'Revoke or rotate the secret, then remove it from the repository and its history.', detectedAt: isoTime(looseText(alert, 'created_at')),
    attributes: {
      alert: looseText(alert, 'number'), validity, publiclyLeaked: looseText(alert, 'publicly_leaked'), inOtherRepositories: looseText(alert, 'multi_repo'), pushProtectionBypassed: looseText(alert, 'push_protection_bypassed'),
      commit: looseText(first, 'commit_sha'), provider: looseText(alert, 'provider'),
    },
  };
}

function severityOfSecret(validity: string): MappedSeverity {
  if (Object.hasOwn(VALIDITIES, validity)) return { original: validity, normalized: VALIDITIES[validity as keyof typeof VALIDITIES], rule: 'github-secret-scanning.validity' };
  return { original: validity, normalized: 'high', rule: 'github-secret-scanning.default' };
}

/** null for a value that GitHub hides: a mask identifies nothing. */
function secretOf(type: string, value: string): KnownSecret | null {
  return value === '' || isMasked(value) ? null : { type, value };
}

/** GitHub counts alerts by repository and keeps the number for the same secret. */
function numberOfAlert(alert: Fields): string {
  const number = requiredText(alert, 'number');
  if (!/^\d{1,12}$/.test(number)) throw new ResultRefusal('wrong_type', '"number" is no number of an alert');
  return number;
}

function suppressionsOf(alert: Fields, state: string, resolution: string): Suppression[] {
  if (state !== 'resolved') return [];
  const said = [resolution.replaceAll('_', ' '), looseText(alert, 'resolution_comment')].filter((part) => part !== '');
  return [{ kind: 'external', status: 'accepted', justification: said.join(': ') || 'resolved on GitHub' }];
}
