import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { githubWebhook, type WebhookConnector } from '@throughline/connectors';
import type { Clock, TenantId } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { acceptOnce, type Database } from '@throughline/persistence';
import { ApiZod, CLOCK, DATABASE, problem, Public } from '@throughline/service-kit';
import type { FastifyRequest } from 'fastify';
import { secretContext } from '../connectors/connectors.controller.js';
import { bodyOf } from '../http/raw-body.js';
import { countWebhook } from '../metrics.js';
import { publishFacts } from '../observations/publish.js';
import { findConnector, findOwner, noteSuccess, type ConnectorRow } from '../persistence/connector.repository.js';
import { learnDefaultLine } from '../persistence/scan.repository.js';
import { KEYRING } from '../tokens.js';

/** GitHub sends at most 25 MB. */
const MAX_BYTES = 25 * 1024 * 1024;
const CONNECTORS: Readonly<Record<string, WebhookConnector>> = { github: githubWebhook };

interface Authentic { readonly tenantId: TenantId; readonly connector: ConnectorRow; readonly webhook: WebhookConnector; readonly headers: Readonly<Record<string, string | undefined>>; readonly body: Buffer }

@Public()
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock) {}

  /** Every failure to authenticate has one answer: it must not tell which connectors exist. */
  @Post(':kind/:connector')
  @HttpCode(202)
  @ApiZod({ summary: 'Receive a signed webhook', params: { kind: 'github', connector: 'Connector id.' }, responses: { 202: { description: 'Taken, also when it says nothing new.' }, 401: { description: 'The signature is missing or wrong.' } } })
  async receive(@Param('kind') kind: string, @Param('connector') id: string, @Req() request: FastifyRequest): Promise<object> {
    const authentic = await this.#authenticate(kind, id, request);
    const identity = authentic.webhook.identify(authentic);
    if (typeof identity === 'string') throw problem(400, 'missing_header', identity);
    const answer = await this.#apply(authentic, identity.delivery, identity.name, parse(authentic.body));
    countWebhook(1, { result: answer.result });
    return answer;
  }

  async #apply({ tenantId, connector, webhook }: Authentic, delivery: string, name: string, payload: unknown): Promise<{ readonly result: string }> {
    const receivedAt = this.clock.now();
    const mapped = webhook.map({ name, payload, receivedAt, config: connector.config });
    const source = `${webhook.kind}:${connector.connector_id}`;
    return this.database.run([tenantId], async (unit) => {
      // The inbox row and the effect are one transaction: a delivery that failed may come again.
      if (!(await acceptOnce(unit, { source, deliveryId: delivery, receivedAt }))) return { delivery, result: 'repeated' };
      for (const { repository, branch } of mapped.defaultBranches) await learnDefaultLine(unit, tenantId, `repo:${repository}`, branch, receivedAt);
      const facts = await publishFacts(unit, { tenantId, source, facts: mapped.facts, receivedAt });
      await noteSuccess(unit, tenantId, connector.connector_id, { deliveries: 1, facts }, receivedAt);
      return { delivery, result: mapped.ignored === '' ? 'applied' : 'ignored', facts, ...(mapped.ignored !== '' && { reason: mapped.ignored }) };
    });
  }

  async #authenticate(kind: string, id: string, request: FastifyRequest): Promise<Authentic> {
    const body = await readAll(request);
    const webhook = Object.hasOwn(CONNECTORS, kind) ? CONNECTORS[kind] : undefined;
    const owner = await this.database.run([], (unit) => findOwner(unit, id.slice(0, 100)));
    const connector = owner === undefined || owner.kind !== kind ? undefined : await this.database.run([owner.tenant_id], (unit) => findConnector(unit, owner.tenant_id, id));
    const secret = connector === undefined ? '' : await this.#secretOf(connector);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]));
    // Verified against an empty secret too, which never passes: an unknown connector takes as long as a wrong signature.
    const valid = (webhook ?? githubWebhook).verify({ headers, body }, secret);
    if (!valid || webhook === undefined || connector === undefined) {
      countWebhook(1, { result: 'refused' });
      throw problem(401, 'invalid_signature', 'The signature is missing or does not fit.');
    }
    return { tenantId: connector.tenant_id, connector, webhook, headers, body };
  }

  async #secretOf(connector: ConnectorRow): Promise<string> {
    if (connector.secrets === null) return '';
    const opened = JSON.parse((await this.keyring.open(connector.tenant_id, secretContext(connector.connector_id), connector.secrets)).toString()) as { webhookSecret?: string };
    return opened.webhookSecret ?? '';
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
