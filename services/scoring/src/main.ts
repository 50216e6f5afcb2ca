import 'reflect-metadata';
import { startDueWorker } from '@throughline/persistence';
import { runService } from '@throughline/service-kit';
import { AppModule, judgeTools } from './app.module.js';
import { dueHandlers } from './application/due-handlers.js';
import { readConfig } from './config.js';

await runService({
  name: 'scoring',
  config: readConfig(),
  module: () => AppModule,
  start: async ({ database, logger }) => {
    const worker = startDueWorker(database, { kinds: dueHandlers(judgeTools), logger, pollMs: 500 });
    return () => worker.stop();
  },
});
