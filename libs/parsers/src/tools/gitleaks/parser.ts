import {
  ReportError, fieldsOf, isMasked, isoTime, jsonParser, lineNumber, looseText, normalizePath, requiredText, sniff, text, texts,
  type DraftInput, type Fields, type KnownSecret, type MappedSeverity, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
/** Gitleaks knows no severities: a secret in a repository is high until somebody shows that it is dead. */
const SEVERITY: MappedSeverity = { original: '', normalized: 'high', rule: 'gitleaks.default' };

export const parser: Parser = {
  id: 'gitleaks', name: 'Gitleaks JSON', tool: 'gitleaks', classes: ['secrets'], syntax: ['json'], elements: ELEMENTS, versions: ['8', '7', 'before 7'], severityMap: {},
  identityRecipe: { version: 1, keys: ['secret hash', 'Fingerprint (only when the value is redacted and the fingerprint names a commit)', 'rule + path + snippet'] },
  verified: [{ tool: 'gitleaks', version: '8.30', by: 'real-output' }, { tool: 'gitleaks', version: '7.5.0', by: 'published-sample' }],
  produce: '`gitleaks git --report-format json --report-path report.json .` (do not use --redact: the value is hashed here and never stored, and its hash is what tells secrets apart)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    const named = /gitleaks/i.test(fileName);
    if (top === 'array') {
      if (paths.has('[].RuleID') && paths.has('[].Match') && paths.has('[].Secret')) return 0.97;
      if (paths.has('[].offender') && paths.has('[].rule') && paths.has('[].commit')) return 0.95;
      return paths.size === 0 && named ? 0.6 : 0;
    }
    return top === 'null' && named ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  // Go writes an empty list as null.
  if (rest !== null && !Array.isArray(rest)) throw new ReportError('missing_parts', 'a Gitleaks report is a list; this document is none');
  return { meta: { tool: 'gitleaks', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

function read(element: SplitElement): DraftInput {
  const leak = fieldsOf(element.value, 'the leak');
  return 'offender' in leak || 'rule' in leak ? readOld(leak) : readNew(leak);
}

/** Version 8: `{RuleID, Description, StartLine, …, Match, Secret, File, Commit, Date, Tags, Fingerprint}`. */
function readNew(leak: Fields): DraftInput {
  const rule = requiredText(leak, 'RuleID');
  const path = normalizePath(text(leak, 'File'));
  const secret = secretOf(rule, text(leak, 'Secret'));
  const fingerprint = text(leak, 'Fingerprint');
  return {
    class: 'secrets', title: `${text(leak, 'Description').replace(/[.\s]+$/, '') || rule}${path ? ` in ${path}` : ''}`, description: text(leak, 'Description'), severity: SEVERITY,
    rule: { tool: 'gitleaks', id: rule, name: text(leak, 'Description') }, weaknesses: ['CWE-798'], secret,
    location: {
      path, startLine: lineNumber(leak, 'StartLine'), endLine: lineNumber(leak, 'EndLine'), startColumn: lineNumber(leak, 'StartColumn'), endColumn: lineNumber(leak, 'EndColumn'),
      snippet: text(leak, 'Match'),
    },
    fingerprints: secret === null && /^[0-9a-f]{40,64}:/.test(fingerprint) ? { 'gitleaks/v8': fingerprint } : {},
    references: [looseText(leak, 'Link')], remediation: 'Revoke or rotate the secret, then remove it from the repository and its history.',
    attributes: { commit: looseText(leak, 'Commit'), commitDate: isoTime(looseText(leak, 'Date')), entropy: looseText(leak, 'Entropy'), symlink: looseText(leak, 'SymlinkFile'), tags: texts(leak['Tags']).join(' ') },
  };
}

/** Version 7 and before: `{line, lineNumber, offender, commit, repo, rule, file, date, tags}`. */
function readOld(leak: Fields): DraftInput {
  const rule = requiredText(leak, 'rule');
  const path = normalizePath(text(leak, 'file'));
  return {
    class: 'secrets', title: `${rule}${path ? ` in ${path}` : ''}`, description: rule, severity: SEVERITY, rule: { tool: 'gitleaks', id: rule, name: rule }, weaknesses: ['CWE-798'],
    secret: secretOf(rule, bareValue(text(leak, 'offender'))),
    location: { path, startLine: lineNumber(leak, 'lineNumber'), endLine: lineNumber(leak, 'lineNumber'), snippet: text(leak, 'line') },
    references: [looseText(leak, 'leakURL')], remediation: 'Revoke or rotate the secret, then remove it from the repository and its history.',
    attributes: { commit: looseText(leak, 'commit'), commitDate: isoTime(looseText(leak, 'date')), tags: looseText(leak, 'tags'), operation: looseText(leak, 'operation') },
  };
}

/** Old versions flag `NAME="value"`: the value is what identifies the secret, wherever it stands. */
function bareValue(offender: string): string {
  return /[=:]\s*["'`]?([^\s"'`]{6,})["'`]?\s*$/.exec(offender.slice(0, 2000))?.[1] ?? offender;
}

/** null when Gitleaks ran with --redact: a mask identifies nothing. */
function secretOf(rule: string, value: string): KnownSecret | null {
  return value === '' || isMasked(value) ? null : { type: rule, value };
}
