import { problem } from '@throughline/service-kit';

/** Names in URLs: lower case letters, digits, `-`, `_`, `.`; at most 64. */
export function slugOf(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) return text;
  throw problem(400, 'invalid_slug', 'A name has 1 to 64 of a-z, 0-9, ".", "_", "-" and starts with a letter or digit.');
}
