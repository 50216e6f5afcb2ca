import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createApi, type Api } from './api.js';
import { awsInventory } from './aws-facts.js';
import { deliveriesOf, githubFacts } from './github-payloads.js';
import { signedReleases } from './provenance.js';
import { sampleUploads } from './uploads.js';
import { ACCOUNT, APPLICATIONS, REGION, SERVICES, TEAMS } from './world.js';

export { startReceiver } from './receiver.js';

export interface SampleOptions {
  readonly gatewayUrl: string;
  readonly token: string;
  /** Address and key of the receiver of ticket webhooks. */
  readonly receiver: { readonly port: number; readonly secret: string };
}

const DATA = join(dirname(fileURLToPath(import.meta.url)), '../../sample');
const SETTLE_MS = 120_000;

/**
 * Loads the sample world through the public API only, as a user's scripts would. Every step is idempotent, so that a load
 * that was cut off is simply repeated.
 */
export async function loadSample(options: SampleOptions): Promise<void> {
  const api = createApi(options.gatewayUrl, options.token);
  const now = new Date();
  await describeOrganization(api);
  await connectFeeds(api);
  await sendChain(api, options.gatewayUrl, now);
  await routeTickets(api, options.receiver);
  // Risks are judged with their context from the start: scans come when the chain is known.
  await untilTrue(() => chainIsKnown(api));
  const scans: string[] = [];
  for (const upload of sampleUploads(now)) scans.push(await uploadReport(api, upload.file, upload.query));
  await untilTrue(() => allScored(api, scans));
  for (const application of Object.keys(APPLICATIONS)) await api.request('POST', '/v1/activations', { application, reason: 'The sample world is live from the start.' });
}

async function describeOrganization(api: Api): Promise<void> {
  for (const [slug, name] of Object.entries(TEAMS)) await api.request('PUT', `/v1/teams/${slug}`, { name });
  await api.request('PUT', '/v1/environments/prod', { name: 'Production', stage: 'production' });
  for (const [slug, { name, criticality, dataClass, team }] of Object.entries(APPLICATIONS)) await api.request('PUT', `/v1/applications/${slug}`, { name, criticality, team, ...(dataClass && { dataClass }) });
}

async function connectFeeds(api: Api): Promise<void> {
  await api.request('PUT', '/v1/connectors/epss', { kind: 'epss', file: join(DATA, 'intel/epss.csv') });
  await api.request('PUT', '/v1/connectors/kev', { kind: 'kev', file: join(DATA, 'intel/kev.json') });
  for (const id of ['epss', 'kev']) await api.request('POST', `/v1/connectors/${id}/sync`);
}

const WEBHOOK_SECRET = 'sample-world-webhook-secret';

async function sendChain(api: Api, gatewayUrl: string, now: Date): Promise<void> {
  await api.request('PUT', '/v1/connectors/github', { kind: 'github', webhookSecret: WEBHOOK_SECRET });
  for (const service of SERVICES) {
    for (const release of service.releases) for (const delivery of deliveriesOf(service, release, now)) await deliver(gatewayUrl, delivery);
  }
  const { policy, facts } = signedReleases(now);
  await api.request('PUT', '/v1/policies/provenance', policy);
  await api.request('POST', '/v1/observations/assets', { source: 'github:acme', facts: [...githubFacts(SERVICES, now), ...facts] });
  await api.request('POST', '/v1/observations/assets', { source: `aws:${ACCOUNT}/${REGION}`, facts: awsInventory(now), snapshot: { scope: 'account', complete: true } });
}

/** Sends a webhook as GitHub does: signed over the raw body, with a delivery id. */
async function deliver(gatewayUrl: string, delivery: { readonly id: string; readonly event: string; readonly body: object }): Promise<void> {
  const body = JSON.stringify(delivery.body);
  const signature = `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')}`;
  const answer = await fetch(new URL('/v1/webhooks/github/github', gatewayUrl), { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': delivery.event, 'x-github-delivery': delivery.id, 'x-hub-signature-256': signature } });
  if (!answer.ok) throw new Error(`webhook ${delivery.id} was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
}

async function routeTickets(api: Api, receiver: SampleOptions['receiver']): Promise<void> {
  await api.request('PUT', '/v1/destinations/tracker', { config: { kind: 'webhook', url: `http://127.0.0.1:${receiver.port}/tickets`, secret: receiver.secret }, reason: 'Receiver of the sample world' });
  await api.request('PUT', '/v1/routing-rules/act-now', { destination: 'tracker', priority: 10, when: { bands: ['act'] }, reason: 'What must be acted on becomes a ticket of its team' });
}

async function uploadReport(api: Api, file: string, query: Readonly<Record<string, string>>): Promise<string> {
  const search = new URLSearchParams({ ...query, fileName: file });
  const { id } = await api.request<{ id: string }>('POST', `/v1/scans?${search.toString()}`, readFileSync(join(DATA, 'reports', file)), { 'content-type': 'application/octet-stream', 'idempotency-key': `sample-world-${file}` });
  return id;
}

async function chainIsKnown(api: Api): Promise<boolean> {
  const { items } = await api.request<{ items: unknown[] }>('GET', '/v1/assets?kind=endpoint&limit=10');
  return items.length > 0;
}

async function allScored(api: Api, scans: readonly string[]): Promise<boolean> {
  for (const id of scans) {
    const { status, problems } = await api.request<{ status: string; problems: unknown }>('GET', `/v1/scans/${id}`);
    if (status === 'rejected') throw new Error(`a report of the sample world was rejected: ${JSON.stringify(problems)}`);
    if (status !== 'done' && status !== 'partial') return false;
  }
  return true;
}

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the sample world did not settle in two minutes; see the logs of the services');
    await sleep(300);
  }
}
