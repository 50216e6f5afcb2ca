import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/stream';
import type { ScoredScan } from '../persistence/scan-ledger.repository.js';

/** Tells ingestion that a scan's findings carry their scores. */
export function announceScored(unit: Unit, scans: readonly ScoredScan[], now: string): void {
  unit.announce(...scans.map(({ tenantId: tenant, scanId, scored }) => ({
    topic: TOPICS.scanScored, key: [tenant, scanId], value: { scanId, tenantId: tenant, scored, scoredAt: now }, tenantId: tenantId(tenant), eventId: derivedId(scanId, 'scan.scored'),
  })));
}
