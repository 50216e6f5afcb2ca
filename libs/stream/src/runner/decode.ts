import { isUuid, type TenantId } from '@throughline/domain';
import { HEADERS } from '../envelope.js';
import { classifyError, errorCode } from '../retry-policy.js';
import type { Verdict } from '../dead-letter.js';
import type { Codec, RawRecord, StreamRecord } from '../ports.js';

/** A record on its way through the runner. */
export type Entry =
  | { readonly kind: 'record'; readonly raw: RawRecord; readonly record: StreamRecord<never> }
  /** A deletion mark of a compacted topic: nothing to apply, only passed. */
  | { readonly kind: 'tombstone'; readonly raw: RawRecord }
  | { readonly kind: 'undecodable'; readonly raw: RawRecord; readonly verdict: Verdict };

/** Decodes outside of any transaction. Throws what is the surroundings' fault, such as SchemaUnavailable. */
export async function decodeAll(records: readonly RawRecord[], codec: Pick<Codec, 'decode'>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const raw of records) entries.push(await decodeOne(raw, codec));
  return entries;
}

async function decodeOne(raw: RawRecord, codec: Pick<Codec, 'decode'>): Promise<Entry> {
  if (raw.value === null) return { kind: 'tombstone', raw };
  try {
    const value = await codec.decode(raw.topic, raw.value) as never;
    return { kind: 'record', raw, record: toRecord(raw, value) };
  } catch (error) {
    if (classifyError(error) === 'transient') throw error;
    return { kind: 'undecodable', raw, verdict: verdictOf(error, 'decode') };
  }
}

function toRecord(raw: RawRecord, value: never): StreamRecord<never> {
  const tenant = raw.headers[HEADERS.tenant];
  return {
    topic: raw.topic, partition: raw.partition, offset: raw.offset, timestamp: raw.timestamp,
    key: raw.key?.toString('utf8') ?? '',
    // A foreign producer may leave the id out; the record's place is as unique, though not over a redrive.
    eventId: raw.headers[HEADERS.id] ?? `${raw.topic}/${raw.partition}/${raw.offset}`,
    tenantId: isUuid(tenant) ? tenant as TenantId : null,
    headers: raw.headers, value,
  };
}

/** What a dead letter says of an error. The text may quote the payload: it goes beside the payload, never into a log. */
export function verdictOf(error: unknown, step: Verdict['step']): Verdict {
  const errorClass = error instanceof Error ? error.name : 'UnknownError';
  return { step, errorClass, code: errorCode(error), reason: error instanceof Error ? error.message : String(error) };
}

/** Tenants of the records, each once. */
export function tenantsOf(entries: readonly Entry[]): TenantId[] {
  const tenants = new Set<TenantId>();
  for (const entry of entries) if (entry.kind === 'record' && entry.record.tenantId !== null) tenants.add(entry.record.tenantId);
  return [...tenants];
}
