import { encodingOf } from './encoding.js';

/** What the first bytes of a file show: enough for `detect`, at any size of the file. */
export interface Sniff {
  readonly syntax: 'json' | 'xml' | 'other';
  /** JSON: the kind of the top value. */
  readonly top: 'object' | 'array' | 'null' | 'other';
  /** JSON: key paths seen up to four levels deep, array steps as `[]`: `runs`, `runs[].tool`, `[].RuleID`. */
  readonly paths: ReadonlySet<string>;
  /** JSON: short text values by path (the first seen): `version` → `2.1.0`, `[].check_type` → `terraform`. */
  readonly values: ReadonlyMap<string, string>;
  /** XML: name of the root element. */
  readonly root: string;
  readonly text: string;
}

const HEAD = 64 * 1024;
const DEPTH = 4;
const cache = new WeakMap<Uint8Array, Sniff>();

/** Looks at a head; the answer is kept per head, as every parser asks for it. */
export function sniff(head: Uint8Array): Sniff {
  let known = cache.get(head);
  if (!known) cache.set(head, (known = look(head)));
  return known;
}

function look(head: Uint8Array): Sniff {
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding.name).decode(head.subarray(0, HEAD)).replace(/^\ufeff/, '');
  const start = text.trimStart();
  if (start.startsWith('<')) return { syntax: 'xml', top: 'other', paths: new Set(), values: new Map(), root: rootElement(start), text };
  const top = start.startsWith('{') ? 'object' : start.startsWith('[') ? 'array' : start.trimEnd() === 'null' ? 'null' : 'other';
  if (top === 'other') return { syntax: 'other', top, paths: new Set(), values: new Map(), root: '', text };
  return { syntax: 'json', top, ...jsonPaths(start), root: '', text };
}

function rootElement(text: string): string {
  const bare = text.replace(/^(?:\s*<\?[^>]{0,500}\?>|\s*<!--[\s\S]{0,2000}?-->|\s*<!DOCTYPE[^>]{0,2000}>)+/i, '');
  return /^\s*<([A-Za-z_][\w.:-]{0,100})/.exec(bare)?.[1] ?? '';
}

/** A tolerant walk over JSON that may end anywhere. */
function jsonPaths(text: string): { paths: Set<string>; values: Map<string, string> } {
  const paths = new Set<string>();
  const values = new Map<string, string>();
  const stack: { array: boolean; path: string }[] = [];
  const token = /"((?:[^"\\]|\\.)*)"(\s*:)?|[[\]{}]|[^\s"[\]{},:]+/gs;
  let path = '';
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found, body, colon] = match;
    const frame = stack[stack.length - 1];
    const here = frame?.array ? `${frame.path}[]` : path;
    if (found === '{' || found === '[') {
      if (stack.length > 64) break;
      stack.push({ array: found === '[', path: here });
      path = here;
    } else if (found === '}' || found === ']') {
      stack.pop();
    } else if (colon && frame && !frame.array) {
      path = frame.path === '' ? (body ?? '') : `${frame.path}.${body ?? ''}`;
      if (stack.length <= DEPTH) paths.add(path);
    } else if (stack.length <= DEPTH && !values.has(here) && found.length < 300) values.set(here, body ?? found);
  }
  return { paths, values };
}
