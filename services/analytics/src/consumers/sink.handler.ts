import { blamesRows, type ClickHouse } from '@throughline/clickhouse';
import { TOPICS, type ScanCompleted, type TicketChanged } from '@throughline/contracts';
import { done, reject, retry, type Outcome, type StreamRecord } from '@throughline/stream';
import { FINDING_FIELDS, findingRow, RISK_FIELDS, riskRow, scanRow, ticketRow, type FindingFacts, type RiskFacts, type Row } from '../domain/rows.js';

interface Target { readonly table: string; readonly rowOf: (value: never) => Row }

/** Which tables a topic feeds. */
const TARGETS: Readonly<Record<string, readonly Target[]>> = {
  [TOPICS.riskChanged]: [{ table: 'risk_versions', rowOf: riskRow as (value: never) => Row } satisfies Target],
  [TOPICS.findingChanged]: [{ table: 'finding_versions', rowOf: findingRow as (value: never) => Row }],
  [TOPICS.scanCompleted]: [{ table: 'scans', rowOf: scanRow as (value: never) => Row }],
  [TOPICS.ticketChanged]: [{ table: 'tickets', rowOf: ticketRow as (value: never) => Row }],
};

export type SinkRecord = StreamRecord<RiskFacts | FindingFacts | ScanCompleted | TicketChanged>;
/** Fields that are decoded of a topic's records. */
export const SINK_READS: Readonly<Record<string, readonly string[]>> = { [TOPICS.riskChanged]: RISK_FIELDS, [TOPICS.findingChanged]: FINDING_FIELDS };
export const SINK_TOPICS: readonly string[] = Object.keys(TARGETS);

/**
 * Writes a batch of one topic and partition to its tables, then the runner commits the offset: a crash in between
 * repeats the same rows, which replace themselves, since a record's version is part of their key.
 */
export async function writeBatch(clickhouse: ClickHouse, records: readonly SinkRecord[]): Promise<Outcome> {
  const [first] = records;
  if (!first) return done;
  try {
    for (const { table, rowOf } of TARGETS[first.topic] ?? []) {
      await clickhouse.insert(table, records.map((record) => rowOf(record.value as never)));
    }
    return done;
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 300) : 'insert failed';
    // Rows at fault: the runner bisects to the one record. All else is ClickHouse's trouble: wait, nothing is lost (FAULTS 10).
    return blamesRows(error) ? reject('row_refused', message) : retry(message);
  }
}
