/**
 * JSON as a signed document must be read: what one reader sees, every reader sees. An object that names a key twice is
 * refused, since readers disagree on which one counts, and so is nesting that other readers could not bear.
 */
export type StrictJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: 'malformed' | 'duplicate_keys' };

const MAX_DEPTH = 64;

export function parseStrictJson(text: string): StrictJson {
  if (!withinDepth(text)) return { ok: false, reason: 'malformed' };
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, item: unknown) => (typeof item === 'string' ? storable(item) : item));
  } catch {
    return { ok: false, reason: 'malformed' };
  }
  return repeatsKey(text) ? { ok: false, reason: 'duplicate_keys' } : { ok: true, value };
}

/** Neither NUL nor half a character can be kept as text; nothing that decides holds one. */
export const storable = (value: string): string => value.toWellFormed().replaceAll('\u0000', '');

/** Counted before it is parsed: JSON.parse takes any depth, and what walks the result does not. */
function withinDepth(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth > MAX_DEPTH) return false;
  }
  return true;
}

/** Only for text that JSON.parse took: strings are closed, and a string before a colon is a key. */
function repeatsKey(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        // decoded: "payl\u006fad" is the key "payload"
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) return true;
        keys.add(key);
      }
      at = end;
    }
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at += 1;
  return text[at] === ':';
}
