import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface DeadLetter {
  readonly tenantId: TenantId;
  readonly deadLetterId: string;
  readonly dlqTopic: string;
  readonly dlqPartition: number;
  readonly dlqOffset: bigint;
  readonly sourceTopic: string;
  readonly sourcePartition: number | null;
  readonly sourceOffset: string | null;
  readonly service: string;
  readonly code: string;
  readonly reason: string;
  readonly step: string;
  readonly key: Buffer | null;
  /** Sealed. */
  readonly payload: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly failedAt: Date;
}

export interface DeadLetterRow {
  readonly dead_letter_id: string;
  readonly dlq_topic: string;
  readonly source_topic: string;
  readonly source_partition: number | null;
  readonly source_offset: string | null;
  readonly service: string;
  readonly code: string;
  readonly reason: string;
  readonly step: string;
  readonly record_key: Buffer | null;
  readonly payload: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly failed_at: Date;
  readonly replays: number;
  readonly replayed_at: Date | null;
  readonly replayed_by: string | null;
}

/** Adds a tenant to those of the unit: letters without a readable tenant belong to the installation's own. */
export async function alsoHandle(unit: Unit, tenantId: TenantId): Promise<void> {
  await unit.query(`select set_config('app.tenants', array_append(platform.tenants(), $1::uuid)::text, true)`, [tenantId]);
}

export async function saveDeadLetter(unit: Unit, letter: DeadLetter): Promise<void> {
  await unit.query(
    `insert into dead_letters (tenant_id, dead_letter_id, dlq_topic, dlq_partition, dlq_offset, source_topic, source_partition, source_offset, service,
       code, reason, step, record_key, payload, headers, failed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing`,
    [letter.tenantId, letter.deadLetterId, letter.dlqTopic, letter.dlqPartition, String(letter.dlqOffset), letter.sourceTopic, letter.sourcePartition, letter.sourceOffset,
      letter.service, letter.code, letter.reason, letter.step, letter.key, letter.payload, JSON.stringify(letter.headers), letter.failedAt],
  );
}

const COLUMNS = `dead_letter_id, dlq_topic, source_topic, source_partition, source_offset, service, code, reason, step, record_key, payload, headers, failed_at,
  replays, replayed_at, replayed_by`;

export interface DeadLetterFilter {
  readonly service?: string | undefined;
  readonly code?: string | undefined;
  readonly before?: { readonly failedAt: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Newest first; one more than the limit. */
export function listDeadLetters(unit: Unit, tenantId: TenantId, filter: DeadLetterFilter): Promise<readonly DeadLetterRow[]> {
  return unit.query<DeadLetterRow>(
    `select ${COLUMNS} from dead_letters where tenant_id = $1 and ($2::text is null or service = $2) and ($3::text is null or code = $3)
       and ($4::timestamptz is null or (failed_at, dead_letter_id) < ($4, $5::uuid))
     order by failed_at desc, dead_letter_id desc limit $6`,
    [tenantId, filter.service ?? null, filter.code ?? null, filter.before?.failedAt ?? null, filter.before?.id ?? null, filter.limit + 1],
  );
}

export async function findDeadLetter(unit: Unit, tenantId: TenantId, id: string): Promise<DeadLetterRow | undefined> {
  return (await unit.query<DeadLetterRow>(`select ${COLUMNS} from dead_letters where tenant_id = $1 and dead_letter_id = $2 for update`, [tenantId, id]))[0];
}

export async function noteReplay(unit: Unit, tenantId: TenantId, id: string, actor: string, now: Date): Promise<void> {
  await unit.query('update dead_letters set replays = replays + 1, replayed_at = $3, replayed_by = $4 where tenant_id = $1 and dead_letter_id = $2', [tenantId, id, now, actor]);
}
