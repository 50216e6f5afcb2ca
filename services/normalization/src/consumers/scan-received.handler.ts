import type { ScanReceived } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { done, retry, skip, type BatchContext, type Outcome, type StreamRecord } from '@throughline/stream';
import { finishedScans } from '../persistence/parser-run.repository.js';
import { readScan, type ReadingDeps } from './read-scan.js';
import { Interrupted } from './rejection.js';
import { INLINE_BYTES } from './scan-output.js';

/**
 * Reads the reports of a batch one after another. Short ones go out with the batch; a long one has put most of its parts
 * out before. On `retry` nothing of the batch's own transaction is kept, and a long report goes on where it stood.
 */
export async function handleScanReceived(records: readonly StreamRecord<ScanReceived>[], unit: Unit, batch: BatchContext, deps: ReadingDeps): Promise<Outcome | readonly Outcome[]> {
  const finished = new Set(await finishedScans(unit, records.map((record) => record.value.scanId)));
  const budget = { bytes: INLINE_BYTES };
  const outcomes: Outcome[] = [];
  for (const record of records) {
    const scan = record.value;
    if (finished.has(scan.scanId)) {
      outcomes.push(skip('read before'));
      continue;
    }
    try {
      await readScan({ scan, tenant: tenantId(scan.tenantId), headers: record.headers, unit, batch, budget }, deps);
    } catch (error) {
      if (error instanceof Interrupted) return retry(error.message);
      throw error;
    }
    finished.add(scan.scanId);
    outcomes.push(done);
  }
  return outcomes;
}
