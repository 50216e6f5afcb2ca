import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS } from '@throughline/contracts';
import type { AssetObserved } from '@throughline/contracts';
import { isUuid, tenantId } from '@throughline/domain';
import type { Clock, TenantId } from '@throughline/domain';
import type { Logger } from '@throughline/observability';
import { CLOCK, LOGGER } from '@throughline/service-kit';
import { done, reject } from '@throughline/stream';
import type { Outcome, StreamRecord } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { countRefused } from '../provenance/metrics.js';
import { observe } from '../resolution/observe.js';

/** Facts about the chain: one transaction a batch, tenant by tenant in a stable order. */
@Controller()
export class AssetObservedHandler {
  constructor(@Inject(CLOCK) private readonly clock: Clock, @Inject(LOGGER) private readonly logger: Logger) {}

  @EventPattern(TOPICS.assetObserved)
  async handle({ records, unit }: StreamBatch<AssetObserved>): Promise<readonly Outcome[]> {
    const outcomes = records.map(({ value }) => problemOf(value));
    for (const [tenant, parts] of byTenant(records.filter((_, index) => outcomes[index] === done))) {
      const { refused, refusedAttestations } = await observe(unit, tenant, parts, this.clock.now());
      if (refused > 0) this.logger.warn({ event: 'chain.facts_refused', tenant, refused, sources: [...new Set(parts.map((part) => part.source))].slice(0, 5) }, 'facts without a readable URN, time or kind were passed over');
      if (refusedAttestations.length > 0) {
        countRefused(refusedAttestations.length);
        this.logger.warn({ event: 'chain.attestations_refused', tenant, refused: refusedAttestations.slice(0, 20) }, 'attestations were refused');
      }
    }
    return outcomes;
  }
}

function problemOf(value: AssetObserved): Outcome {
  if (!isUuid(value.tenantId)) return reject('tenant_missing', 'the record names no tenant');
  if (!Number.isFinite(Date.parse(value.receivedAt))) return reject('time_unreadable', 'receivedAt is no time');
  return done;
}

function byTenant(records: readonly StreamRecord<AssetObserved>[]): [TenantId, AssetObserved[]][] {
  const found = new Map<TenantId, AssetObserved[]>();
  for (const { value } of records) {
    const tenant = tenantId(value.tenantId);
    found.set(tenant, [...(found.get(tenant) ?? []), value]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
