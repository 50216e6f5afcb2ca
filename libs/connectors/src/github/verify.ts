import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from '@throughline/connectors/api';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * GitHub's signature: HMAC-SHA-256 over the raw body (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
 * The SHA-1 header is not looked at. Compared in constant time.
 */
export function verifyGithub({ headers, body }: WebhookRequest, secret: string): boolean {
  const given = SIGNATURE.exec(headers['x-hub-signature-256'] ?? '')?.[1];
  const expected = createHmac('sha256', secret).update(body).digest();
  // A missing header costs as much as a wrong one.
  const offered = Buffer.from(given ?? '0'.repeat(64), 'hex');
  return timingSafeEqual(expected, offered) && given !== undefined && secret !== '';
}
