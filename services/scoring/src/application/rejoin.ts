import type { TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import type { Unit } from '@throughline/stream';
import { lockFindings, shareContexts } from '../persistence/finding.repository.js';
import { assetsOf } from '../persistence/rejoin.repository.js';
import { judgeBatch, type Cause, type JudgeTools } from './judge-batch.js';

/** Findings a transaction: short enough that a finding.changed never waits long for a row. */
export const PAGE = 500;

/** Judges stored findings anew under the locks that a new finding takes too; returns the number of changed risks. */
export async function rejudge(unit: Unit, tenant: TenantId, findingIds: readonly string[], cause: Cause, tools: JudgeTools): Promise<number> {
  if (findingIds.length === 0) return 0;
  const assets = await assetsOf(unit, tenant, findingIds);
  await shareContexts(unit, assets.map((asset) => ({ tenantId: tenant, asset })));
  const stored = await lockFindings(unit, findingIds.map((findingId) => ({ tenantId: tenant, findingId })));
  return judgeBatch(unit, [...stored.values()].map((row) => ({ finding: row.finding, stored: row, scanId: '' })), cause, tools);
}

/** Finds the next page after a finding id, in id order; empty when done. */
export type NextPage = (unit: Unit, after: string) => Promise<readonly string[]>;

/**
 * Judges page after page, a transaction each. A crash repeats from the start of what the pages find: judging again
 * changes nothing that is already right, and announces nothing.
 */
export async function rejoinPages(database: Database, tenant: TenantId, next: NextPage, cause: Cause, tools: JudgeTools): Promise<number> {
  let after = '00000000-0000-0000-0000-000000000000';
  let changed = 0;
  for (;;) {
    const page = await database.run([tenant], async (unit) => {
      const ids = await next(unit, after);
      return { ids, changed: await rejudge(unit, tenant, ids, cause, tools) };
    });
    changed += page.changed;
    const last = page.ids.at(-1);
    if (last === undefined || page.ids.length < PAGE) return changed;
    after = last;
  }
}
