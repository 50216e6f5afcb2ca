import {
  NO_SEVERITY, ReportError, fieldsOf, isFields, isoTime, jsonParser, list, looseText, normalizePath, number, purlOf, purlType, requiredText, severityOf, sniff, sub, text, texts, vulnerabilityIds,
  type Component, type CvssScore, type DraftInput, type Fields, type MappedSeverity, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

/** The answer of GetFindings, what products send (a list), and the same in the lower case of some exporters. */
const ELEMENTS = ['Findings[*]', 'findings[*]', '[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', informational: 'info' } as const;

export const parser: Parser = {
  id: 'asff', name: 'AWS Security Finding Format', tool: '', classes: ['cspm', 'sca', 'container'], syntax: ['json'], elements: ELEMENTS, versions: ['2018-10-08'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version (vulnerabilities)', 'rule + resource'] },
  verified: [{ tool: 'security hub', version: '2018-10-08', by: 'published-sample' }],
  produce: '`aws securityhub get-findings --filters \'{"RecordState":[{"Value":"ACTIVE","Comparison":"EQUALS"}]}\' > asff.json` (the AWS connector reads it by itself)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    const at = top === 'array' ? '[].' : top !== 'object' ? undefined : paths.has('Findings') ? 'Findings[].' : 'findings[].';
    if (at === undefined) return 0;
    if (paths.has(`${at}ProductArn`) && (paths.has(`${at}SchemaVersion`) || paths.has(`${at}GeneratorId`))) return 0.97;
    return /asff|security-?_?hub/i.test(fileName) && (paths.size === 0 || paths.has('Findings')) ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest) && !(isFields(rest) && ('Findings' in rest || 'findings' in rest))) throw new ReportError('missing_parts', 'findings in ASFF stand in "Findings"; this document has none');
  return { meta: { tool: 'asff', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

/** null: a control that is passed or does not apply, a finding that was archived or resolved. */
function read(element: SplitElement): DraftInput | null {
  const finding = fieldsOf(element.value, 'the finding');
  const workflow = looseText(sub(finding, 'Workflow'), 'Status').toUpperCase();
  const compliance = sub(finding, 'Compliance');
  const outcome = looseText(compliance, 'Status').toUpperCase();
  if (looseText(finding, 'RecordState').toUpperCase() === 'ARCHIVED' || workflow === 'RESOLVED' || outcome === 'PASSED' || outcome === 'NOT_AVAILABLE') return null;
  const resource = list(finding, 'Resources').find(isFields) ?? {};
  const tool = toolOf(finding);
  const advice = sub(sub(finding, 'Remediation'), 'Recommendation');
  const url = looseText(advice, 'Url');
  const common = {
    title: requiredText(finding, 'Title'), description: looseText(finding, 'Description'), severity: severityOfFinding(finding), detectedAt: isoTime(looseText(finding, 'FirstObservedAt') || looseText(finding, 'CreatedAt')),
    remediation: [looseText(advice, 'Text'), url].filter((part) => part !== '' && part !== 'None Provided').join(' '),
    suppressions: workflow === 'SUPPRESSED' ? [{ kind: 'external', status: 'accepted', justification: looseText(sub(finding, 'Note'), 'Text') || 'suppressed in Security Hub' }] : [],
    attributes: {
      findingId: requiredText(finding, 'Id'), product: looseText(finding, 'ProductName'), account: looseText(finding, 'AwsAccountId'), region: looseText(finding, 'Region') || looseText(resource, 'Region'),
      resourceType: looseText(resource, 'Type'), types: texts(finding['Types']).join(', '), compliance: outcome,
    },
  };
  const vulnerability = list(finding, 'Vulnerabilities').find(isFields);
  if (vulnerability !== undefined) return { ...common, ...vulnerabilityOf(vulnerability, resource, tool) };
  const id = looseText(compliance, 'SecurityControlId') || text(finding, 'GeneratorId') || requiredText(finding, 'Title');
  return { ...common, class: 'cspm', rule: { tool, id, name: common.title, helpUri: url }, location: { resource: looseText(resource, 'Id') }, references: [url, looseText(finding, 'SourceUrl')].filter((link) => link !== '') };
}

/** Name of the product that found it: Security Hub itself, GuardDuty, Inspector or a partner's. */
function toolOf(finding: Fields): string {
  const name = looseText(finding, 'ProductName') || looseText(sub(finding, 'ProductFields'), 'aws/securityhub/ProductName') || (looseText(finding, 'ProductArn').split('/').at(-1) ?? '');
  return name.toLowerCase() || 'security hub';
}

/** The label; else the number from 0 to 100, by the bands of the format's own document. */
function severityOfFinding(finding: Fields): MappedSeverity {
  const given = sub(finding, 'Severity');
  const label = looseText(given, 'Label');
  if (label !== '') return severityOf(label, SEVERITIES, 'asff.label');
  const score = number(given, 'Normalized');
  if (score === null) return NO_SEVERITY;
  const normalized = score >= 90 ? 'critical' : score >= 70 ? 'high' : score >= 40 ? 'medium' : score >= 1 ? 'low' : 'info';
  return { original: String(score), normalized, rule: 'asff.normalized' };
}

function vulnerabilityOf(vulnerability: Fields, resource: Fields, tool: string): Pick<DraftInput, 'class' | 'rule' | 'identifiers' | 'cvss' | 'component' | 'location' | 'references'> {
  const id = requiredText(vulnerability, 'Id');
  const vendor = looseText(sub(vulnerability, 'Vendor'), 'Url');
  const pack = list(vulnerability, 'VulnerablePackages').find(isFields) ?? {};
  return {
    class: looseText(resource, 'Type') === 'AwsEcrContainerImage' ? 'container' : 'sca', rule: { tool, id, helpUri: vendor },
    identifiers: vulnerabilityIds(id, ...texts(vulnerability['RelatedVulnerabilities'])), cvss: cvssOf(vulnerability), component: componentOf(pack),
    location: { path: normalizePath(looseText(pack, 'FilePath')), resource: looseText(resource, 'Id') }, references: [vendor, ...texts(vulnerability['ReferenceUrls'])].filter((link) => link !== ''),
  };
}

/** The format does not name the distribution, so that packages of an operating system have a name and no purl. */
function componentOf(pack: Fields): Partial<Component> | null {
  const name = text(pack, 'Name');
  if (name === '') return null;
  const manager = looseText(pack, 'PackageManager').toLowerCase();
  const version = [looseText(pack, 'Version'), looseText(pack, 'Release')].filter((part) => part !== '').join('-');
  const fixed = looseText(pack, 'FixedInVersion');
  return {
    purl: manager === 'os' || manager === '' ? '' : purlOf(manager, name, version), name, version, ecosystem: manager === 'os' ? '' : purlType(manager),
    filePath: normalizePath(looseText(pack, 'FilePath')), fixedVersions: fixed === '' || fixed === 'NotAvailable' ? [] : [fixed],
  };
}

function cvssOf(vulnerability: Fields): CvssScore[] {
  return list(vulnerability, 'Cvss').filter(isFields).flatMap((one) => {
    const vector = looseText(one, 'BaseVector');
    const score = number(one, 'BaseScore');
    return vector === '' ? [] : [{ version: looseText(one, 'Version') || '3.1', vector, score: score !== null && score > 0 && score <= 10 ? score : null, source: looseText(one, 'Source').toLowerCase() }];
  });
}
