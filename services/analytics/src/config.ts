import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

export const analyticsConfig = baseConfig.extend({
  CLICKHOUSE_URL: z.url(),
  CLICKHOUSE_DATABASE: z.string().regex(/^[a-z_][a-z0-9_]*$/i).default('throughline'),
  CLICKHOUSE_USERNAME: z.string().optional(),
  CLICKHOUSE_PASSWORD: z.string().optional(),
});
export type AnalyticsConfig = z.infer<typeof analyticsConfig>;

export const readConfig = (): AnalyticsConfig => loadConfig(analyticsConfig);
