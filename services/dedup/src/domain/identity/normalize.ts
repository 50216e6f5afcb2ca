/**
 * Text that reaches an identity key is normalized here, and only here: a change of any of these functions changes keys,
 * and so needs a new recipe version (see recipe.ts).
 */

/** Working folders of well-known build machines; what follows is the path in the repository. */
const BUILD_ROOTS: readonly RegExp[] = [
  /^\/home\/runner\/work\/[^/]+\/[^/]+\//, // GitHub Actions
  /^\/github\/workspace\//,
  /^\/builds\/[^/]+\/[^/]+\//, // GitLab
  /^[a-z]:\/a\/[^/]+\/s\//i, // Azure DevOps
  /^\/__w\/[^/]+\/[^/]+\//,
  /^\/var\/(?:lib\/)?jenkins(?:_home)?\/workspace\/[^/]+\//,
  /^\/codebuild\/output\/src\d+\/src\/[^/]+\//,
];

/** A path relative to the repository root: forward slashes, no scheme, no build machine's folder, no `./`. */
export function repositoryPath(path: string): string {
  let text = path.replaceAll('\\', '/').replace(/^file:\/\/(?=\/)/, '');
  for (const root of BUILD_ROOTS) text = text.replace(root, '');
  return text.replace(/\/\.\//g, '/').replace(/\/{2,}/g, '/').replace(/^(?:\.\/)+/, '').replace(/^\/+/, '');
}

const NUMBERED = /^\s*(\d+)(?:[\s:|]|$)/;

/** Tools such as Bandit print line numbers into the snippet; they rise by one a line and are no part of the code. */
function withoutLineNumbers(lines: readonly string[]): readonly string[] {
  const first = Number(NUMBERED.exec(lines[0] ?? '')?.[1] ?? Number.NaN);
  const numbered = lines.every((line, index) => Number(NUMBERED.exec(line)?.[1] ?? Number.NaN) === first + index);
  return numbered ? lines.map((line) => line.replace(NUMBERED, '')) : lines;
}

/**
 * Code without its white space, so that re-indenting, CRLF and wrapped lines change nothing; empty when fewer than
 * three letters or digits are left, since `}` identifies nothing.
 */
export function normalizedSnippet(snippet: string): string {
  if (snippet === '') return '';
  const lines = snippet.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const code = withoutLineNumbers(lines).join('').replace(/\s+/g, '');
  return (code.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < 3 ? '' : code;
}

const WORDS = /[\w-]+/g;
const DIGIT = /\d/;

/**
 * Free text with every word that holds a digit masked (times, hashes, pod names, counts): two texts that mask to the
 * same say the same. Linear in the length, whatever the text.
 */
export function stableText(text: string): string {
  return text === '' ? '' : text.replace(WORDS, (word) => (DIGIT.test(word) ? '#' : word));
}

const VARIABLE_SEGMENT = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=.*\d)[0-9a-f]{12,}|(?=.*\d)[A-Za-z0-9_-]{20,}|[0-9]{4}-[0-9]{2}-[0-9]{2})$/i;

/** `https://host/users/17/orders?id=3` → `host/users/{}/orders`: scheme, query and identifiers in the path are no identity. */
export function routeTemplate(url: string): string {
  const bare = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[?#].*$/s, '');
  const [host = '', ...segments] = bare.split('/');
  const path = segments.map((segment) => (VARIABLE_SEGMENT.test(segment) ? '{}' : segment)).join('/').replace(/\/+$/, '');
  return `${host.toLowerCase().replace(/:(?:80|443)$/, '')}/${path}`;
}

/** A package URL without version, qualifiers and sub-path: what the package is, not which copy of it. */
export function packageBase(purl: string): string {
  const bare = purl.replace(/[?#].*$/s, '');
  const at = bare.lastIndexOf('@');
  const base = at > bare.lastIndexOf('/') ? bare.slice(0, at) : bare;
  return /^pkg:pypi\//i.test(base) ? base.toLowerCase().replaceAll('_', '-') : base.replace(/^pkg:[^/]+/i, (head) => head.toLowerCase());
}
