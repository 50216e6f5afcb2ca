import { systemClock } from '@throughline/domain';
import { startDueWorker } from '@throughline/persistence';
import { runService } from '@throughline/service-kit';
import { DedupModule } from './app.module.js';
import { readConfig } from './config.js';
import { REGROUP, regroupIssues } from './due/regroup-issues.js';
import { applyRetention, RETENTION } from './due/retention.js';

const config = readConfig();

await runService({
  name: 'dedup',
  config,
  module: () => DedupModule.with({ absencesToFix: config.ABSENCES_TO_FIX }),
  start: async (parts) => {
    const worker = startDueWorker(parts.database, {
      logger: parts.logger, concurrency: 1,
      kinds: { [REGROUP]: (work, unit) => regroupIssues(work, unit, systemClock), [RETENTION]: (work, unit) => applyRetention(work, unit, systemClock) },
    });
    return () => worker.stop();
  },
});
