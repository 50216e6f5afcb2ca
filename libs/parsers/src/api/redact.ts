import type { ParseTally, SecretHash } from './contract.js';
import { bareSecret, isMasked } from './secret-identity.js';
import { ASSIGNMENT, KEYWORD_HINT, PROVIDER_HINT, PROVIDER_PATTERNS, SPEAKING, looksSecret } from './secret-patterns.js';

export interface KnownSecret {
  readonly type: string;
  readonly value: string;
}

interface Hit extends KnownSecret {
  readonly start: number;
  readonly end: number;
}

const PEM_BEGIN = '-----BEGIN ';
const CLEAN_CACHE = 2048;
const SHORTEST_FRAGMENT = 8;

/**
 * Takes the values of secrets out of a draft's texts: each becomes `[REDACTED:type:hash8]`, where hash8 is the start
 * of its keyed hash, for people to tell secrets apart and for nothing else. A value found in one text is taken out of
 * all of them, also in fragments of eight characters and more, since reports repeat a secret in snippet, message and
 * fix, cut in different places.
 */
export class Redactor {
  readonly #hash: (value: string) => SecretHash;
  readonly #tally: ParseTally;
  /** Long texts of rules repeat in every result; those found clean once are not read again. */
  readonly #clean = new Set<string>();

  constructor(hash: (value: string) => SecretHash, tally: ParseTally) {
    this.#hash = hash;
    this.#tally = tally;
  }

  /** Redacts all texts of one draft together. Same length and order. */
  all(texts: readonly string[], known: readonly KnownSecret[] = []): string[] {
    // Most drafts show nothing of a secret: one look at all of their texts together says so.
    const joined = texts.join('\n');
    if (known.length === 0 && !PROVIDER_HINT.test(joined) && !KEYWORD_HINT.test(joined)) return texts as string[];
    const values: KnownSecret[] = known.filter((secret) => secret.value.length >= 4);
    const hits = texts.map((text) => this.#hits(text));
    for (const found of hits) values.push(...found);
    const borders = this.#acrossBorders(texts);
    if (values.length === 0 && borders.length === 0) return texts as string[];
    const unique = [...new Map(values.map((secret) => [secret.value, secret])).values()].sort((left, right) => right.value.length - left.value.length);
    return texts.map((text, index) => {
      let out = text;
      for (const [field, piece, secret] of borders) if (field === index) out = out.replaceAll(piece, this.#marker(secret));
      for (const secret of unique) out = this.#remove(out, secret);
      return out;
    });
  }

  one(text: string, known: readonly KnownSecret[] = []): string {
    return this.all([text], known)[0] as string;
  }

  #marker(secret: KnownSecret): string {
    this.#tally.redacted += 1;
    return `[REDACTED:${secret.type}:${this.#hash(bareSecret(secret.value)).hash.slice(0, 8)}]`;
  }

  #hits(text: string): readonly Hit[] {
    if (text.length < 8 || this.#clean.has(text)) return NO_HITS;
    const hits = findSecrets(text);
    if (hits.length === 0 && text.length > 200) {
      if (this.#clean.size >= CLEAN_CACHE) this.#clean.clear();
      this.#clean.add(text);
    }
    return hits;
  }

  #remove(text: string, secret: KnownSecret): string {
    if (text.length < 4) return text;
    let out = text;
    if (out.includes(secret.value)) out = out.replaceAll(secret.value, this.#marker(secret));
    for (const piece of piecesOf(secret.value)) if (out.includes(piece)) out = out.replaceAll(piece, this.#marker(secret));
    return this.#removeFragments(out, secret);
  }

  /** What remains of a value that a scanner cut: the longest runs of it that stand in the text. */
  #removeFragments(text: string, secret: KnownSecret): string {
    const { value } = secret;
    if (value.length < SHORTEST_FRAGMENT + 1 || value.length > 400) return text;
    const last = value.length - SHORTEST_FRAGMENT;
    let out = text;
    // Every third window finds every fragment of ten characters, and shorter ones at both ends of the value.
    for (let window = 0; window <= last; window = window === last ? last + 1 : Math.min(last, window + 3)) {
      if (!out.includes(value.slice(window, window + SHORTEST_FRAGMENT))) continue;
      let [start, end] = [window, window + SHORTEST_FRAGMENT];
      while (start > 0 && out.includes(value.slice(start - 1, end))) start -= 1;
      while (end < value.length && out.includes(value.slice(start, end + 1))) end += 1;
      const fragment = value.slice(start, end);
      if (/\s/.test(fragment) || isPlain(fragment)) continue;
      out = out.replaceAll(fragment, this.#marker(secret));
    }
    return out;
  }

  /** Secrets of a provider's shape that begin at the end of one text and go on at the start of another. */
  #acrossBorders(texts: readonly string[]): [number, string, KnownSecret][] {
    const found: [number, string, KnownSecret][] = [];
    texts.forEach((left, leftIndex) => {
      const tail = lastToken(left);
      // A secret that is whole in the tail belongs to it alone, however the other text goes on.
      if (tail.length < 4 || !PROVIDER_HINT.test(tail) || findSecrets(tail).length > 0) return;
      texts.forEach((right, rightIndex) => {
        if (rightIndex === leftIndex || right === '') return;
        const head = firstToken(right);
        for (const hit of findSecrets(tail + head)) {
          if (hit.start >= tail.length || hit.end <= tail.length) continue;
          found.push([leftIndex, tail.slice(hit.start), hit], [rightIndex, head.slice(0, hit.end - tail.length), hit]);
        }
      });
    });
    return found.filter(([, piece]) => piece.length >= 4);
  }
}

const NO_HITS: readonly Hit[] = [];

/** Secrets in a text, without overlaps; what a pattern higher up the list found stays. Linear in the length of the text. */
export function findSecrets(text: string): readonly Hit[] {
  const speaks = KEYWORD_HINT.test(text);
  const provider = PROVIDER_HINT.test(text);
  if (!speaks && !provider) return NO_HITS;
  const found = new Hits(text.length);
  if (provider) {
    pemBlocks(text, found);
    for (const { type, expression } of PROVIDER_PATTERNS) {
      for (const match of matches(expression, text)) found.add(type, match.index + match[0].indexOf(match[1] ?? match[0]), match[1] ?? match[0]);
    }
  }
  if (speaks) {
    for (const match of matches(ASSIGNMENT, text)) {
      const value = match[2] as string;
      if (looksSecret(value, match[1] !== '')) found.add('generic', match.index + match[0].length - value.length, value);
    }
    for (const match of matches(SPEAKING, text)) {
      const value = match[2] as string;
      if (/\d/.test(value) && looksSecret(value, true)) found.add('generic', match.index + 1, value);
    }
  }
  return found.list;
}

const NO_MATCHES: readonly RegExpExecArray[] = [];

/** All matches of a global expression. `matchAll` copies the expression at each call, which costs more than the search. */
function matches(expression: RegExp, text: string): readonly RegExpExecArray[] {
  expression.lastIndex = 0;
  let out: RegExpExecArray[] | undefined;
  for (let match = expression.exec(text); match; match = expression.exec(text)) (out ??= []).push(match);
  return out ?? NO_MATCHES;
}

/** Hits of one text; a map of covered positions keeps the check for overlaps constant. */
class Hits {
  list: Hit[] | typeof NO_HITS = NO_HITS;
  #covered: Uint8Array | undefined;

  constructor(private readonly length: number) {}

  add(type: string, start: number, value: string): void {
    const end = start + value.length;
    const covered = (this.#covered ??= new Uint8Array(this.length));
    if (covered[start] === 1 || covered[end - 1] === 1) return;
    covered.fill(1, start, end);
    if (this.list === NO_HITS) this.list = [];
    (this.list as Hit[]).push({ type, value, start, end });
  }
}

/** Private keys from BEGIN to END; without END, to the end of the text: a cut key is still a key. */
function pemBlocks(text: string, found: Hits): void {
  let from = text.indexOf(PEM_BEGIN);
  while (from >= 0) {
    if (/^-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY/.test(text.slice(from, from + 80))) {
      const end = text.indexOf('-----END ', from);
      const dashes = end < 0 ? -1 : text.indexOf('-----', end + 9);
      const close = dashes < 0 ? text.length : dashes + 5;
      found.add('private-key', from, text.slice(from, close));
      from = text.indexOf(PEM_BEGIN, close);
    } else from = text.indexOf(PEM_BEGIN, from + PEM_BEGIN.length);
  }
}

/** Lines of a value of several lines (a private key): each is taken out where it stands alone. */
function piecesOf(value: string): readonly string[] {
  if (!value.includes('\n') && !value.includes('\\n')) return [];
  return value.split(/\r?\n|\\n/).filter((line) => line.length >= 12 && !line.startsWith('-----'));
}

/** A fragment that is only one lower-case word or number says nothing of a secret, and stands in many texts. */
function isPlain(fragment: string): boolean {
  return /^[a-z]+$/.test(fragment) || /^\d+$/.test(fragment) || /^[A-Z_]+$/.test(fragment);
}

function lastToken(text: string): string {
  let from = text.length;
  while (from > 0 && text.length - from < 80 && !isBreak(text.charCodeAt(from - 1))) from -= 1;
  return text.slice(from);
}

function firstToken(text: string): string {
  let to = 0;
  while (to < text.length && to < 80 && !isBreak(text.charCodeAt(to))) to += 1;
  return text.slice(0, to);
}

/** White space and quotes end a token. */
function isBreak(code: number): boolean {
  return code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x60;
}

const QUOTED = /(["'`])((?:(?!\1)[^\n\\]|\\.){0,200})\1/g;

/**
 * Quoted literals that look like secrets although nothing around them says so: for results about hard-coded
 * credentials, where the flagged lines hold one (`jwt.sign(payload, 'supersecretkey123')`).
 */
export function looseSecrets(text: string): KnownSecret[] {
  const found: KnownSecret[] = [];
  for (const [, , value = ''] of text.slice(0, 8192).matchAll(QUOTED)) {
    if (!/\s/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value) && looksSecret(value, true)) found.push({ type: 'generic', value });
  }
  return found;
}

/**
 * The value that a result about a hard-coded credential flags: exactly one quoted literal, with the look of a secret.
 * Words are left alone: `FIELD = "password"` is flagged, too, and its value stands in paths and titles.
 */
export function flaggedSecret(flagged: string): KnownSecret | null {
  const [literal, ...others] = looseSecrets(flagged);
  return literal && others.length === 0 && literal.value.length === flagged.length - 2 ? literal : null;
}

/** What flagged lines say of the secret that a result is about. */
export interface SnippetSecret {
  /** Its value, where the lines leave no doubt of it: what the secret is known by. */
  readonly secret: KnownSecret | null;
  /** Lines that hold it somewhere: to be taken out of the texts, but no identity. */
  readonly alsoSecret: readonly KnownSecret[];
}

/**
 * The value in flagged lines, for scanners that do not give it apart: the lines themselves when they are one token or a
 * key, else the only secret of a known shape in them, or in the flagged columns, or what stands in those columns.
 * Masked lines hold none, since a mask identifies nothing.
 */
export function secretInSnippet(type: string, snippet: string, flagged = ''): SnippetSecret {
  const value = snippet.trim();
  if (value === '' || isMasked(value)) return { secret: null, alsoSecret: [] };
  const inside = findSecrets(value);
  const isToken = !/\s/.test(value) && (inside.length === 0 || !/^[\w.-]{1,60}(?:=(?!=*$)|:(?!\/\/))/.test(value));
  if (isToken || value.startsWith(PEM_BEGIN)) return { secret: { type, value }, alsoSecret: [] };
  const meant = inside.length > 1 ? inside.filter((hit) => flagged.includes(hit.value)) : inside;
  if (meant.length === 1 && meant[0]) return { secret: { type, value: meant[0].value }, alsoSecret: inside };
  const token = bareSecret(flagged);
  const isValue = inside.length === 0 && token.length >= 6 && !/\s/.test(token);
  return { secret: isValue ? { type, value: token } : null, alsoSecret: isValue ? [] : [{ type, value }] };
}
