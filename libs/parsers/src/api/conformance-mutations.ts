/** Changes of fixtures that the conformance kit makes: the same results in another order, results of wrong types, planted keys. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const isObject = (value: Json | undefined): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The lists that an element path ends in (`runs[*].results[*]`): every such list of the document, by reference. */
export function resultLists(document: Json, path: string): Json[][] {
  const segments = path.replaceAll('[*]', '.*').replaceAll('{*}', '.{*}').split('.').filter((segment) => segment !== '');
  let nodes: Json[] = [document];
  for (const segment of segments.slice(0, -1)) {
    nodes = nodes.flatMap((node) => (segment === '*' ? (Array.isArray(node) ? node : []) : segment === '{*}' ? (isObject(node) ? Object.values(node) : []) : isObject(node) && node[segment] !== undefined ? [node[segment]] : []));
  }
  return nodes.filter((node): node is Json[] => Array.isArray(node));
}

export function allResultLists(document: unknown, paths: readonly string[]): Json[][] {
  return [...new Set(paths.filter((path) => path.endsWith('[*]')).flatMap((path) => resultLists(document as Json, path)))].filter((list) => list.length > 0);
}

/** The document with the keys of every object the other way round: metadata that stood first now stands last. */
export function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, child]) => [key, reverseKeys(child)]));
}

/** The document as text, with `__proto__` and `constructor.prototype` in every object. */
export function plantPrototypes(value: unknown): string {
  const plant = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(plant);
    if (typeof node !== 'object' || node === null) return node;
    const children = Object.entries(node).map(([key, child]) => [key, plant(child)] as const);
    return Object.fromEntries([['@@proto@@', { polluted: 'yes' }], ['@@constructor@@', { prototype: { polluted: 'yes' } }], ...children]);
  };
  return JSON.stringify(plant(value)).replaceAll('"@@proto@@"', '"__proto__"').replaceAll('"@@constructor@@"', '"constructor"');
}

export const WRONG_VALUES: readonly Json[] = [17, 'a text', true, null, [1, 'two', { three: 3 }], { unexpected: { deeply: [1] } }, ''];

/** Every field of a result, one and two levels deep, replaced by a value of each wrong type in turn. */
export function* wrongTypes(result: Json): Generator<Json> {
  for (const value of WRONG_VALUES) yield structuredClone(value);
  if (!isObject(result)) return;
  for (const key of Object.keys(result)) {
    for (const value of WRONG_VALUES) yield { ...result, [key]: structuredClone(value) };
    const { [key]: _left, ...without } = result;
    yield without;
    yield* wrongBelow(result, key);
  }
}

function* wrongBelow(result: { [key: string]: Json }, key: string): Generator<Json> {
  const child = result[key];
  const inner = Array.isArray(child) ? child[0] : child;
  if (!isObject(inner)) return;
  for (const name of Object.keys(inner)) {
    for (const value of WRONG_VALUES) {
      const changed = { ...inner, [name]: structuredClone(value) };
      yield { ...result, [key]: Array.isArray(child) ? [changed, ...child.slice(1)] : changed };
    }
  }
}

/** Text of the first element of a tag and of what stands around it, for blowing XML up; undefined when there is none. */
export function firstXmlElement(text: string, tag: string): { readonly before: string; readonly element: string; readonly after: string } | undefined {
  const start = text.indexOf(`<${tag}>`);
  const close = `</${tag}>`;
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) return undefined;
  return { before: text.slice(0, start), element: text.slice(start, end + close.length), after: text.slice(end + close.length) };
}
