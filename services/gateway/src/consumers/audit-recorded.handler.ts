import type { AuditRecorded } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { done, type BatchHandler } from '@throughline/stream';
import { appendAudit } from '../persistence/audit.repository.js';

/** Appends audit entries of every service to their tenant's chain; redelivered entries change nothing. */
export const onAuditRecorded: BatchHandler<AuditRecorded> = async (records, unit) => {
  const byTenant = Map.groupBy(records, (record) => tenantId(record.value.tenantId));
  // Sorted, so that two consumers take the chains' locks in one order.
  for (const tenant of [...byTenant.keys()].sort()) {
    await appendAudit(unit, tenant, (byTenant.get(tenant) ?? []).map((record) => record.value));
  }
  return done;
};
