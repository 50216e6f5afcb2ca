/**
 * File paths as text. They are compared and shown, never opened: a path out of a report is not trusted to lie anywhere.
 */
const BUILD_ROOTS = [
  /^\/github\/workspace\//, /^\/home\/runner\/work\/[^/]+\/[^/]+\//, /^[A-Za-z]:\/a\/([^/]+)\/\1\//, /^\/builds\/[^/]+\/[^/]+\//,
  /^\/home\/vsts\/work\/\d+\/s\//, /^[A-Za-z]:\/a\/\d+\/s\//, /^\/bitbucket\/pipelines\/agent\/build\//, /^\/codebuild\/output\/src[^/]*\/src\/[^/]+\/[^/]+\/[^/]+\//,
  /^\/var\/(?:lib\/)?jenkins(?:_home)?\/workspace\/[^/]+\//, /^\/home\/circleci\/(?:project|repo)\//, /^\/workspace\/(?:source\/)?/, /^\/src\//,
];

export interface PathContext {
  /** Absolute directories that the report names as its roots, longest first is tried first. */
  readonly roots?: readonly string[];
}

/**
 * Path relative to the repository root, with forward slashes: `file://` and percent escapes are resolved, Windows
 * separators turned, `.` and inner `x/..` segments folded, roots that the report names and the usual workspaces of CI
 * systems taken off. What leads out of the root (`../..`) or lies elsewhere (`/etc/passwd`, `C:/…`) stays as text.
 */
export function normalizePath(raw: string, context: PathContext = {}): string {
  let path = raw.trim();
  if (path === '') return '';
  const isUri = /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
  if (isUri && !/^file:/i.test(path)) return path;
  if (/^file:/i.test(path)) path = path.replace(/^file:\/{0,2}(?:localhost(?=\/))?/i, '').replace(/^\/+/, '/').replace(/^\/([A-Za-z]:)/, '$1');
  if (path.includes('%')) path = decodeEscapes(path);
  if (path.includes('\\')) path = path.replaceAll('\\', '/');
  path = fold(path);
  const comparable = upperDrive(path);
  for (const root of context.roots ?? []) {
    const base = rootOf(root);
    if (base.length > 1 && comparable.startsWith(base)) return path.slice(base.length);
  }
  for (const root of BUILD_ROOTS) {
    const bare = path.replace(root, '');
    if (bare !== path && bare !== '') return bare;
  }
  return path;
}

/** A directory as `normalizePath` compares it: folded, with one slash at its end. */
export function rootOf(root: string): string {
  const path = upperDrive(normalizePathPlain(root));
  return path.endsWith('/') ? path : `${path}/`;
}

/** Windows knows one drive by a letter of either case. */
function upperDrive(path: string): string {
  return /^[a-z]:/.test(path) ? path[0]?.toUpperCase() + path.slice(1) : path;
}

function normalizePathPlain(raw: string): string {
  let path = raw.replace(/^file:\/{0,2}/i, '').replace(/^\/+/, '/').replace(/^\/([A-Za-z]:)/, '$1').replaceAll('\\', '/');
  if (path.includes('%')) path = decodeEscapes(path);
  return fold(path);
}

function decodeEscapes(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function fold(path: string): string {
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path;
  const absolute = path.startsWith('/');
  const out: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    const last = out[out.length - 1];
    if (segment === '..' && last !== undefined && last !== '..') out.pop();
    else out.push(segment);
  }
  return (absolute ? '/' : '') + out.join('/') + (path.endsWith('/') && out.length > 0 ? '/' : '');
}
