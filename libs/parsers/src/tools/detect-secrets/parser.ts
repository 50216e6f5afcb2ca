import {
  ReportError, fieldsOf, isFields, isoTime, jsonParser, lineNumber, looseText, normalizePath, requiredText, secretFromSha1, sniff, text,
  type DraftInput, type Fields, type MappedSeverity, type Parser, type ReportMeta, type SplitElement, type Suppression,
} from '../../api/index.js';

const ELEMENTS = ['results{*}[*]'];
/** detect-secrets knows no severities: a secret in a repository is high until somebody shows that it is dead. */
const SEVERITY: MappedSeverity = { original: '', normalized: 'high', rule: 'detect-secrets.default' };
/** It asked the provider, and the secret works. */
const VERIFIED: MappedSeverity = { original: 'verified', normalized: 'critical', rule: 'detect-secrets.is_verified' };

export const parser: Parser = {
  id: 'detect-secrets', name: 'detect-secrets baseline', tool: 'detect-secrets', classes: ['secrets'], syntax: ['json'], elements: ELEMENTS, versions: ['1', '0.12 to 0.14'], severityMap: {},
  identityRecipe: { version: 1, keys: ['secret hash', 'rule + path (only when the digest is one of a whole kind)'] },
  verified: [{ tool: 'detect-secrets', version: '1.5.0', by: 'real-output' }],
  produce: '`detect-secrets scan --all-files > detect-secrets.json` (the baseline, also an audited one)',
  detect(head) {
    const { top, paths, text: content } = sniff(head);
    if (top !== 'object' || !paths.has('plugins_used')) return 0;
    if (paths.has('filters_used') || /"hashed_secret"/.test(content)) return 0.97;
    return paths.has('results') && paths.has('generated_at') && paths.has('version') ? 0.9 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, skip: ['plugins_used', 'filters_used'], begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!isFields(rest) || !isFields(rest['results'])) throw new ReportError('missing_parts', 'a baseline of detect-secrets has an object "results"; this document has none');
  return {
    meta: { tool: 'detect-secrets', toolVersion: looseText(rest, 'version'), scannedAt: isoTime(looseText(rest, 'generated_at')), success: null, hints: {}, problems: [] }, state: null,
  };
}

/** `{type, filename, hashed_secret, is_verified, line_number, is_secret?}` under the name of the file. */
function read(element: SplitElement): DraftInput {
  const leak = fieldsOf(element.value, 'the secret');
  const type = requiredText(leak, 'type');
  // Versions before 1 name the file only as the key.
  const path = normalizePath(text(leak, 'filename') || (element.keys[0] ?? ''));
  const line = lineNumber(leak, 'line_number');
  return {
    class: 'secrets', title: `${type}${path ? ` in ${path}` : ''}`, severity: leak['is_verified'] === true ? VERIFIED : SEVERITY, rule: { tool: 'detect-secrets', id: type, name: type },
    weaknesses: ['CWE-798'], secret: secretFromSha1(type, text(leak, 'hashed_secret')), location: { path, startLine: line, endLine: line }, suppressions: auditOf(leak),
    remediation: 'Revoke or rotate the secret, then remove it from the repository and its history.',
    attributes: { verified: looseText(leak, 'is_verified'), audited: looseText(leak, 'is_secret') },
  };
}

/** `detect-secrets audit` asks a person; what the person calls no secret is suppressed by the tool from then on. */
function auditOf(leak: Fields): Suppression[] {
  return leak['is_secret'] === false ? [{ kind: 'external', status: 'accepted', justification: 'audited: not a secret' }] : [];
}
