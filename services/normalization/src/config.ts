import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

/** Environment of the service; the README says what each is for. */
export const normalizationConfig = baseConfig.extend({
  MASTER_KEY_FILE: z.string(),
  KEY_DIR: z.string().optional(),
  BLOB_DIR: z.string(),
});
export type NormalizationConfig = z.infer<typeof normalizationConfig>;

export const readConfig = (): NormalizationConfig => loadConfig(normalizationConfig);
