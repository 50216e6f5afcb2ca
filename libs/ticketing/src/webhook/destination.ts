import { createHmac } from 'node:crypto';
import { failureOf, isLive, type Destination, type ExternalTicket, type SafeHttp, type Ticket } from '../api/index.js';
import type { WebhookConfig } from './config.js';

export interface WebhookDependencies {
  readonly http: SafeHttp;
  readonly now: () => Date;
  /** Deterministic id of an event, so that a repeated push is known to the receiver as the same. */
  readonly eventId: (ticket: Ticket, kind: string) => string;
}

/**
 * A receiver of our own contract: CloudEvents 1.0 in structured mode, signed with HMAC-SHA-256 over
 * `<timestamp>.<body>` in `throughline-signature: t=<unix seconds>,v1=<hex>`. A receiver refuses timestamps older than
 * 300 s and ignores an `id` that it has seen: a push that timed out is repeated with the same id.
 */
export function createWebhookDestination(config: WebhookConfig, dependencies: WebhookDependencies): Destination {
  const push = async (ticket: Ticket, kind: 'opened' | 'updated' | 'closed' | 'reopened'): Promise<ExternalTicket> => {
    const now = dependencies.now();
    const body = JSON.stringify(eventOf(ticket, kind, dependencies.eventId(ticket, kind), now));
    const answer = await dependencies.http.fetch(config.url, {
      method: 'POST', body,
      headers: { 'content-type': 'application/cloudevents+json', 'user-agent': 'Throughline', 'throughline-signature': signatureOf(config.secret, body, now) },
    });
    if (!answer.ok) throw failureOf(answer.status, `the receiver answered ${answer.status}`, answer.headers.get('retry-after') ?? undefined, now);
    return externalOf(ticket, kind, await answer.text());
  };
  return {
    kind: 'webhook',
    capabilities: { search: false, labels: true, maxTitle: 500, maxBody: 60_000 },
    find: () => Promise.resolve(undefined),
    create: (ticket) => push(ticket, 'opened'),
    update: (_key, ticket) => push(ticket, 'updated'),
    close: (_key, ticket) => push(ticket, 'closed'),
    reopen: (_key, ticket) => push(ticket, 'reopened'),
  };
}

/** Value of the signature header for a body sent now. */
export function signatureOf(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

function eventOf(ticket: Ticket, kind: string, id: string, now: Date): object {
  return {
    specversion: '1.0', id, source: '/throughline/ticket-routing', type: `dev.throughline.ticket.${kind}.v1`, subject: ticket.id, time: now.toISOString(), datacontenttype: 'application/json',
    data: { ...ticket, openFindings: ticket.findings.filter((finding) => isLive(finding.status)).length },
  };
}

/** A receiver may answer with the key and link that it gave; else our own id is the key. */
function externalOf(ticket: Ticket, kind: string, text: string): ExternalTicket {
  const answer = parseAnswer(text);
  return { key: answer.key ?? ticket.id, url: answer.url ?? ticket.link, status: kind === 'closed' ? 'closed' : 'open' };
}

function parseAnswer(text: string): { readonly key?: string; readonly url?: string } {
  try {
    const value: unknown = JSON.parse(text.slice(0, 10_000));
    if (typeof value !== 'object' || value === null) return {};
    return {
      ...('key' in value && typeof value.key === 'string' && { key: value.key.slice(0, 200) }),
      ...('url' in value && typeof value.url === 'string' && /^https?:\/\//.test(value.url) && { url: value.url.slice(0, 2000) }),
    };
  } catch {
    return {};
  }
}

