import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('expected a JSON object of service name to URL');
    return z.NEVER;
  }
});

export const gatewayConfig = baseConfig.extend({
  INTERNAL_TOKEN_PRIVATE_KEY_FILE: z.string(),
  SERVICE_URLS: json.pipe(z.record(z.string(), z.url())),
  /** Built console; absent: the gateway serves the API only. */
  CONSOLE_DIR: z.string().optional(),
  /** File with the first admin token of a new installation; its hash is registered at start. */
  ADMIN_TOKEN_FILE: z.string().optional(),
  PUBLIC_URL: z.url().default('http://127.0.0.1:8080'),
});
export type GatewayConfig = z.infer<typeof gatewayConfig>;

export const readConfig = (): GatewayConfig => loadConfig(gatewayConfig);
