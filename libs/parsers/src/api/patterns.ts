/**
 * Paths of the parts of a document that are read one by one: `runs[*].results[*]`, `[*]`, `Results[*].Secrets[*]`; for
 * XML `OWASPZAPReport.site[*].alerts`. `{*}` is any key of an object: `results{*}[*]`. Compiled into a tree that the splitters walk along with the document.
 */
export interface PatternNode {
  readonly children: ReadonlyMap<string, PatternNode>;
  /** Any index of an array. */
  readonly star: PatternNode | undefined;
  /** Any key of an object that is not among the children. */
  readonly anyKey: PatternNode | undefined;
  /** Index of the element pattern that ends here; -1 when none does. */
  readonly element: number;
  /** The value here is left out. */
  readonly skip: boolean;
}

interface Draft {
  children: Map<string, Draft>;
  star: Draft | undefined;
  anyKey: Draft | undefined;
  element: number;
  skip: boolean;
}

const emptyNode = (): Draft => ({ children: new Map(), star: undefined, anyKey: undefined, element: -1, skip: false });

/** `elements[i]` ends at a node with `element === i`. Throws TypeError on a path that cannot be read. */
export function compilePatterns(elements: readonly string[], skip: readonly string[] = []): PatternNode {
  const root = emptyNode();
  elements.forEach((path, index) => {
    walk(root, path).element = index;
  });
  for (const path of skip) walk(root, path).skip = true;
  return root;
}

function walk(root: Draft, path: string): Draft {
  let node = root;
  for (const segment of segmentsOf(path)) {
    if (segment === '*') node = node.star ??= emptyNode();
    else if (segment === '{*}') node = node.anyKey ??= emptyNode();
    else {
      let next = node.children.get(segment);
      if (!next) node.children.set(segment, (next = emptyNode()));
      node = next;
    }
  }
  return node;
}

function segmentsOf(path: string): readonly string[] {
  if (path === '') return [];
  const segments = path.replaceAll('[*]', '.*').replaceAll('{*}', '.{*}').split('.').filter((segment, index) => index > 0 || segment !== '');
  if (segments.some((segment) => segment === '')) throw new TypeError(`not a path: ${path}`);
  return segments;
}
