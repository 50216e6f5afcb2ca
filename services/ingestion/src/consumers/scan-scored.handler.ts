import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS, type ScanScored } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { DatabaseUnit } from '@throughline/persistence';
import { done, type Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { saveScored } from '../persistence/scan.repository.js';

/** Ends receipts when every change of a scan has its score; it may be heard of before the completion. */
@Controller()
export class ScanScoredHandler {
  @EventPattern(TOPICS.scanScored)
  async handle({ records, unit }: StreamBatch<ScanScored, DatabaseUnit>): Promise<Outcome> {
    for (const { value } of records) await saveScored(unit, tenantId(value.tenantId), value.scanId, value.scoredAt);
    return done;
  }
}
