import type { IntelUpdated } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { DUE } from '../application/due-kinds.js';
import type { JudgeTools } from '../application/judge-batch.js';
import { lockIntel } from '../persistence/finding.repository.js';
import { knownTenants, saveIntel } from '../persistence/intel.repository.js';

/**
 * Keeps our copy of EPSS and KEV. Only what can move a score wakes a re-join: one piece of due work a tenant, which
 * follows the sequence of changes, so that a release of 300,000 rows does not queue 300,000 pieces.
 */
export class IntelUpdatedHandler {
  constructor(private readonly tools: Pick<JudgeTools, 'clock'>) {}

  async handle(records: readonly StreamRecord<IntelUpdated>[], unit: Unit): Promise<Outcome> {
    const usable = records.map((record) => record.value).filter((record) => record.source === 'epss' || record.source === 'kev');
    if (usable.length === 0) return done;
    const now = this.tools.clock.now();
    // One writer at a time, so that the sequence of changes is the order in which they become visible.
    await lockIntel(unit);
    if (!(await saveIntel(unit, usable, now.toISOString()))) return done;
    const tenants = await knownTenants(unit);
    await scheduleDue(unit, ...tenants.map((tenant) => ({ kind: DUE.rejoinIntel, key: tenant, tenantId: tenantId(tenant), dueAt: now })));
    return done;
  }
}
