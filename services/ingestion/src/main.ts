import { runService } from '@throughline/service-kit';
import { readConfig } from './config.js';
import { ingestion } from './service.js';

await runService(await ingestion(readConfig()));
