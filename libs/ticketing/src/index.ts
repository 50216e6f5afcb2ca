import { z } from 'zod';
import type { Destination, SafeHttp, Ticket } from './api/index.js';
import { githubIssuesConfig } from './github-issues/config.js';
import { createGithubIssuesDestination } from './github-issues/destination.js';
import { webhookConfig } from './webhook/config.js';
import { createWebhookDestination } from './webhook/destination.js';

export * from './api/index.js';
export { signatureOf } from './webhook/destination.js';

/** Configuration of a destination, by kind. */
export const destinationConfig = z.discriminatedUnion('kind', [webhookConfig, githubIssuesConfig]);
export type DestinationConfig = z.infer<typeof destinationConfig>;

export interface DestinationDependencies {
  readonly http: SafeHttp;
  readonly now: () => Date;
  readonly eventId: (ticket: Ticket, kind: string) => string;
}

export function createDestination(config: DestinationConfig, dependencies: DestinationDependencies): Destination {
  return config.kind === 'webhook' ? createWebhookDestination(config, dependencies) : createGithubIssuesDestination(config, dependencies);
}

/** Where a destination's requests go; checked when it is saved. */
export const addressOf = (config: DestinationConfig): string => (config.kind === 'webhook' ? config.url : config.baseUrl);

/** The write-only fields of a configuration, blanked for display. */
export function withoutSecrets(config: DestinationConfig): object {
  return config.kind === 'webhook' ? { ...config, secret: '[REDACTED]' } : { ...config, token: '[REDACTED]' };
}
