import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { derivedId, TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT, type Clock, type TenantId } from '@throughline/domain';
import { KeyDestroyedError, type Keyring } from '@throughline/keyring';
import type { DatabaseUnit } from '@throughline/persistence';
import { CLOCK } from '@throughline/service-kit';
import { DLQ_HEADERS, done, type Outcome, type StreamRecord } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { alsoHandle, saveDeadLetter } from '../persistence/dead-letter.repository.js';
import { KEYRING } from '../tokens.js';

const DLQ_TOPICS = [
  TOPICS.analyticsDlq, TOPICS.chainResolutionDlq, TOPICS.dedupDlq, TOPICS.gatewayDlq, TOPICS.ingestionDlq, TOPICS.normalizationDlq, TOPICS.scoringDlq,
  TOPICS.ticketRoutingDlq,
];
const OWN: ReadonlySet<string> = new Set(Object.values(DLQ_HEADERS));

/** Keeps the dead letters of all services where people can see and replay them; their bytes are sealed. */
@Controller()
export class DeadLetterHandler {
  constructor(@Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock) {}

  @EventPattern(DLQ_TOPICS)
  async handle({ records, unit }: StreamBatch<Buffer, DatabaseUnit>): Promise<Outcome> {
    for (const record of records) {
      if (record.tenantId === null) await alsoHandle(unit, DEFAULT_TENANT);
      await this.#keep(record, unit, record.tenantId ?? DEFAULT_TENANT);
    }
    return done;
  }

  async #keep(record: StreamRecord<Buffer>, unit: DatabaseUnit, tenantId: TenantId): Promise<void> {
    const { headers } = record;
    const id = derivedId(`${record.topic}/${record.partition}/${record.offset}`, 'dead-letter');
    const partition = headers[DLQ_HEADERS.partition];
    const at = Date.parse(headers[DLQ_HEADERS.at] ?? '');
    await saveDeadLetter(unit, {
      tenantId, deadLetterId: id, dlqTopic: record.topic, dlqPartition: record.partition, dlqOffset: record.offset, sourceTopic: headers[DLQ_HEADERS.topic] ?? '',
      sourcePartition: partition === undefined ? null : Number(partition), sourceOffset: headers[DLQ_HEADERS.offset] ?? null,
      service: (headers[DLQ_HEADERS.group] ?? record.topic.replace(/\.dlq\.v1$/, '')).replace(/^throughline\./, ''),
      code: headers[DLQ_HEADERS.code] ?? '', reason: headers[DLQ_HEADERS.reason] ?? '', step: headers[DLQ_HEADERS.step] ?? '',
      key: record.key === '' ? null : Buffer.from(record.key), payload: await this.#seal(tenantId, id, record.value),
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name))), failedAt: Number.isNaN(at) ? this.clock.now() : new Date(at),
    });
  }

  /** The bytes of a tenant whose keys were destroyed are not kept: they were to be gone. */
  async #seal(tenantId: TenantId, id: string, payload: Buffer): Promise<Buffer | null> {
    try {
      return await this.keyring.seal(tenantId, letterContext(id), payload);
    } catch (error) {
      if (error instanceof KeyDestroyedError) return null;
      throw error;
    }
  }
}

/** Ties sealed bytes to their letter. */
export const letterContext = (id: string): string => `dead-letter|${id}`;
