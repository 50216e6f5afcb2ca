import { createHash } from 'node:crypto';
import type { KnownSecret } from './redact.js';

/** A secret of which the tool gives only the SHA-1 of its value, as detect-secrets and Checkov do. */
export interface SecretDigest {
  readonly type: string;
  /** 40 lower-case hex digits. */
  readonly sha1: string;
}

const SHA1 = /^[0-9a-f]{40}$/;

/**
 * The value as it is hashed: without the white space and the pair of quotes around it, and with one kind of line end.
 * Tools differ in whether they count the quotes to the value, and one secret must have one hash.
 */
export function bareSecret(value: string): string {
  const text = value.replace(/\r\n?/g, '\n').trim();
  const quote = text[0];
  const quoted = text.length > 2 && (quote === '"' || quote === "'" || quote === '`') && text.endsWith(quote);
  return quoted ? text.slice(1, -1).trim() : text;
}

/** SHA-1 of a value as detect-secrets makes it. Not a protection: it is what every tool's view of a secret can be brought to. */
export function sha1OfSecret(value: string): string {
  return createHash('sha1').update(bareSecret(value), 'utf8').digest('hex');
}

/** Whether a text is a mask (`AKIA****`, `REDACTED`, `xoxb-…`): it may stand for any value, so it identifies none. */
export function isMasked(value: string): boolean {
  return /\*{3}|redacted|^\s*(?:hidden|x{4,})\s*$|[\u2022\u25cf]{3}|(?:\.{3}|\u2026)\s*$/i.test(value);
}

/** A secret known by its SHA-1; null when the text is none, or the digest of something that many secrets share. */
export function secretFromSha1(type: string, digest: string): SecretDigest | null {
  const sha1 = digest.trim().toLowerCase();
  return SHA1.test(sha1) && !sharedDigests().has(sha1) ? { type, sha1 } : null;
}

export function isDigest(secret: KnownSecret | SecretDigest): secret is SecretDigest {
  return 'sha1' in secret;
}

let shared: ReadonlySet<string> | undefined;

/**
 * Digests that detect-secrets 1.x gives of every secret of a kind. It hashes what its expression captures: of a private
 * key the line BEGIN, of tokens of GitHub and GitLab the prefix in parentheses. As an identity they would make one
 * secret of all of a tenant's tokens.
 */
function sharedDigests(): ReadonlySet<string> {
  if (shared) return shared;
  const hex = [...'0123456789abcdefABCDEF'];
  const captured = [
    '', 'ghp', 'gho', 'ghu', 'ghs', 'ghr', 'glpat', 'gldt', 'glft', 'glsoat', 'glrt', 'PuTTY-User-Key-File-2',
    ...['DSA ', 'EC ', 'OPENSSH ', '', 'RSA ', 'SSH2 ENCRYPTED ', 'ENCRYPTED '].map((kind) => `BEGIN ${kind}PRIVATE KEY`), 'BEGIN PGP PRIVATE KEY BLOCK',
    ...hex.flatMap((first) => hex.map((second) => `${first}${second}_`)),
  ];
  return (shared = new Set(captured.map((text) => createHash('sha1').update(text, 'utf8').digest('hex'))));
}
