import { systemClock } from '@throughline/domain';
import { startDueWorker } from '@throughline/persistence';
import { runService } from '@throughline/service-kit';
import { DedupModule } from './app.module.js';
import { readConfig } from './config.js';
import { DEFAULT_POLICY } from './domain/policy.js';
import { judgeRunning, RERUN } from './due/judge-running.js';
import { REGROUP, regroupIssues } from './due/regroup-issues.js';
import { applyRetention, RETENTION } from './due/retention.js';
import { runRecipes, RUN_RECIPES } from './due/run-recipes.js';
import { NAME_SUBJECTS, nameSubjects } from './due/name-subjects.js';
import { SETTLE_ALIASES, settleAliases } from './due/settle-aliases.js';
import { RETIRE, retireAsset } from './due/retire-asset.js';
import { MOVED, tellMoved } from './due/tell-moved.js';

const config = readConfig();
const policy = { ...DEFAULT_POLICY, absencesToFix: config.ABSENCES_TO_FIX };

await runService({
  name: 'dedup',
  config,
  module: () => DedupModule.with(policy),
  start: async (parts) => {
    const worker = startDueWorker(parts.database, {
      logger: parts.logger, concurrency: 1,
      kinds: {
        [REGROUP]: (work, unit) => regroupIssues(work, unit, systemClock),
        [RERUN]: (work, unit) => judgeRunning(work, unit, systemClock, policy),
        [NAME_SUBJECTS]: (work, unit) => nameSubjects(work, unit, systemClock),
        [SETTLE_ALIASES]: (work, unit) => settleAliases(work, unit, systemClock, policy),
        [RETENTION]: (work, unit) => applyRetention(work, unit, systemClock),
        [RUN_RECIPES]: (work, unit) => runRecipes(work, unit, systemClock),
        [RETIRE]: (work, unit) => retireAsset(work, unit, systemClock, policy),
        [MOVED]: (work, unit) => tellMoved(work, unit, systemClock),
      },
    });
    return () => worker.stop();
  },
});
