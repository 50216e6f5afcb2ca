import {
  canonicalPurl, isFields, list, looseText, normalizePath, number, purlOf, purlType, requiredText, severityOf, sub, text, texts, vulnerabilityIds, fieldsOf,
  type Component, type CvssScore, type DraftInput, type Fields,
} from '../../api/index.js';

export const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', negligible: 'info', unknown: 'unknown' } as const;

/** What the report says of what was looked at. */
export interface Scanned {
  /** undefined: the report does not say (an SBOM, or only a list of matches). */
  readonly isImage: boolean | undefined;
  readonly distro: string;
  readonly release: string;
}

const OS_PACKAGES = new Set(['deb', 'rpm', 'apk', 'alpm', 'portage', 'linux-kernel', 'linux-kernel-module']);

/** One of `matches`: a vulnerability, the ones of other sources that are the same, and the artifact that has it. */
export function readMatch(match: Fields, scanned: Scanned): DraftInput {
  const vulnerability = fieldsOf(match['vulnerability'], '"vulnerability"');
  const artifact = fieldsOf(match['artifact'], '"artifact"');
  const related = list(match, 'relatedVulnerabilities').filter(isFields);
  const id = requiredText(vulnerability, 'id');
  const name = requiredText(artifact, 'name');
  const isOs = OS_PACKAGES.has(text(artifact, 'type').toLowerCase());
  const fixed = fixedVersionsOf(vulnerability);
  const component = componentOf(artifact, name, fixed, isOs, scanned);
  const description = [vulnerability, ...related].map((one) => looseText(one, 'description')).find((one) => one !== '') ?? '';
  return {
    class: (scanned.isImage ?? isOs) ? 'container' : 'sca', title: `${id} in ${name}`, description,
    severity: severityOf(text(vulnerability, 'severity'), SEVERITIES, 'grype.severity'), cvss: [vulnerability, ...related].flatMap(cvssOf),
    rule: { tool: 'grype', id, name: '', helpUri: looseText(vulnerability, 'dataSource') },
    identifiers: idsOf(id, related), weaknesses: [], component, location: { path: component.filePath ?? '' },
    references: [looseText(vulnerability, 'dataSource'), ...texts(vulnerability['urls']), ...texts(vulnerability['links'])], remediation: fixed.length > 0 ? `Upgrade ${name} to ${fixed.join(' or ')}.` : '',
    attributes: {
      status: looseText(sub(vulnerability, 'fix'), 'state'), namespace: looseText(vulnerability, 'namespace'), distro: [scanned.distro, scanned.release].filter((part) => part !== '').join(' '),
      upstreams: namesOf(artifact['upstreams']), matchers: matchersOf(match), otherLocations: pathsOf(artifact, scanned).slice(1, 10).join(', '),
    },
  };
}

/** The ids by which the flaw is known: Grype names a GHSA and relates the CVE to it, or the other way round. */
function idsOf(id: string, related: readonly Fields[]): string[] {
  return [...new Set([id.toUpperCase(), ...vulnerabilityIds(...related.map((one) => looseText(one, 'id')))])];
}

function componentOf(artifact: Fields, name: string, fixedVersions: readonly string[], isOs: boolean, scanned: Scanned): Partial<Component> & { readonly filePath?: string } {
  const version = text(artifact, 'version');
  const type = text(artifact, 'type');
  const purl = canonicalPurl(looseText(artifact, 'purl').replaceAll('\u0000', '')) || purlOf(isOs && scanned.distro !== '' ? scanned.distro : type, name, version);
  const [first] = list(artifact, 'locations').filter(isFields);
  return {
    name, version, purl, ecosystem: /^pkg:([a-z0-9.+-]+)\//.exec(purl)?.[1] ?? purlType(type), fixedVersions,
    // Where a package of the distribution is recorded is the same file for all of them, or one of its many files.
    filePath: isOs ? '' : (pathsOf(artifact, scanned)[0] ?? ''), layer: first ? looseText(first, 'layerID') : '',
  };
}

/** Grype writes paths from the root of the image or of the directory. */
function pathsOf(artifact: Fields, scanned: Scanned): string[] {
  const paths = list(artifact, 'locations').map((location) => (isFields(location) ? looseText(location, 'path') : typeof location === 'string' ? location : ''));
  return paths.filter((path) => path !== '').map((path) => (scanned.isImage === true ? path.replace(/^\/+/, '') : normalizePath(path).replace(/^\/+/, '')));
}

/** `fix.versions`; before 0.10 one text. */
function fixedVersionsOf(vulnerability: Fields): string[] {
  const old = looseText(vulnerability, 'fixedInVersion');
  return [...texts(sub(vulnerability, 'fix')['versions']), ...(old === '' ? [] : [old])];
}

/** A list of `{version, vector, metrics}`; before 0.10 objects `cvssV2` and `cvssV3`. */
function cvssOf(vulnerability: Fields): CvssScore[] {
  const current = list(vulnerability, 'cvss').filter(isFields).map((score) => scoreOf(score, looseText(score, 'version'), sub(score, 'metrics')));
  const old = [['cvssV3', '3.0'], ['cvssV2', '2.0']].map(([key = '', version = '']) => ({ version, score: sub(vulnerability, key) })).map(({ score, version }) => scoreOf(score, version, score));
  return [...current, ...old].filter((score) => score.vector !== '');
}

function scoreOf(fields: Fields, version: string, metrics: Fields): CvssScore {
  const vector = looseText(fields, 'vector');
  const score = number(metrics, 'baseScore');
  return { version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? version, vector, score: score !== null && score >= 0 && score <= 10 ? score : null, source: looseText(fields, 'source') };
}

function namesOf(value: unknown): string {
  return Array.isArray(value) ? value.filter(isFields).map((one) => [looseText(one, 'name'), looseText(one, 'version')].filter((part) => part !== '').join(' ')).join(', ') : '';
}

function matchersOf(match: Fields): string {
  return [...new Set(listOf(match['matchDetails']).map((detail) => looseText(detail, 'matcher')))].filter((name) => name !== '').sort().join(', ');
}

/** Before 0.10 one object stood where a list stands now. */
function listOf(value: unknown): readonly Fields[] {
  return (Array.isArray(value) ? value : [value]).filter(isFields);
}
