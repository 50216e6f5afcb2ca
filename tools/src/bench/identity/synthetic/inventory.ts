import type { Dice } from '../random.js';

export type Ecosystem = 'deb' | 'npm' | 'pypi' | 'maven' | 'golang' | 'gem' | 'nuget';

export interface Package {
  readonly ecosystem: Ecosystem;
  /** As its registry spells it. */
  readonly name: string;
  /** Source package of a distribution's binary one. */
  readonly source: string;
  readonly version: string;
  /** Where it lies in the image; the same package may lie there in two versions. */
  readonly path: string;
}

/** A known flaw: the ids that all name it, and the errata that bundle it with others. */
export interface Vulnerability {
  readonly id: string;
  readonly cve: string;
  readonly ghsa: string;
  /** GO-…, PYSEC-…: '' where the ecosystem has none. */
  readonly other: string;
  readonly bundle: string;
  /** How well the tools know the aliases. */
  readonly known: 'by both' | 'by Trivy' | 'by Grype' | 'no CVE yet';
}

export interface Weakness { readonly package: Package; readonly vulnerability: Vulnerability }

const NAMES: Readonly<Record<Ecosystem, readonly string[]>> = {
  deb: ['libssl3:openssl', 'openssl:openssl', 'libcurl4:curl', 'curl:curl', 'libc6:glibc', 'libc-bin:glibc', 'zlib1g:zlib', 'libexpat1:expat', 'perl-base:perl', 'libsystemd0:systemd', 'libudev1:systemd', 'libkrb5-3:krb5', 'libgssapi-krb5-2:krb5', 'bash:bash'],
  npm: ['lodash', '@babel/traverse', 'minimist', 'semver', '@angular/core', 'protobufjs', 'ws', 'tar', 'json5'],
  pypi: ['Flask_Cors', 'PyYAML', 'protobuf', 'Jinja2', 'requests', 'zope.interface', 'setuptools'],
  maven: ['org.apache.logging.log4j:log4j-core', 'org.apache.logging.log4j:log4j-api', 'com.google.protobuf:protobuf-java', 'org.yaml:snakeyaml', 'com.fasterxml.jackson.core:jackson-databind'],
  golang: ['github.com/Masterminds/goutils', 'golang.org/x/net', 'google.golang.org/protobuf', 'github.com/golang-jwt/jwt/v4'],
  gem: ['rack', 'nokogiri'],
  nuget: ['Newtonsoft.Json', 'System.Text.Json'],
};

/** A flaw in one implementation of a format is often given to the libraries of all languages. */
const SHARED = new Set(['protobufjs', 'protobuf', 'com.google.protobuf:protobuf-java', 'google.golang.org/protobuf']);

const PATHS: Readonly<Record<Ecosystem, string>> = {
  deb: 'var/lib/dpkg/status', npm: 'app/node_modules', pypi: 'usr/lib/python3/site-packages', maven: 'srv/app.jar', golang: 'usr/bin/server', gem: 'usr/lib/ruby/gems/specifications', nuget: 'srv/app.deps.json',
};

/** What is in an image and what is known of it, of which every alias is known. */
export function inventory(dice: Dice): readonly Weakness[] {
  const shared = vulnerability(dice, 'golang', 900);
  const perSource = new Map<string, readonly Vulnerability[]>();
  let number = 100;
  return Object.entries(NAMES).flatMap(([key, names]) => names.flatMap((spelled) => {
    const ecosystem = key as Ecosystem;
    const [name = '', source = ''] = ecosystem === 'deb' ? spelled.split(':') : [spelled];
    const flaws = perSource.get(`${ecosystem}|${source || name}`) ?? Array.from({ length: 1 + dice.below(3) }, () => vulnerability(dice, ecosystem, number++));
    perSource.set(`${ecosystem}|${source || name}`, flaws);
    const twice = ecosystem === 'npm' && dice.chance(0.4);
    const places = [place(ecosystem, name), ...(twice ? [place(ecosystem, `outer/node_modules/${name}`)] : [])];
    return places.flatMap((path, at) => [...flaws, ...(SHARED.has(name) ? [shared] : [])].map((one): Weakness => ({ package: { ecosystem, name, source, version: versionOf(ecosystem, at, dice), path }, vulnerability: one })));
  }));
}

const place = (ecosystem: Ecosystem, name: string): string => (ecosystem === 'npm' ? `${PATHS.npm}/${name}/package.json` : ecosystem === 'pypi' ? `${PATHS.pypi}/${name}.dist-info/METADATA` : PATHS[ecosystem]);

const versionOf = (ecosystem: Ecosystem, at: number, dice: Dice): string => {
  const plain = `${1 + at}.${dice.below(20)}.${dice.below(10)}`;
  return ecosystem === 'deb' ? `${dice.chance(0.3) ? '1:' : ''}${plain}-${dice.below(5) + 1}+deb12u${dice.below(4) + 1}` : ecosystem === 'golang' ? `v${plain}` : plain;
};

function vulnerability(dice: Dice, ecosystem: Ecosystem, number: number): Vulnerability {
  const letters = 'cfghjmpqrvwx23456789';
  const part = (): string => Array.from({ length: 4 }, () => letters[dice.below(letters.length)]).join('');
  const [cve, language] = [`CVE-2024-${30_000 + number}`, ecosystem !== 'deb'];
  return {
    id: cve, cve, ghsa: language ? `GHSA-${part()}-${part()}-${part()}` : '', other: ecosystem === 'golang' ? `GO-2024-${2000 + number}` : ecosystem === 'pypi' ? `PYSEC-2024-${number}` : '',
    // Errata of a distribution are numbered by update, not by flaw: three in a row share one.
    bundle: language ? '' : `DSA-${5000 + Math.floor(number / 3)}-1`,
    known: language ? dice.pick(['by both', 'by Trivy', 'by Grype', 'no CVE yet'] as const) : 'by both',
  };
}

/** One name for a package however it is spelled: the truth of the bench, apart from the platform's own rules. */
export function packageKey(purlOrName: string): string {
  const text = decodeURIComponent(purlOrName).toLowerCase();
  const [, type = '', rest = text] = /^pkg:([^/]+)\/([^?#]+)/.exec(text) ?? [];
  const name = rest.replace(/(?<=.)@[^@/]*$/, '').replace(/^(?:debian|ubuntu)\//, '');
  return `${type}|${type === 'pypi' ? name.replace(/[._]/g, '-') : type === 'maven' ? name.replace(':', '/') : name}`;
}

export const purlOf = ({ ecosystem, name, version }: Package, style: 'trivy' | 'grype', source = ''): string => {
  const at = encodeURIComponent(version).replace(/%2B/g, style === 'trivy' ? '%2B' : '+');
  if (ecosystem === 'deb') return `pkg:deb/debian/${name}@${at}?arch=amd64${style === 'trivy' ? '' : `&upstream=${source}`}&distro=debian-12${style === 'trivy' ? '.5' : ''}`;
  if (ecosystem === 'npm') return `pkg:npm/${style === 'trivy' ? name.replace('@', '%40') : name}@${at}`;
  if (ecosystem === 'pypi') return `pkg:pypi/${style === 'trivy' ? name.toLowerCase().replace(/_/g, '-') : name}@${at}`;
  if (ecosystem === 'maven') return `pkg:maven/${name.replace(':', '/')}@${at}${style === 'trivy' ? '' : '?type=jar'}`;
  return `pkg:${ecosystem}/${name}@${ecosystem === 'golang' && style === 'trivy' ? at.replace(/^v/, '') : at}`;
};
