import { apiCounts } from '../domain/receipt.js';
import type { ScanRow } from '../persistence/scan.repository.js';

/** A receipt as the API shows it. A duplicate follows its original's status and counts nothing itself. */
export function presentScan(row: ScanRow): object {
  const status = row.original_status ?? row.status;
  return {
    id: row.scan_id,
    status,
    ...(row.duplicate_of !== null && { duplicateOf: row.duplicate_of }),
    sequence: Number(row.sequence),
    tool: row.tool,
    format: row.format,
    fileName: row.file_name,
    sha256: row.sha256,
    bytes: Number(row.bytes),
    target: row.target,
    coverage: row.coverage,
    counts: apiCounts(row.duplicate_of === null ? row.counts : null),
    problems: row.problems,
    actor: row.actor,
    timings: {
      receivedAt: iso(row.received_at), storedAt: iso(row.stored_at), deduplicatedAt: iso(row.completed_at), scoredAt: iso(row.scored_at), scannedAt: iso(row.scanned_at),
    },
    links: links(row.scan_id),
  };
}

export const links = (scanId: string): object => ({ self: `/v1/scans/${scanId}`, findings: `/v1/findings?scan=${scanId}` });

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;
