import { isUtf8 } from 'node:buffer';
import { ResultRefusal } from './errors.js';
import type { ParseTally } from './contract.js';

/**
 * Parses one JSON value out of its bytes.
 * - Duplicate keys: the last wins, as in ECMAScript.
 * - `oddNumbers` (the splitter saw 16 digits in a row or an exponent): integers beyond 2^53 become strings of their own
 *   digits, so that ids stay what they were; numbers beyond a double (1e400) refuse the result.
 * - Keys that would reach a prototype are dropped and counted.
 */
export function parseJsonValue(bytes: Buffer, oddNumbers: boolean, tally: ParseTally): unknown {
  if (!isUtf8(bytes)) throw new ResultRefusal('invalid_utf8', 'the result holds bytes that are not UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = oddNumbers ? JSON.parse(text, keepNumber as (key: string, value: unknown) => unknown) : JSON.parse(text);
  } catch (error) {
    if (error instanceof ResultRefusal) throw error;
    throw new ResultRefusal('malformed', 'the result is not valid JSON');
  }
  if (mayHoldDangerousKeys(text)) tally.droppedKeys += dropDangerousKeys(value, 0);
  return value;
}

function keepNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) throw new ResultRefusal('number_not_finite', 'a number of the result is beyond what a double can hold');
  return Number.isInteger(value) && !Number.isSafeInteger(value) && context.source !== undefined ? context.source : value;
}

/** Cheap: true for every text that could hold such a key, also an escaped one. */
function mayHoldDangerousKeys(text: string): boolean {
  return text.includes('__proto__') || text.includes('"constructor"') || text.includes('\\u00');
}

/** Deletes `__proto__` everywhere, and `constructor` where it holds an object (`constructor.prototype`). Returns how many. */
export function dropDangerousKeys(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 64) return 0;
  let dropped = 0;
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    if (key === '__proto__' || (key === 'constructor' && typeof child === 'object' && child !== null)) {
      Reflect.deleteProperty(value, key);
      dropped += 1;
    } else if (typeof child === 'object' && child !== null) dropped += dropDangerousKeys(Object.getOwnPropertyDescriptor(value, key)?.value, depth + 1);
  }
  return dropped;
}
