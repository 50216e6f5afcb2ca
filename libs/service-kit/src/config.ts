import { z } from 'zod';

const commaList = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean));

/** What every service is configured with; a service extends it: `baseConfig.extend({ … })`. */
export const baseConfig = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL: z.coerce.number().int().min(2).max(50).default(5),
  KAFKA_BROKERS: commaList,
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
  SCHEMA_REGISTRY_URL: z.url().optional(),
  SCHEMA_IDS_FILE: z.string().optional(),
  INTERNAL_TOKEN_PUBLIC_KEY_FILE: z.string(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});
export type BaseConfig = z.infer<typeof baseConfig>;

/** Start-up ends with the names of what is wrong and what was expected; values are not printed, they may be secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Validates the environment once. Throws ConfigError that names every wrong variable. */
export function loadConfig<S extends z.ZodType>(schema: S, environment: Readonly<Record<string, string | undefined>> = process.env): z.infer<S> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n');
  throw new ConfigError(`the environment is not usable:\n${wrong}`);
}
