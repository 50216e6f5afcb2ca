import {
  ReportError, fieldsOf, isFields, isoTime, jsonParser, list, looseText, normalizePath, number, purlOf, purlType, requiredText, severityOf, sniff, sub, text, texts, vulnerabilityIds, weaknessIds,
  type Component, type CvssScore, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

/** The answer of ListFindings and the export to S3; the bare list is what people cut out of them. */
const ELEMENTS = ['findings[*]', '[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', informational: 'info', untriaged: 'unknown' } as const;
const IMAGE = 'AWS_ECR_CONTAINER_IMAGE';
/** Where code lies that Inspector read itself: what it says of code is a finding in code. */
const CODE = 'CODE_VULNERABILITY';
const REACHABLE = 'NETWORK_REACHABILITY';

export const parser: Parser = {
  id: 'aws-inspector2', name: 'Amazon Inspector findings', tool: 'inspector', classes: ['container', 'sca', 'sast', 'cspm'], syntax: ['json'], elements: ELEMENTS, versions: ['2'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version (packages)', 'rule with protocol and ports + resource (network)', 'rule + path + snippet (code)'] },
  verified: [{ tool: 'inspector', version: '2', by: 'published-sample' }],
  produce: '`aws inspector2 list-findings --filter-criteria \'{"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]}\' > aws-inspector2.json` (the AWS connector reads it by itself)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    const at = top === 'object' ? 'findings[].' : top === 'array' ? '[].' : undefined;
    if (at === undefined) return 0;
    if (paths.has(`${at}findingArn`) && (paths.has(`${at}awsAccountId`) || paths.has(`${at}packageVulnerabilityDetails`))) return 0.97;
    return /inspector2?/i.test(fileName) && (paths.size === 0 || paths.has('findings')) ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest) && !(isFields(rest) && 'findings' in rest)) throw new ReportError('missing_parts', 'findings of Inspector stand in "findings"; this document has none');
  return { meta: { tool: 'inspector', toolVersion: '2', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

/** null: Inspector says that the flaw is gone. */
function read(element: SplitElement): DraftInput | null {
  const finding = fieldsOf(element.value, 'the finding');
  const type = requiredText(finding, 'type');
  const status = text(finding, 'status').toUpperCase();
  if (status === 'CLOSED') return null;
  const resource = list(finding, 'resources').find(isFields) ?? {};
  const common = {
    title: requiredText(finding, 'title'), description: looseText(finding, 'description'), severity: severityOf(text(finding, 'severity'), SEVERITIES, 'aws-inspector2.severity'),
    remediation: remediationOf(finding), detectedAt: isoTime(looseText(finding, 'firstObservedAt')),
    suppressions: status === 'SUPPRESSED' ? [{ kind: 'external', status: 'accepted', justification: 'suppressed by a rule in Amazon Inspector' }] : [],
  };
  const attributes = {
    findingArn: looseText(finding, 'findingArn'), account: looseText(finding, 'awsAccountId'), resourceType: looseText(resource, 'type'), region: looseText(resource, 'region'), inspectorScore: looseText(finding, 'inspectorScore'),
    exploitAvailable: looseText(finding, 'exploitAvailable'), fixAvailable: looseText(finding, 'fixAvailable'),
  };
  const id = looseText(resource, 'id');
  if (type === REACHABLE) return { ...common, class: 'cspm', rule: { tool: 'inspector', id: [REACHABLE.toLowerCase(), ...Object.values(portsOf(finding))].join('/').toLowerCase() }, location: { resource: id }, attributes: { ...attributes, ...portsOf(finding) } };
  if (type === CODE) return { ...common, ...codeOf(finding), attributes: { ...attributes, resource: id } };
  return { ...common, ...packageOf(finding, resource), attributes: { ...attributes, resource: id, ...otherPackages(finding) } };
}

function remediationOf(finding: Fields): string {
  const advice = sub(sub(finding, 'remediation'), 'recommendation');
  const said = looseText(advice, 'text');
  return [said === 'None Provided' ? '' : said, looseText(advice, 'Url')].filter((part) => part !== '').join(' ');
}

function portsOf(finding: Fields): Readonly<Record<string, string>> {
  const details = sub(finding, 'networkReachabilityDetails');
  const ports = sub(details, 'openPortRange');
  return { protocol: looseText(details, 'protocol'), ports: [looseText(ports, 'begin'), looseText(ports, 'end')].filter((port) => port !== '').join('-') };
}

function codeOf(finding: Fields): Pick<DraftInput, 'class' | 'rule' | 'weaknesses' | 'location' | 'references'> {
  const details = fieldsOf(finding['codeVulnerabilityDetails'], '"codeVulnerabilityDetails"');
  const place = sub(details, 'filePath');
  return {
    class: 'sast', rule: { tool: 'inspector', id: looseText(details, 'detectorId') || requiredText(details, 'detectorName'), name: looseText(details, 'detectorName') }, weaknesses: weaknessIds(...texts(details['cwes'])),
    location: { path: normalizePath(looseText(place, 'filePath')), startLine: number(place, 'startLine') ?? 0, endLine: number(place, 'endLine') ?? 0 }, references: texts(details['referenceUrls']),
  };
}

function packageOf(finding: Fields, resource: Fields): Pick<DraftInput, 'class' | 'rule' | 'identifiers' | 'cvss' | 'component' | 'location' | 'references'> {
  const details = fieldsOf(finding['packageVulnerabilityDetails'], '"packageVulnerabilityDetails"');
  const id = requiredText(details, 'vulnerabilityId');
  const pack = list(details, 'vulnerablePackages').find(isFields) ?? {};
  return {
    class: looseText(resource, 'type') === IMAGE ? 'container' : 'sca', rule: { tool: 'inspector', id, helpUri: looseText(details, 'sourceUrl') },
    identifiers: vulnerabilityIds(id, ...texts(details['relatedVulnerabilities'])), cvss: cvssOf(details),
    component: componentOf(pack, resource), location: { path: normalizePath(looseText(pack, 'filePath')) }, references: [looseText(details, 'sourceUrl'), ...texts(details['referenceUrls'])].filter((link) => link !== ''),
  };
}

function componentOf(pack: Fields, resource: Fields): Partial<Component> | null {
  const name = text(pack, 'name');
  if (name === '') return null;
  const system = looseText(pack, 'packageManager').toUpperCase() === 'OS';
  const manager = system ? distributionOf(resource) : managerOf(looseText(pack, 'packageManager'));
  const release = looseText(pack, 'release');
  const version = [looseText(pack, 'version'), release].filter((part) => part !== '').join('-');
  const fixed = looseText(pack, 'fixedInVersion');
  return {
    purl: purlOf(manager, name, version), name, version, ecosystem: purlType(manager), filePath: normalizePath(looseText(pack, 'filePath')), layer: looseText(pack, 'sourceLayerHash'),
    fixedVersions: fixed === '' || fixed === 'NotAvailable' ? [] : [fixed],
  };
}

/** Inspector's names of package managers that are spelled otherwise elsewhere. */
const MANAGERS: Readonly<Record<string, string>> = { pythonpkg: 'python-pkg', nodepkg: 'node-pkg', dotnet_core: 'dotnet-core' };

function managerOf(word: string): string {
  const key = word.toLowerCase();
  return Object.hasOwn(MANAGERS, key) ? (MANAGERS[key] as string) : key;
}

/** `DEBIAN_10`, `AMAZON_LINUX_2`, `REDHAT_9` as purl types know them; packages of other systems have no purl. */
function distributionOf(resource: Fields): string {
  const details = sub(resource, 'details');
  const platform = looseText(sub(details, 'awsEcrContainerImage'), 'platform') || looseText(sub(details, 'awsEc2Instance'), 'platform');
  const word = platform.toLowerCase().split(/[_\s]/)[0] ?? '';
  return ({ amazon: 'amazon', rhel: 'redhat', red: 'redhat' } as Readonly<Record<string, string>>)[word] ?? word;
}

function cvssOf(details: Fields): CvssScore[] {
  return list(details, 'cvss').filter(isFields).flatMap((one) => {
    const vector = looseText(one, 'scoringVector');
    const score = number(one, 'baseScore');
    return vector === '' ? [] : [{ version: looseText(one, 'version') || '3.1', vector, score: score !== null && score > 0 && score <= 10 ? score : null, source: looseText(one, 'source').toLowerCase() }];
  });
}

/** A finding may name several packages that one update mends: the first is its component. */
function otherPackages(finding: Fields): Readonly<Record<string, string>> {
  const others = list(sub(finding, 'packageVulnerabilityDetails'), 'vulnerablePackages').filter(isFields).slice(1).map((pack) => `${looseText(pack, 'name')} ${looseText(pack, 'version')}`);
  return others.length === 0 ? {} : { otherPackages: others.join(', ') };
}
