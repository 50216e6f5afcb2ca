/** Where a label points to: host/owner/name, and the path below it where the label names one. */
export interface SourceAddress {
  readonly repository: string;
  readonly path: string;
  /** Ref that the address itself names, as in `/tree/<ref>/path`. */
  readonly ref: string;
}

const HOSTED_AS: Readonly<Record<string, string>> = { 'ssh.github.com': 'github.com', 'altssh.gitlab.com': 'gitlab.com', 'altssh.bitbucket.org': 'bitbucket.org', 'www.github.com': 'github.com' };

/**
 * Reads the forms in which people name a repository: https, ssh (also `git@host:owner/name`), git, with user, port,
 * `.git`, `scm:git:`, a tree or blob page, or BuildKit's `#ref:path`. Undefined when it names no repository.
 */
export function sourceAddress(text: string): SourceAddress | undefined {
  const cleaned = text.trim().replace(/^scm:git:/, '').replace(/^git\+/, '');
  const [address = '', fragment = ''] = cleaned.split('#');
  const located = locate(address.split('?')[0] ?? '');
  if (located === undefined) return undefined;
  const { host, path } = located;
  const page = /^(.+?)\/(?:-\/)?(?:tree|blob|src)\/([^/]+)(?:\/(.*))?$/.exec(path);
  const name = (page?.[1] ?? path).replace(/\.git$/, '').replace(/\/+$/, '');
  if (!/^[\w.~-]+(\/[\w.~-]+)+$/.test(name)) return undefined;
  // GitHub and Bitbucket have exactly owner/name; what follows is a page of it. GitLab has groups in groups.
  const [owner, repository, ...rest] = name.split('/');
  const two = /(^|\.)(github\.com|bitbucket\.org)$/.test(host) && rest.length > 0;
  const [ref = '', below = ''] = fragment.includes(':') ? fragment.split(':') : [page?.[2] ?? fragment, page?.[3] ?? ''];
  return { repository: `${host}/${two ? `${owner}/${repository}` : name}`.toLowerCase(), path: cleanPath(below), ref };
}

function locate(address: string): { readonly host: string; readonly path: string } | undefined {
  const url = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^@/]*@)?([a-z0-9.-]+)(?::\d+)?\/(.+)$/i.exec(address);
  const scp = /^(?:[\w.-]+@)([a-z0-9.-]+):(?!\/\/)\/?(.+)$/i.exec(address);
  const bare = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/(.+)$/i.exec(address);
  const [, host, path] = url ?? scp ?? bare ?? [];
  if (host === undefined || path === undefined) return undefined;
  const lower = host.toLowerCase();
  return { host: HOSTED_AS[lower] ?? lower, path: path.replace(/^\/+|\/+$/g, '') };
}

/** A path inside a repository; one that leaves it is none. */
export function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || /[\s\u0000-\u001f]/.test(path) ? '' : parts.join('/').slice(0, 300);
}

export const isCommit = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
