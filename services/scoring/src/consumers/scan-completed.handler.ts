import type { ScanCompleted } from '@throughline/contracts';
import { isUuid } from '@throughline/domain';
import { done, reject, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { announceScored } from '../application/announce-scored.js';
import type { JudgeTools } from '../application/judge-batch.js';
import { expectChanges } from '../persistence/scan-ledger.repository.js';

/** Learns how many changes a scan made; whichever comes last, this or the last change, announces that it is scored. */
export class ScanCompletedHandler {
  constructor(private readonly tools: Pick<JudgeTools, 'clock'>) {}

  async handle(records: readonly StreamRecord<ScanCompleted>[], unit: Unit): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = records.map(({ value }) => (isUuid(value.header.scanId) && isUuid(value.header.tenantId) ? done : reject('invalid_scan', 'ids of a scan are UUIDs')));
    const scans = records.filter((_, index) => outcomes[index] === done).map(({ value }) => ({
      tenantId: value.header.tenantId, scanId: value.header.scanId, expected: Math.max(0, value.changes), introduced: value.introduced.filter(isUuid),
      asset: value.header.target.asset, commit: value.header.target.commit, base: value.header.target.base, status: value.status,
    }));
    if (scans.length === 0) return outcomes;
    const now = this.tools.clock.now().toISOString();
    announceScored(unit, await expectChanges(unit, scans, now), now);
    return outcomes;
  }
}
