import { purlOf, type Ecosystem, type Weakness } from './inventory.js';

const SEVERITY = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
const severityOf = (id: string): (typeof SEVERITY)[number] => SEVERITY[Number(id.slice(-1)) % 4] ?? 'HIGH';

const TRIVY_TYPES: Readonly<Record<Ecosystem, readonly [type: string, target: string]>> = {
  deb: ['debian', 'app (debian 12.5)'], npm: ['node-pkg', 'Node.js'], pypi: ['python-pkg', 'Python'], maven: ['jar', 'Java'], golang: ['gobinary', 'usr/bin/server'], gem: ['gemspec', 'Ruby'], nuget: ['dotnet-core', 'srv/app.deps.json'],
};
const GRYPE_TYPES: Readonly<Record<Ecosystem, string>> = { deb: 'deb', npm: 'npm', pypi: 'python', maven: 'java-archive', golang: 'go-module', gem: 'gem', nuget: 'dotnet' };

/** As `trivy image --format json` writes it; names packages by purl or, as older versions do, by name alone. */
export function trivyReport(weaknesses: readonly Weakness[], image: string, withPurls: boolean): unknown {
  const groups = Map.groupBy(weaknesses, (one) => one.package.ecosystem);
  return {
    SchemaVersion: 2, CreatedAt: '2026-11-01T08:00:00Z', ArtifactName: image, ArtifactType: 'container_image', Metadata: { OS: { Family: 'debian', Name: '12.5' }, RepoTags: [image.split('@')[0]], RepoDigests: [image] },
    Results: [...groups].map(([ecosystem, of]) => ({
      Target: ecosystem === 'deb' ? `${image.split('@')[0]} (debian 12.5)` : TRIVY_TYPES[ecosystem][1], Class: ecosystem === 'deb' ? 'os-pkgs' : 'lang-pkgs', Type: TRIVY_TYPES[ecosystem][0],
      Vulnerabilities: of.map((one) => trivyResult(one, withPurls)),
    })),
  };
}

function trivyResult({ package: item, vulnerability }: Weakness, withPurls: boolean): unknown {
  const id = vulnerability.known === 'no CVE yet' ? vulnerability.ghsa : vulnerability.cve;
  const vendors = [vulnerability.known === 'by both' || vulnerability.known === 'by Trivy' ? vulnerability.ghsa : '', vulnerability.bundle].filter(Boolean);
  return {
    VulnerabilityID: id, ...(vendors.length > 0 && { VendorIDs: vendors }), PkgID: `${item.name}@${item.version}`, PkgName: item.name, ...(item.ecosystem !== 'deb' && { PkgPath: item.path }),
    ...(withPurls && { PkgIdentifier: { PURL: purlOf(item, 'trivy'), UID: '1f' } }), InstalledVersion: item.version.replace(/^v/, ''), FixedVersion: '99.0.0', Status: 'fixed',
    Layer: { DiffID: `sha256:${'3c'.repeat(32)}` }, SeveritySource: 'nvd', PrimaryURL: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`, Title: `${item.name}: a known flaw`, Description: 'A flaw was found.', Severity: severityOf(vulnerability.cve), CweIDs: ['CWE-400'],
  };
}

/** As `grype IMAGE -o json` writes it: advisories of GitHub come first, with the CVE beside them. */
export function grypeReport(weaknesses: readonly Weakness[], image: string): unknown {
  return {
    matches: weaknesses.map(grypeMatch),
    source: { type: 'image', target: { userInput: image.split('@')[0], imageID: `sha256:${'ab'.repeat(32)}`, manifestDigest: image.split('@')[1], tags: [image.split('@')[0]], repoDigests: [image] } },
    distro: { name: 'debian', version: '12', idLike: [] }, descriptor: { name: 'grype', version: '0.104.0', timestamp: '2026-11-01T09:00:00Z' },
  };
}

function grypeMatch({ package: item, vulnerability }: Weakness, index: number): unknown {
  const severity = severityOf(vulnerability.cve);
  const about = (id: string, namespace: string): object => ({ id, dataSource: `https://example.test/${id}`, namespace, severity: severity[0] + severity.slice(1).toLowerCase(), urls: [], description: 'A flaw was found.', cvss: [], fix: { versions: ['99.0.0'], state: 'fixed' }, advisories: vulnerability.bundle ? [{ id: vulnerability.bundle, link: '' }] : [] });
  const id = item.ecosystem === 'deb' ? vulnerability.cve : vulnerability.ghsa;
  const cve = item.ecosystem === 'deb' || vulnerability.known === 'by Trivy' || vulnerability.known === 'no CVE yet' ? [] : [vulnerability.cve];
  const other = vulnerability.other && vulnerability.known === 'by Grype' ? [vulnerability.other] : [];
  return {
    vulnerability: about(id, item.ecosystem === 'deb' ? 'debian:distro:debian:12' : `github:language:${item.ecosystem}`), relatedVulnerabilities: [...cve, ...other].map((one) => about(one, 'nvd:cpe')),
    matchDetails: [{ type: item.source && item.source !== item.name ? 'exact-indirect-match' : 'exact-direct-match', matcher: 'matcher', searchedBy: {}, found: {} }],
    artifact: {
      id: `a${index}`, name: item.name.split(':').at(-1), version: item.version, type: GRYPE_TYPES[item.ecosystem], locations: [{ path: `/${item.path}`, layerID: `sha256:${'5d'.repeat(32)}` }], language: '', licenses: [], cpes: [],
      purl: purlOf(item, 'grype', item.source), upstreams: item.source && item.source !== item.name ? [{ name: item.source }] : [],
    },
  };
}
