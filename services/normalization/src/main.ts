import { runService } from '@throughline/service-kit';
import { readConfig } from './config.js';
import { normalization } from './service.js';

await runService(await normalization(readConfig()));
