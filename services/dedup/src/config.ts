import { baseConfig, loadConfig } from '@throughline/service-kit';
import { z } from 'zod';

export const dedupConfig = baseConfig.extend({
  /** Complete scans in a row that must miss a finding before it is fixed; the ones before show it as awaiting verification. */
  ABSENCES_TO_FIX: z.coerce.number().int().min(1).max(10).default(2),
});
export type DedupConfig = z.infer<typeof dedupConfig>;

export const readConfig = (): DedupConfig => loadConfig(dedupConfig);
