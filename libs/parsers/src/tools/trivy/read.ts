import {
  canonicalPurl, isoTime, lineNumber, list, looseText, normalizePath, purlOf, purlType, requiredText, secretInSnippet, severityOf, sub, text, texts, vulnerabilityIds, weaknessIds,
  isFields, type Component, type DraftInput, type Fields,
} from '../../api/index.js';
import { cvssOf } from './cvss.js';
import type { ResultGroup } from './targets.js';

/** Trivy's five words are ours; UNKNOWN stays unknown. */
export const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', unknown: 'unknown' } as const;
const RULE = 'trivy.severity';

export function readVulnerability(item: Fields, group: ResultGroup): DraftInput {
  const id = requiredText(item, 'VulnerabilityID');
  const name = requiredText(item, 'PkgName');
  const version = text(item, 'InstalledVersion');
  const os = group.class === 'os-pkgs' || (group.class === '' && isDistribution(group.type));
  const title = text(item, 'Title');
  const layer = sub(item, 'Layer');
  return {
    class: os ? 'container' : 'sca', title: title ? `${id}: ${title}` : `${id} in ${name}`, description: text(item, 'Description'), severity: severityOf(text(item, 'Severity'), SEVERITIES, RULE),
    cvss: cvssOf(item), rule: { tool: 'trivy', id, name: '', helpUri: looseText(item, 'PrimaryURL') },
    identifiers: [...new Set([id.toUpperCase(), ...vulnerabilityIds(...texts(item['VendorIDs']))])], weaknesses: weaknessIds(...texts(item['CweIDs'])),
    component: {
      purl: canonicalPurl(looseText(sub(item, 'PkgIdentifier'), 'PURL') || looseText(item, 'PkgRef')) || purlOf(group.type, name, version),
      name, version, ecosystem: purlType(group.type), fixedVersions: text(item, 'FixedVersion').split(/,\s*/).filter((fixed) => fixed !== ''),
      filePath: normalizePath(looseText(item, 'PkgPath') || (os ? '' : filePathOf(group))), layer: looseText(layer, 'Digest') || looseText(layer, 'DiffID'),
    },
    location: { path: normalizePath(looseText(item, 'PkgPath') || (os ? '' : filePathOf(group))), resource: group.resource },
    references: texts(item['References']), remediation: text(item, 'FixedVersion') ? `Upgrade ${name} to ${text(item, 'FixedVersion')}.` : '',
    attributes: { status: looseText(item, 'Status'), severitySource: looseText(item, 'SeveritySource'), target: group.target, published: isoTime(looseText(item, 'PublishedDate')), dataSource: looseText(sub(item, 'DataSource'), 'Name') },
  };
}

/** A target of lang-pkgs is a lock file; `Java`, `Node.js` and such are groups of many files. */
function filePathOf(group: ResultGroup): string {
  return /^(?:Java|Node\.js|Python|Ruby|Conda|PHP|Rust|Go)$/.test(group.target) ? '' : group.target;
}

function isDistribution(type: string): boolean {
  return ['deb', 'apk', 'rpm'].includes(purlType(type));
}

/** null for a check that passed (`--include-non-failures`) or was excepted. */
export function readMisconfiguration(item: Fields, group: ResultGroup): DraftInput | null {
  const status = text(item, 'Status').toUpperCase();
  if (status === 'PASS' || status === 'EXCEPTION') return null;
  const id = looseText(item, 'AVDID') || requiredText(item, 'ID');
  const cause = sub(item, 'CauseMetadata');
  return {
    class: 'iac', title: text(item, 'Title') || id, description: [text(item, 'Message'), text(item, 'Description')].filter((part) => part !== '').join('\n\n'),
    severity: severityOf(text(item, 'Severity'), SEVERITIES, RULE), rule: { tool: 'trivy', id, name: looseText(item, 'ID'), helpUri: looseText(item, 'PrimaryURL') },
    location: {
      path: normalizePath(group.resource ? '' : group.target), startLine: lineNumber(cause, 'StartLine'), endLine: lineNumber(cause, 'EndLine'),
      resource: looseText(cause, 'Resource') || group.resource, snippet: codeOf(cause),
    },
    references: texts(item['References']), remediation: text(item, 'Resolution'),
    attributes: { type: looseText(item, 'Type'), provider: looseText(cause, 'Provider'), service: looseText(cause, 'Service'), namespace: looseText(item, 'Namespace'), kubernetes: group.resource },
  };
}

export function readSecret(item: Fields, group: ResultGroup): DraftInput {
  const id = requiredText(item, 'RuleID');
  const snippet = codeOf(item) || text(item, 'Match');
  return {
    class: 'secrets', ...secretInSnippet(id, snippet), title: text(item, 'Title') || id, description: looseText(item, 'Category'), severity: severityOf(text(item, 'Severity'), SEVERITIES, RULE),
    rule: { tool: 'trivy', id, name: text(item, 'Title') }, weaknesses: ['CWE-798'],
    location: { path: normalizePath(group.target), startLine: lineNumber(item, 'StartLine'), endLine: lineNumber(item, 'EndLine'), snippet, resource: group.resource },
    attributes: { category: looseText(item, 'Category'), layer: looseText(sub(item, 'Layer'), 'DiffID') },
  };
}

export function readLicense(item: Fields, group: ResultGroup): DraftInput {
  const license = requiredText(item, 'Name');
  const name = text(item, 'PkgName');
  const filePath = normalizePath(text(item, 'FilePath'));
  const component: Partial<Component> | null = name ? { name, ecosystem: purlType(group.type), filePath } : null;
  return {
    class: 'sca', title: `License ${license}${name ? ` of ${name}` : filePath ? ` in ${filePath}` : ''}`, description: `Category: ${text(item, 'Category') || 'unknown'}`,
    severity: severityOf(text(item, 'Severity'), SEVERITIES, RULE), rule: { tool: 'trivy', id: `license:${license}`, name: text(item, 'Category'), helpUri: looseText(item, 'Link') },
    component, location: { path: filePath, resource: group.resource }, attributes: { category: looseText(item, 'Category'), confidence: looseText(item, 'Confidence'), target: group.target },
  };
}

function codeOf(holder: Fields): string {
  const lines = list(sub(holder, 'Code'), 'Lines').filter(isFields);
  const flagged = lines.filter((line) => line['IsCause'] === true);
  return (flagged.length > 0 ? flagged : lines).map((line) => looseText(line, 'Content')).join('\n');
}
