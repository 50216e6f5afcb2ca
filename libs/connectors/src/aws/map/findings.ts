import { objectOf, textOf, type JsonObject, type PulledScan } from '@throughline/connectors/api';
import { parseArn } from '../arn.js';
import type { Place } from '../scope.js';

/** What a parser reads of a finding of Inspector. What changes at every look (last seen, EPSS) would make each list a new scan. */
const INSPECTOR = [
  'awsAccountId', 'codeVulnerabilityDetails', 'description', 'exploitAvailable', 'findingArn', 'firstObservedAt', 'fixAvailable', 'inspectorScore', 'networkReachabilityDetails', 'packageVulnerabilityDetails',
  'remediation', 'resources', 'severity', 'status', 'title', 'type',
];
const SECURITY_HUB = [
  'AwsAccountId', 'Compliance', 'CreatedAt', 'Description', 'FirstObservedAt', 'GeneratorId', 'Id', 'Note', 'ProductArn', 'ProductName', 'RecordState', 'Region', 'Remediation', 'Resources', 'SchemaVersion', 'Severity',
  'Title', 'Types', 'Vulnerabilities', 'Workflow',
];

const pick = (from: JsonObject, keys: readonly string[]): JsonObject => Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));

/** Resources without their tags and details, but for the system that packages belong to. */
function resourcesOf(resources: unknown): readonly JsonObject[] {
  return (Array.isArray(resources) ? resources : []).slice(0, 5).map((resource) => {
    const { details, ...rest } = objectOf(resource);
    const [image, machine] = [objectOf(objectOf(details)['awsEcrContainerImage']), objectOf(objectOf(details)['awsEc2Instance'])];
    return {
      ...pick(rest, ['id', 'type', 'region', 'Id', 'Type', 'Region']),
      ...((image['platform'] ?? machine['platform']) !== undefined && { details: image['platform'] === undefined ? { awsEc2Instance: pick(machine, ['platform']) } : { awsEcrContainerImage: pick(image, ['platform']) } }),
    };
  });
}

/** The same list is the same bytes, whatever order it came in. */
function body(name: 'findings' | 'Findings', id: string, keys: readonly string[], findings: readonly JsonObject[]): string {
  const resources = name === 'findings' ? 'resources' : 'Resources';
  const kept = findings.map((finding) => ({ ...pick(finding, keys), [resources]: resourcesOf(finding[resources]) }) as JsonObject);
  const sorted = [...new Map(kept.map((finding) => [textOf(finding[id]), finding])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
  return JSON.stringify({ [name]: sorted });
}

/** As an upload names it: `111122223333`, elsewhere with its partition. */
const accountOf = ({ partition, account }: Place): string => (partition === 'aws' ? account : `${partition}/${account}`);

export interface FoundList { readonly findings: readonly JsonObject[]; readonly whole: boolean }

const coverage = ({ whole }: FoundList): string => (whole ? 'complete' : 'partial');

/** What Inspector found in one image: about the image, so that it reaches the services that run it. */
export const imageScan = (place: Place, image: string, found: FoundList): PulledScan => ({
  key: `${accountOf(place)}/${place.region}|inspector2|${image}`, format: 'aws-inspector2', fileName: 'aws-inspector2.json',
  body: body('findings', 'findingArn', INSPECTOR, found.findings), target: { image, category: 'aws-inspector2', coverage: coverage(found) },
});

/** What Inspector found elsewhere. The region keeps one list of an account from closing what another one holds. */
export const accountScan = (place: Place, found: FoundList): PulledScan => ({
  key: `${accountOf(place)}/${place.region}|inspector2`, format: 'aws-inspector2', fileName: 'aws-inspector2.json',
  body: body('findings', 'findingArn', INSPECTOR, found.findings), target: { account: accountOf(place), category: `aws-inspector2 ${place.region}`, coverage: coverage(found) },
});

export const securityHubScan = (place: Place, found: FoundList): PulledScan => ({
  key: `${accountOf(place)}/${place.region}|securityhub`, format: 'asff', fileName: 'asff.json',
  body: body('Findings', 'Id', SECURITY_HUB, found.findings), target: { account: accountOf(place), category: `asff ${place.region}`, coverage: coverage(found) },
});

/** `arn:aws:ecr:<region>:<account>:repository/<name>/sha256:…` as a reference by digest. */
export function imageOfResource(id: string | undefined): string | undefined {
  const arn = parseArn(id);
  const [, name, digest] = /^repository\/(.+)\/(sha256:[0-9a-f]{64})$/.exec(arn?.resource ?? '') ?? [];
  if (arn === undefined || name === undefined || digest === undefined) return undefined;
  return `${arn.account}.dkr.ecr.${arn.region}.amazonaws.com${arn.partition === 'aws-cn' ? '.cn' : ''}/${name}@${digest}`;
}
