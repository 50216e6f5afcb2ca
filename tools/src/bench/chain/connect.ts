import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { POLICY_KEY, signers, TRUSTED_BUILDER } from './attestations.js';
import { eventually, type Api, type ConnectorState } from './api.js';
import { ORGANIZATION, partitionOf, PLACES, serviceArn, type FleetPlan, type Place, type Told } from './fleet.js';
import { publishedEvent } from './github-shapes.js';
import { GITHUB_TOKEN } from './github-stand-in.js';

const EXTERNAL_ID = 'fleet-external-id';
const SECRET = randomBytes(16).toString('hex');
const SYNC_LIMIT_MS = 20 * 60_000;
export const GITHUB_CONNECTOR = 'fleet-github';
const connectorOf = (partition: string): string => `fleet-${partition}`;
const PARTITIONS = [...new Set(PLACES.map(({ region }) => partitionOf(region)))];
export const CONNECTORS: readonly string[] = [GITHUB_CONNECTOR, ...PARTITIONS.map(connectorOf)];

/** Points the platform at the fleet, as an admin would: whom to trust, what to read. */
export async function connect(api: Api, aws: string, github: string): Promise<void> {
  await api.put('/v1/policies/provenance', { keys: [{ keyId: POLICY_KEY, pem: signers().trustedPem }], builders: [TRUSTED_BUILDER] });
  await api.put(`/v1/connectors/${GITHUB_CONNECTOR}`, { kind: 'github', baseUrl: github, token: GITHUB_TOKEN, organizations: [ORGANIZATION], webhookSecret: SECRET });
  for (const partition of PARTITIONS) await api.put(`/v1/connectors/${connectorOf(partition)}`, awsConnector(partition, aws));
}

function awsConnector(partition: string, endpoint: string): object {
  const places = PLACES.filter(({ region }) => partitionOf(region) === partition);
  const accounts = [...new Set(places.map(({ account }) => account))];
  return {
    kind: 'aws', accounts: accounts.map((id) => ({ id, roleArn: `arn:${partition}:iam::${id}:role/throughline-reader` })), externalId: EXTERNAL_ID, webhookSecret: SECRET,
    regions: [...new Set(places.map(({ region }) => region))], credentials: { accessKeyId: '410099999999', secretAccessKey: 'none' }, endpoint, registryEndpoint: endpoint,
  };
}
export const externalId = EXTERNAL_ID;

/** Tells what no connector reads: deployment records, outputs of builds, and the packages' webhooks. */
export async function tell(api: Api, fleet: FleetPlan, now: Date): Promise<void> {
  for (const { place, name, images } of fleet.services) for (const told of images.told) await tellOne(api, fleet, serviceArn(place, name), told, now);
}

async function tellOne(api: Api, fleet: FleetPlan, service: string, told: Told, now: Date): Promise<void> {
  if (told.kind === 'deployment-record') {
    await api.post('/v1/observations/deployments', { image: told.image, digest: told.digest, service, environment: 'production', build: told.build, commit: told.commit, at: now.toISOString() });
  } else if (told.kind === 'build-output') {
    const common = { validFrom: told.at.toISOString(), observedAt: told.at.toISOString() };
    await api.post('/v1/observations/assets', { source: 'fleet-ci', facts: [
      { link: { from: `build:${told.build}`, to: `image:${told.image}@${told.digest}`, kind: 'produced', method: 'build-output', evidence: { step: 'push' } }, ...common },
      { link: { from: `commit:${told.commit}`, to: `build:${told.build}`, kind: 'built-by', method: 'api', evidence: {} }, ...common },
    ] });
  } else if (told.kind === 'package-published') {
    const plan = fleet.repositories.find(({ fullName }) => fullName === told.repository);
    if (plan) await webhook(api, 'registry_package', JSON.stringify(publishedEvent(told, plan)));
  }
}

async function webhook(api: Api, event: string, body: string): Promise<void> {
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  await api.post(`/v1/webhooks/github/${GITHUB_CONNECTOR}`, body, { 'x-hub-signature-256': signature, 'x-github-event': event, 'x-github-delivery': randomUUID() });
}

/** The CloudTrail event of a changed security group, as EventBridge's API destination sends it. */
export async function tellSecurityGroup(api: Api, { account, region }: Place, group: string, action: 'AuthorizeSecurityGroupIngress' | 'RevokeSecurityGroupIngress'): Promise<void> {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await api.post(`/v1/webhooks/aws/${connectorOf(partitionOf(region))}`, {
    version: '0', id: randomUUID(), 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', account, time, region, resources: [],
    detail: { eventVersion: '1.09', eventID: randomUUID(), eventTime: time, eventSource: 'ec2.amazonaws.com', eventName: action, awsRegion: region, recipientAccountId: account, requestParameters: { groupId: group }, responseElements: { _return: true } },
  }, { 'x-throughline-secret': SECRET });
}

/** Waits until every connector has read everything once since then, and says how long each took. */
export async function synced(api: Api, since: string, say: (line: string) => void): Promise<ReadonlyMap<string, number>> {
  const times = await Promise.all(CONNECTORS.map(async (id): Promise<[string, number]> => {
    const state = (): Promise<ConnectorState> => api.get(`/v1/connectors/${id}`);
    const done = await eventually(state, ({ lastSuccess }) => lastSuccess !== null && lastSuccess > since, SYNC_LIMIT_MS, 1000);
    const { counts, gaps, errors } = done?.value ?? await state();
    for (const gap of gaps) say(`  gap of ${id}: ${gap.scope} ${gap.code}: ${gap.reason}`);
    for (const error of errors) say(`  error of ${id}: ${error.code}: ${error.message}`);
    if (done === undefined) throw new Error(`${id} did not read everything in ${SYNC_LIMIT_MS / 60_000} minutes: ${JSON.stringify({ counts, errors })}`);
    say(`  ${id} read everything in ${(done.ms / 1000).toFixed(1)} s: ${JSON.stringify(counts)}`);
    return [id, done.ms];
  }));
  return new Map(times);
}
