import { runService } from '@throughline/service-kit';
import { readConfig } from './config.js';
import { chainResolution } from './service.js';

await runService(chainResolution(readConfig()));
