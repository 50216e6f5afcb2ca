import { isRecord, text } from '../assets.js';
import { refused } from './envelope.js';
import type { Read } from './envelope.js';
import { provenanceOf } from './predicate.js';
import type { Provenance } from './predicate.js';
import { parseStrictJson } from './strict-json.js';

/** An in-toto statement: of which content it speaks, and what it says of its origin. */
export interface Statement {
  readonly predicateType: string;
  /** `sha256:…` and `sha512:…` of all subjects. Their names are not kept: anybody may write any name. */
  readonly digests: readonly string[];
  /** Undefined: the predicate is about something else (an SBOM, a test run). */
  readonly provenance: Provenance | undefined;
}

const STATEMENTS: ReadonlySet<string> = new Set(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']);
/** As many as GitHub's own action takes. */
const MAX_SUBJECTS = 1024;
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

export function readStatement(payload: Buffer): Read<Statement> {
  const decoded = decode(payload);
  if (decoded === undefined) return refused('statement_unreadable');
  const parsed = parseStrictJson(decoded);
  if (!parsed.ok) return refused(parsed.reason === 'duplicate_keys' ? 'duplicate_keys' : 'statement_unreadable');
  const statement = parsed.value;
  if (!isRecord(statement) || !STATEMENTS.has(text(statement['_type'])) || !Array.isArray(statement['subject'])) return refused('statement_unreadable');
  if (statement['subject'].length > MAX_SUBJECTS) return refused('statement_unreadable');
  const digests = [...new Set(statement['subject'].filter(isRecord).flatMap(digestsOf))].sort();
  const predicateType = text(statement['predicateType']).slice(0, 200);
  if (digests.length === 0 || predicateType === '') return refused('statement_unreadable');
  return { ok: true, value: { predicateType, digests, provenance: provenanceOf(predicateType, isRecord(statement['predicate']) ? statement['predicate'] : {}) } };
}

function digestsOf(subject: Readonly<Record<string, unknown>>): string[] {
  const digest = isRecord(subject['digest']) ? subject['digest'] : {};
  return Object.entries(HEX_LENGTH).flatMap(([algorithm, length]) => {
    const hex = text(digest[algorithm]).toLowerCase();
    return hex.length === length && /^[0-9a-f]+$/.test(hex) ? [`${algorithm}:${hex}`] : [];
  });
}

function decode(payload: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return undefined;
  }
}
