import { PackageURL } from 'packageurl-js';

/** Package managers as tools name them, to purl types. */
const TYPES: Readonly<Record<string, string>> = {
  npm: 'npm', yarn: 'npm', pnpm: 'npm', bun: 'npm', 'node-pkg': 'npm', nodejs: 'npm', javascript: 'npm',
  pip: 'pypi', pipenv: 'pypi', poetry: 'pypi', uv: 'pypi', 'python-pkg': 'pypi', python: 'pypi', pypi: 'pypi', conda: 'conda', 'conda-pkg': 'conda', 'conda-environment': 'conda',
  jar: 'maven', pom: 'maven', gradle: 'maven', sbt: 'maven', maven: 'maven', java: 'maven',
  gomod: 'golang', gobinary: 'golang', go: 'golang', golang: 'golang', 'go-module': 'golang',
  bundler: 'gem', gemspec: 'gem', gem: 'gem', ruby: 'gem', composer: 'composer', 'composer-vendor': 'composer', php: 'composer',
  nuget: 'nuget', 'dotnet-core': 'nuget', 'packages-props': 'nuget', dotnet: 'nuget', cargo: 'cargo', rustbinary: 'cargo', rust: 'cargo', 'rust-crate': 'cargo',
  pub: 'pub', hex: 'hex', mix: 'hex', cocoapods: 'cocoapods', swift: 'swift', conan: 'conan', julia: 'julia',
  debian: 'deb', ubuntu: 'deb', deb: 'deb', dpkg: 'deb', alpine: 'apk', wolfi: 'apk', chainguard: 'apk', apk: 'apk',
  redhat: 'rpm', centos: 'rpm', rocky: 'rpm', alma: 'rpm', fedora: 'rpm', amazon: 'rpm', oracle: 'rpm', 'opensuse.leap': 'rpm', opensuse: 'rpm', 'opensuse-leap': 'rpm',
  'opensuse-tumbleweed': 'rpm', 'suse linux enterprise server': 'rpm', suse: 'rpm', sles: 'rpm', photon: 'rpm', 'cbl-mariner': 'rpm', azurelinux: 'rpm', rpm: 'rpm',
};

const DISTRO_NAMESPACE: Readonly<Record<string, string>> = { amazon: 'amzn', rocky: 'rocky', alma: 'almalinux', sles: 'suse' };
/** Namespaces of distributions that tools spell differently: Grype's `rhel` is Trivy's `redhat`. By purl type. */
const SAME_NAMESPACE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rpm: { rhel: 'redhat', amazon: 'amzn', amazonlinux: 'amzn', alma: 'almalinux', rockylinux: 'rocky', ol: 'oracle', oraclelinux: 'oracle', sles: 'suse', 'opensuse.leap': 'opensuse', 'opensuse-leap': 'opensuse' },
};
const cache = new Map<string, string>();
const CACHE_SIZE = 4096;

/** purl type of a package manager's or distribution's name; the name itself when it is none that we know. */
export function purlType(manager: string): string {
  const key = manager.trim().toLowerCase();
  return Object.hasOwn(TYPES, key) ? (TYPES[key] as string) : key;
}

/**
 * Canonical package URL (ECMA-427): encoding, case and order of qualifiers as the library of the specification writes
 * them, and one spelling of a distribution, so that two spellings of one component are equal. Empty when the text is no purl.
 */
export function canonicalPurl(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  let canonical = '';
  try {
    const purl = PackageURL.fromString(text);
    const same = SAME_NAMESPACE[purl.type]?.[purl.namespace ?? ''];
    if (same !== undefined) purl.namespace = same;
    canonical = purl.toString();
  } catch {
    // Not a purl: the component keeps its name and version, and has no purl.
  }
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(text, canonical);
  return canonical;
}

/** purl of a package as scanners describe it: `manager` a package manager, language or distribution. Empty when it cannot be said. */
export function purlOf(manager: string, name: string, version: string): string {
  const type = purlType(manager);
  if (!name || !/^[a-z][a-z0-9.+-]*$/.test(type)) return '';
  const distro = manager.trim().toLowerCase();
  let namespace = '';
  let bare = name;
  if (type === 'deb' || type === 'apk' || type === 'rpm') namespace = distro === type ? '' : (DISTRO_NAMESPACE[distro] ?? distro.split(/[. ]/)[0] ?? '');
  else if (type === 'maven') [namespace, bare] = name.includes(':') ? splitAt(name, name.indexOf(':')) : ['', name];
  else if (name.includes('/')) [namespace, bare] = splitAt(name, name.lastIndexOf('/'));
  try {
    return new PackageURL(type, namespace || undefined, bare, version || undefined, undefined, undefined).toString();
  } catch {
    return '';
  }
}

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, index), text.slice(index + 1)];
}
