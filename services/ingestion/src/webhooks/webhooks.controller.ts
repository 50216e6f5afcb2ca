import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { githubWebhook, type PulledScan, type WebhookConnector, type WebhookRequest } from '@throughline/connectors';
import type { Clock, TenantId } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { acceptOnce, type Database, type Delivery } from '@throughline/persistence';
import { ApiZod, CLOCK, DATABASE, problem, Public } from '@throughline/service-kit';
import type { FastifyRequest } from 'fastify';
import { entryOf, type ConnectorRegistry } from '../connectors/registry.js';
import { openSecrets } from '../connectors/secrets.js';
import { scheduleRefresh } from '../due/refresh.js';
import { bodyOf } from '../http/raw-body.js';
import { countWebhook } from '../metrics.js';
import { publishFacts } from '../observations/publish.js';
import { findConnector, findOwner, noteError, noteSuccess, type ConnectorRow } from '../persistence/connector.repository.js';
import { wasAccepted } from '../persistence/delivery.repository.js';
import { notePulledScans } from '../persistence/pulled-scan.repository.js';
import { learnDefaultLine } from '../persistence/scan.repository.js';
import { fitsRecord } from '../pull/checked-page.js';
import { NO_SCANS, takeScans, type TakenScans } from '../pull/pulled-scans.js';
import { CONNECTOR_REGISTRY, KEYRING } from '../tokens.js';
import { UploadService } from '../upload/upload.service.js';

/** GitHub sends at most 25 MB. */
const MAX_BYTES = 25 * 1024 * 1024;

interface Authentic {
  readonly tenantId: TenantId;
  readonly connector: ConnectorRow;
  /** The connector can be asked what an event only hints at. */
  readonly canPull: boolean;
  readonly webhook: WebhookConnector;
  readonly headers: WebhookRequest['headers'];
  readonly body: Buffer;
  readonly receivedAt: Date;
}

@Public()
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    @Inject(DATABASE) private readonly database: Database, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock,
    @Inject(UploadService) private readonly uploads: UploadService, @Inject(CONNECTOR_REGISTRY) private readonly registry: ConnectorRegistry,
  ) {}

  /** Every failure to authenticate has one answer: it must not tell which connectors exist. */
  @Post(':kind/:connector')
  @HttpCode(202)
  @ApiZod({ summary: 'Receive a signed webhook', params: { kind: 'Kind of the connector, e.g. github.', connector: 'Connector id.' }, responses: { 202: { description: 'Taken, also when it says nothing new.' }, 401: { description: 'The signature is missing or wrong.' } } })
  async receive(@Param('kind') kind: string, @Param('connector') id: string, @Req() request: FastifyRequest): Promise<object> {
    const authentic = await this.#authenticate(kind, id, request);
    const identity = authentic.webhook.identify(authentic);
    if (typeof identity === 'string') throw problem(400, 'missing_header', identity);
    const answer = await this.#apply(authentic, identity.delivery, identity.name, parse(authentic.body));
    countWebhook(1, { result: answer.result });
    return answer;
  }

  async #apply(authentic: Authentic, delivery: string, name: string, payload: unknown): Promise<{ readonly result: string }> {
    const { tenantId, connector, webhook, receivedAt, canPull } = authentic;
    const id = connector.connector_id;
    const source = `${webhook.kind}:${id}`;
    const mapped = webhook.map({ name, payload, receivedAt, config: connector.config });
    const scans = await this.#scans(authentic, { source, deliveryId: delivery, receivedAt }, mapped.scans ?? []);
    const refresh = canPull ? [...new Set(mapped.refresh ?? [])] : [];
    const facts = mapped.facts.filter(fitsRecord);
    return this.database.run([tenantId], async (unit) => {
      // The inbox row and the effect are one transaction: a delivery that failed may come again.
      if (!(await acceptOnce(unit, { source, deliveryId: delivery, receivedAt }))) return { delivery, result: 'repeated' };
      for (const { repository, branch } of mapped.defaultBranches) await learnDefaultLine(unit, tenantId, `repo:${repository}`, branch, receivedAt);
      const announced = await publishFacts(unit, { tenantId, source, facts, receivedAt });
      for (const focus of refresh.sort()) await scheduleRefresh(unit, { tenantId, connectorId: id, focus }, receivedAt);
      await notePulledScans(unit, tenantId, id, scans.states, receivedAt);
      const counts = { deliveries: 1, facts: announced, ...(mapped.ignored !== '' && { ignored: 1 }), ...(scans.uploaded > 0 && { scans: scans.uploaded }), ...(facts.length < mapped.facts.length && { tooLarge: mapped.facts.length - facts.length }) };
      await noteSuccess(unit, tenantId, id, counts, canPull ? null : receivedAt);
      for (const refusal of scans.refusals) await noteError(unit, tenantId, id, refusal);
      return { delivery, result: mapped.ignored === '' ? 'applied' : 'ignored', facts: announced, ...(refresh.length > 0 && { refresh }), ...(mapped.ignored !== '' && { reason: mapped.ignored }) };
    });
  }

  /** Reports are stored before the delivery is; one that was taken already must not bring back what came after it. */
  async #scans({ tenantId, connector }: Authentic, delivery: Delivery, scans: readonly PulledScan[]): Promise<TakenScans> {
    if (scans.length === 0 || await this.database.run([], (unit) => wasAccepted(unit, delivery))) return NO_SCANS;
    return takeScans({ database: this.database, uploads: this.uploads }, tenantId, connector.connector_id, scans, delivery.receivedAt);
  }

  async #authenticate(kind: string, id: string, request: FastifyRequest): Promise<Authentic> {
    const body = await readAll(request);
    const receivedAt = this.clock.now();
    const webhook = entryOf(this.registry.webhooks, kind);
    const owner = await this.database.run([], (unit) => findOwner(unit, id.slice(0, 100)));
    const connector = owner === undefined || owner.kind !== kind ? undefined : await this.database.run([owner.tenant_id], (unit) => findConnector(unit, owner.tenant_id, id));
    const secrets = connector === undefined ? {} : await openSecrets(this.keyring, connector);
    const secret = typeof secrets['webhookSecret'] === 'string' ? secrets['webhookSecret'] : '';
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]));
    // Verified against an empty secret too, which never passes: an unknown connector takes as long as a wrong signature.
    const valid = (webhook ?? githubWebhook).verify({ headers, body, receivedAt }, secret) && secret !== '';
    if (!valid || webhook === undefined || connector === undefined) {
      countWebhook(1, { result: 'refused' });
      throw problem(401, 'invalid_signature', 'The signature is missing or does not fit.');
    }
    const definition = entryOf(this.registry.pulls, kind);
    const canPull = definition !== undefined && (definition.canPull?.({ ...connector.config, ...secrets }) ?? true);
    return { tenantId: connector.tenant_id, connector, canPull, webhook, headers, body, receivedAt };
  }
}

async function readAll(request: FastifyRequest): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of bodyOf(request)) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw problem(413, 'too_large', `A webhook is at most ${MAX_BYTES} bytes.`, {}, { connection: 'close' });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw problem(422, 'json_malformed', 'The payload is not JSON; set the content type of the webhook to application/json.');
  }
}
