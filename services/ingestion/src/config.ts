import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

const MIB = 1024 * 1024;

/** Environment of the service; the README says what each is for. */
export const ingestionConfig = baseConfig.extend({
  MASTER_KEY_FILE: z.string(),
  KEY_DIR: z.string().optional(),
  BLOB_DIR: z.string(),
  MAX_UPLOAD_BYTES: z.coerce.number().int().min(1024).default(512 * MIB),
  /** Reports above this go to the second lane. */
  BULK_BYTES: z.coerce.number().int().min(1).default(20 * MIB),
  /** Bytes that may wait in the outbox before uploads are answered with 503. */
  OUTBOX_CAP_BYTES: z.coerce.number().int().min(1).default(256 * MIB),
  SCAN_DEADLINE_SECONDS: z.coerce.number().int().min(1).default(1800),
  RAW_RETENTION_DAYS: z.coerce.number().int().min(1).default(30),
  /** Uploads that are read at the same time; more wait for 503. */
  MAX_PARALLEL_UPLOADS: z.coerce.number().int().min(1).default(64),
  /** host:port pairs that connectors of every tenant may ask although they are not public. */
  ALLOWED_HOSTS: z.string().default('').transform((text) => new Set(text.split(',').map((part) => part.trim()).filter(Boolean))),
  /** Address of the gateway, for the webhook addresses that connectors show; absent: they are shown without host. */
  PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')).optional(),
  /** Pulls that run at the same time; and the same number again of looks that events asked for. */
  MAX_PARALLEL_PULLS: z.coerce.number().int().min(1).max(32).default(3),
});
export type IngestionConfig = z.infer<typeof ingestionConfig>;

export const readConfig = (): IngestionConfig => loadConfig(ingestionConfig);

/** The package's folder, where its migrations are. */
export const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
