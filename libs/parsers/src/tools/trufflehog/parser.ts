import {
  ReportError, fieldsOf, isFields, isMasked, isoTime, jsonParser, lineNumber, looseText, normalizePath, oneLine, requiredText, severityOf, sniff, sub, text, texts,
  type DraftInput, type Fields, type KnownSecret, type MappedSeverity, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
const REMEDY = 'Revoke or rotate the secret, then remove it from the repository and its history.';
/** TruffleHog knows no severities: what it logged in with is worse than what it did not try or could not use. */
const VERIFIED: MappedSeverity = { original: 'verified', normalized: 'critical', rule: 'trufflehog.verified' };
const UNVERIFIED: MappedSeverity = { original: 'unverified', normalized: 'high', rule: 'trufflehog.unverified' };
const SEVERITIES = { high: 'high', medium: 'medium', low: 'low' } as const;

export const parser: Parser = {
  id: 'trufflehog', name: 'TruffleHog JSON lines', tool: 'trufflehog', classes: ['secrets'], syntax: ['json'], elements: ELEMENTS, versions: ['3', '2', 'trufflehog3 (the fork)'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['secret hash', 'rule + path'] },
  verified: [{ tool: 'trufflehog', version: '3', by: 'published-sample' }, { tool: 'trufflehog', version: '2', by: 'published-sample' }, { tool: 'trufflehog3', version: '3', by: 'published-sample' }],
  produce: '`trufflehog git file://. --json > report.json` (the log goes to the other stream; `2>&1` is read, too)',
  detect(head) {
    const { text: start, syntax } = sniff(head);
    if (syntax !== 'json') return 0;
    if (/"SourceMetadata"\s*:/.test(start) && /"DetectorName"\s*:/.test(start)) return 0.97;
    // Rusty Hog, its relative, has no `printDiff`.
    if (/"stringsFound"\s*:/.test(start) && /"printDiff"\s*:/.test(start)) return 0.96;
    if (/"rule"\s*:\s*\{/.test(start) && /"secret"\s*:/.test(start) && /"context"\s*:\s*\{/.test(start)) return 0.9;
    return /"verified_secrets"\s*:/.test(start) && /"msg"\s*:\s*"finished scanning"/.test(start) ? 0.9 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, lines: true, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'a report of TruffleHog is JSON lines or a list; this document is neither');
  return { meta: { tool: 'trufflehog', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

function read(element: SplitElement): DraftInput | null {
  const leak = fieldsOf(element.value, 'the leak');
  if ('SourceMetadata' in leak || 'DetectorName' in leak) return readDetected(leak);
  if ('stringsFound' in leak) return readOld(leak);
  // A line of the log: `{"level":"info-0","ts":…,"msg":"finished scanning",…}`.
  if ('level' in leak && 'msg' in leak) return null;
  return readFork(leak);
}

/** Version 3: `{SourceMetadata: {Data: {Git: {…}}}, DetectorName, Verified, Raw, RawV2, Redacted, ExtraData}`. */
function readDetected(leak: Fields): DraftInput {
  const detector = requiredText(leak, 'DetectorName');
  const [kind = '', source] = Object.entries(sub(sub(leak, 'SourceMetadata'), 'Data')).find(([, value]) => isFields(value)) ?? [];
  const at = isFields(source) ? source : {};
  const path = normalizePath(looseText(at, 'file') || looseText(at, 'path'));
  const raw = text(leak, 'Raw');
  const value = decoded(raw);
  const isVerified = leak['Verified'] === true;
  const extra = sub(leak, 'ExtraData');
  return {
    class: 'secrets', title: `${detector} secret${path === '' ? '' : ` in ${path}`}${isVerified ? ' (verified)' : ''}`, severity: isVerified ? VERIFIED : UNVERIFIED,
    rule: { tool: 'trufflehog', id: detector, name: detector }, weaknesses: ['CWE-798'], secret: secretOf(detector, value),
    alsoSecret: othersOf(detector, [raw, value, ...partsOf(text(leak, 'RawV2')), looseText(leak, 'Redacted')]),
    location: { path, startLine: lineNumber(at, 'line'), endLine: lineNumber(at, 'line'), resource: path === '' ? looseText(at, 'link') || looseText(at, 'image') : '' },
    references: [looseText(at, 'link')], remediation: REMEDY,
    attributes: {
      verified: String(isVerified), verificationError: looseText(leak, 'VerificationError'), decoder: looseText(leak, 'DecoderName'), source: kind, repository: looseText(at, 'repository'), commit: looseText(at, 'commit'),
      commitDate: isoTime(looseText(at, 'timestamp').replace(/ ([+-]\d{4}) [+-]?\w+$/, '$1')), image: looseText(at, 'image'), layer: looseText(at, 'layer'), bucket: looseText(at, 'bucket'),
      account: looseText(extra, 'account'), arn: looseText(extra, 'arn'), rotationGuide: looseText(extra, 'rotation_guide'),
    },
  };
}

/** Early releases of version 3 wrote `Raw` in base64: what decodes to plain text throughout was that. A token that only looks like it does not. */
function decoded(raw: string): string {
  if (raw.length < 8 || raw.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(raw)) return raw;
  const plain = Buffer.from(raw, 'base64').toString('latin1');
  return /^[\t\n\r\x20-\x7e]{4,}$/.test(plain) ? plain : raw;
}

/** `RawV2` joins the parts of a pair, such as the id of a key and the key. */
function partsOf(raw: string): string[] {
  const plain = decoded(raw);
  return [raw, plain, ...plain.split(/[:\n]/)];
}

function othersOf(type: string, values: readonly string[]): KnownSecret[] {
  return [...new Set(values)].filter((value) => value.length >= 6 && !isMasked(value)).map((value) => ({ type, value }));
}

function secretOf(type: string, value: string): KnownSecret | null {
  return value === '' || isMasked(value) ? null : { type, value };
}

/** Version 2: `{branch, commit, commitHash, date, diff, path, printDiff, reason, stringsFound}`; a file of a commit, with all that was found in it. */
function readOld(leak: Fields): DraftInput {
  const reason = requiredText(leak, 'reason');
  const path = normalizePath(text(leak, 'path'));
  const found = texts(leak['stringsFound']);
  const values = found.map(bareValue);
  return {
    class: 'secrets', title: `${reason}${path === '' ? '' : ` in ${path}`}`, severity: UNVERIFIED, rule: { tool: 'trufflehog', id: reason, name: reason }, weaknesses: ['CWE-798'],
    secret: secretOf(reason, values[0] ?? ''), alsoSecret: othersOf(reason, [...found, ...values]), location: { path }, remediation: REMEDY,
    attributes: { commit: looseText(leak, 'commitHash'), commitDate: isoTime(looseText(leak, 'date')), branch: looseText(leak, 'branch'), found: String(found.length) },
  };
}

/** `name = 'value'`: the value is what identifies the secret, wherever it stands. */
function bareValue(found: string): string {
  return /[=:]\s*["'`]?([^\s"'`]{6,})["'`]?\s*$/.exec(found.slice(0, 2000))?.[1] ?? found;
}

/** The fork trufflehog3: `{rule: {id, message, severity}, path, line, secret, context, branch, commit, date}`. */
function readFork(leak: Fields): DraftInput {
  const rule = fieldsOf(leak['rule'], '"rule"');
  const id = requiredText(rule, 'id');
  const path = normalizePath(text(leak, 'path'));
  const line = lineNumber(leak, 'line');
  const message = oneLine(text(rule, 'message')) || id;
  const secret = text(leak, 'secret');
  return {
    class: 'secrets', title: `${message}${path === '' ? '' : ` in ${path}`}`, severity: severityOf(text(rule, 'severity'), SEVERITIES, 'trufflehog3.severity'), rule: { tool: 'trufflehog3', id, name: message },
    weaknesses: ['CWE-798'], secret: secretOf(id, bareValue(secret)), alsoSecret: othersOf(id, [secret]),
    location: { path, startLine: line, endLine: line, snippet: looseText(sub(leak, 'context'), text(leak, 'line')).replace(/^[+-]/, '') }, remediation: REMEDY,
    attributes: { commit: looseText(leak, 'commit'), commitDate: isoTime(looseText(leak, 'date')), branch: looseText(leak, 'branch') },
  };
}
