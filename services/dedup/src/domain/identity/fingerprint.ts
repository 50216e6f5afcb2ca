import { hash } from 'node:crypto';

/** A 16-byte fingerprint (SHA-256, truncated) in the text form of Postgres' `uuid` type, which stores it in 16 bytes. */
export type Fingerprint = string;

/** Joins with NUL, which no normalized part can hold, so that ('a', 'bc') and ('ab', 'c') differ. */
export function fingerprint(...parts: readonly (string | number)[]): Fingerprint {
  const hex = hash('sha256', parts.join('\u0000'));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Signed 64-bit number of a fingerprint, as text: ids inside one scope, and advisory locks. */
export function shortId(print: Fingerprint): string {
  const hex = print.slice(0, 8) + print.slice(9, 13) + print.slice(14, 18);
  return BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
}
