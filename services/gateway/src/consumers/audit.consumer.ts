import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS, type AuditRecorded } from '@throughline/contracts';
import type { Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { onAuditRecorded } from './audit-recorded.handler.js';

/** Joins the audit topic to its handler. */
@Controller()
export class AuditConsumer {
  @EventPattern(TOPICS.auditRecorded)
  onAudit(batch: StreamBatch<AuditRecorded>): Promise<Outcome | readonly Outcome[]> {
    return onAuditRecorded(batch.records, batch.unit, batch.context);
  }
}
