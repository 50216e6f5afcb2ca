/** What chain-resolution takes of a signed statement. */
export const MAX_BUNDLE_BYTES = 256 * 1024;
const MAX_DEPTH = 32;

/** JSON text of a signed statement that was given as an object or as text; undefined when it is none, or too large. */
export function bundleText(value: unknown): string | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value) <= MAX_BUNDLE_BYTES && isObject(parsed(value)) ? value : undefined;
  if (!isObject(value) || !isShallow(value)) return undefined;
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= MAX_BUNDLE_BYTES ? text : undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** At most 32 levels. Not recursive: whoever nests 100,000 levels must not get at the stack of whoever writes it out again. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return true;
  }
  return false;
}
