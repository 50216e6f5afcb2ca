import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS, type ScanCompleted } from '@throughline/contracts';
import { isOneOf, tenantId } from '@throughline/domain';
import type { DatabaseUnit } from '@throughline/persistence';
import { done, reject, type Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { saveCompletion } from '../persistence/scan.repository.js';

const VERDICTS = ['done', 'partial', 'rejected'] as const;

/** Moves receipts on when a scan was deduplicated. A scan that nobody uploaded here (a redrive of old records) is passed over. */
@Controller()
export class ScanCompletedHandler {
  @EventPattern(TOPICS.scanCompleted)
  async handle({ records, unit }: StreamBatch<ScanCompleted, DatabaseUnit>): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { value } of records) {
      const { header, status } = value;
      if (!isOneOf(VERDICTS, status)) {
        outcomes.push(reject('unknown_status', `a scan cannot be ${status.slice(0, 40)}`));
        continue;
      }
      await saveCompletion(unit, {
        tenantId: tenantId(header.tenantId), scanId: header.scanId, verdict: status, tool: header.tool, format: header.format, coverage: value.coverage,
        target: header.target, counts: value.counts, changes: value.changes, problems: value.problems, completedAt: value.completedAt,
      });
      outcomes.push(done);
    }
    return outcomes;
  }
}
