import { blamesRows, type ClickHouse } from '@throughline/clickhouse';
import { TOPICS, type FindingChanged, type RiskChanged, type ScanCompleted, type TicketChanged } from '@throughline/contracts';
import { done, reject, retry, type Outcome, type StreamRecord } from '@throughline/stream';
import { currentRiskRow, findingRow, riskRow, scanRow, ticketRow, type Row } from '../domain/rows.js';

interface Target { readonly table: string; readonly rowOf: (value: never) => Row }

/** Which tables a topic feeds. */
const TARGETS: Readonly<Record<string, readonly Target[]>> = {
  [TOPICS.riskChanged]: [{ table: 'risk_versions', rowOf: riskRow as (value: never) => Row } satisfies Target, { table: 'risk_current', rowOf: currentRiskRow as (value: never) => Row }],
  [TOPICS.findingChanged]: [{ table: 'finding_versions', rowOf: findingRow as (value: never) => Row }],
  [TOPICS.scanCompleted]: [{ table: 'scans', rowOf: scanRow as (value: never) => Row }],
  [TOPICS.ticketChanged]: [{ table: 'tickets', rowOf: ticketRow as (value: never) => Row }],
};

export type SinkRecord = StreamRecord<RiskChanged | FindingChanged | ScanCompleted | TicketChanged>;
export const SINK_TOPICS: readonly string[] = Object.keys(TARGETS);

/**
 * Writes a batch of one topic and partition to its tables, then the runner commits the offset: a crash in between
 * repeats the same rows under the same token, which the engine drops; keys with versions make any later repeat harmless.
 */
export async function writeBatch(clickhouse: ClickHouse, records: readonly SinkRecord[]): Promise<Outcome> {
  const [first] = records;
  const last = records.at(-1);
  if (!first || !last) return done;
  try {
    for (const { table, rowOf } of TARGETS[first.topic] ?? []) {
      const token = `${table}|${first.topic}|${first.partition}|${first.offset}-${last.offset}`;
      await clickhouse.insert(table, records.map((record) => rowOf(record.value as never)), token);
    }
    return done;
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 300) : 'insert failed';
    // Rows at fault: the runner bisects to the one record. All else is ClickHouse's trouble: wait, nothing is lost (FAULTS 10).
    return blamesRows(error) ? reject('row_refused', message) : retry(message);
  }
}
