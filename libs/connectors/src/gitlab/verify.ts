import { createHash, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from '@throughline/connectors/api';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * GitLab sends the secret itself, not a signature (https://docs.gitlab.com/user/project/integrations/webhooks/#validate-payloads-by-using-a-secret-token):
 * TLS alone protects it and the payload. Hashes are compared, so that neither content nor length shows in the time.
 */
export function verifyGitlab({ headers }: WebhookRequest, secret: string): boolean {
  const given = headers['x-gitlab-token'];
  return timingSafeEqual(hash(given ?? ''), hash(secret)) && given !== undefined && secret !== '';
}
