import { baseConfig, loadConfig } from '@throughline/service-kit';
import type { BaseConfig } from '@throughline/service-kit';

/** Nothing beyond what every service has. */
export const readConfig = (): BaseConfig => loadConfig(baseConfig);
