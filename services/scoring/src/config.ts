import { baseConfig, loadConfig } from '@throughline/service-kit';
import type { z } from 'zod';

/** Nothing of its own yet: policies are data, not environment. */
export const scoringConfig = baseConfig;
export type ScoringConfig = z.infer<typeof scoringConfig>;

export const readConfig = (): ScoringConfig => loadConfig(scoringConfig);
