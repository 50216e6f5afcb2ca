import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

export const ticketRoutingConfig = baseConfig.extend({
  MASTER_KEY_FILE: z.string(),
  /** Where people open a finding; written into tickets. */
  PUBLIC_URL: z.url().default('http://127.0.0.1:8080'),
  /** host:port pairs that the SSRF guard excepts, e.g. a receiver on this machine. */
  ALLOWED_HOSTS: z.string().default('').transform((text) => new Set(text.split(',').map((part) => part.trim()).filter(Boolean))),
});
export type TicketRoutingConfig = z.infer<typeof ticketRoutingConfig>;

export const readConfig = (): TicketRoutingConfig => loadConfig(ticketRoutingConfig);
