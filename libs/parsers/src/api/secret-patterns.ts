/**
 * Shapes of secrets. Every expression is linear: repetition is bounded, or begins at a boundary of its own character
 * class so that no position is scanned twice. The value to replace is group 1 where there is one, else the match.
 */
export interface SecretPattern {
  readonly type: string;
  readonly expression: RegExp;
}

/** One cheap look that almost every text passes: none of the provider patterns can match where this does not. */
export const PROVIDER_HINT = /A(?:KIA|SIA|BIA|CCA|3T)|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|hooks\.slack|eyJ|-----BEGIN|[sr]k_live|sk-|AIza|npm_|pypi-|SG\.|:\/\/[^\s/@]{0,100}:[^\s/@]{1,200}@|[Bb]earer |[Bb]asic |[Cc]ookie/;

export const PROVIDER_PATTERNS: readonly SecretPattern[] = [
  { type: 'aws-access-key', expression: /(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}/g },
  { type: 'github-token', expression: /gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}/g },
  { type: 'gitlab-token', expression: /glpat-[\w-]{16,64}/g },
  { type: 'slack-token', expression: /xox[abeoprs]-[A-Za-z0-9-]{8,250}|xapp-\d-[A-Za-z0-9-]{8,250}/g },
  { type: 'slack-webhook', expression: /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/+]{16,200})/g },
  { type: 'jwt', expression: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  { type: 'stripe-key', expression: /[sr]k_live_[A-Za-z0-9]{10,128}/g },
  { type: 'google-api-key', expression: /AIza[A-Za-z0-9_-]{30,40}/g },
  { type: 'npm-token', expression: /npm_[A-Za-z0-9]{30,64}/g },
  { type: 'pypi-token', expression: /pypi-[A-Za-z0-9_-]{40,250}/g },
  { type: 'sendgrid-key', expression: /SG\.[\w-]{16,32}\.[\w-]{16,64}/g },
  { type: 'api-key', expression: /(?<![\w-])sk-[A-Za-z0-9_-]{20,200}/g },
  { type: 'url-password', expression: /:\/\/[^\s/:@'"<>]{0,100}:([^\s/@'"<>]{3,200})@/g },
  { type: 'authorization', expression: /(?:[Bb]earer|[Bb]asic) {1,3}([A-Za-z0-9._~+/=-]{16,4000})/g },
  { type: 'session-cookie', expression: /[Cc]ookie: ?[^=\s;]{1,100}=([^;\s"']{8,4000})/g },
];

/** One cheap look for names that speak of secrets: neither ASSIGNMENT nor SPEAKING matches where this does not. */
export const KEYWORD_HINT = /passw|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|account[_-]?key|credential|connection[_-]?string/i;

/** A name that says "secret", then an assignment, then a literal. Group 1 the quote, group 2 the literal. */
export const ASSIGNMENT = /(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|account[_-]?key|credential|connection[_-]?string)[A-Za-z0-9_.-]{0,30}[\\"'\]]{0,3}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}\\?(["'`]?)([^\s"'`,;<>(){}\\]{6,500})/gi;

/** A quoted literal that calls itself a secret: `'supersecretkey123'`. Group 1 the quote, group 2 the literal. */
export const SPEAKING = /(["'`])([^\s"'`\\]{0,60}(?:secret|passw|token|apikey)[^\s"'`\\]{0,60})\1/gi;

const PLACEHOLDER = /^(?:\$|%|\*+$|x+$|\[?redacted|\.{3}|var\.|local\.|data\.|module\.|process\.|os\.|env[.[]|self\.|this\.|ref\b|null$|none$|true$|false$|undefined$|https?:)/i;

/** Whether an assigned literal looks like a real value: not a reference, not a word, not a placeholder. */
export function looksSecret(value: string, quoted: boolean): boolean {
  if (value.length < (quoted ? 8 : 12) || PLACEHOLDER.test(value) || value.includes('REDACTED')) return false;
  const digits = /\d/.test(value);
  const letters = /[A-Za-z]/.test(value);
  if (!quoted) return digits && letters && entropy(value) >= 3;
  return (digits || /[^A-Za-z0-9_.-]/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value) && value.length >= 16)) && entropy(value) >= 2.5;
}

/** Shannon entropy, bits a character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
