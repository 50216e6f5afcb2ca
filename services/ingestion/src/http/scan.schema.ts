import { SCAN_STATUSES } from '@throughline/domain';
import { listQuery } from '@throughline/service-kit';
import { z } from 'zod';

export const scanList = listQuery.extend({
  status: z.enum(SCAN_STATUSES).optional().describe('Status of the scan.'),
  tool: z.string().max(100).optional().describe('Tool name.'),
  repository: z.string().max(300).optional().describe('host/owner/name.'),
  application: z.string().max(100).optional().describe('Application slug.'),
  commit: z.string().max(64).optional().describe('Commit id.'),
});
export type ScanList = z.infer<typeof scanList>;

export const acceptedScan = z.object({
  id: z.uuid(), status: z.enum(SCAN_STATUSES), duplicateOf: z.uuid().optional(),
  links: z.object({ self: z.string(), findings: z.string() }),
});

const count = z.number().int();
export const scanReceipt = acceptedScan.extend({
  tool: z.string(), format: z.string(), fileName: z.string(), sha256: z.string(), bytes: count, sequence: count,
  target: z.record(z.string(), z.unknown()), coverage: z.string(),
  counts: z.object({ reported: count, observed: count, quarantined: count, new: count, changed: count, unchanged: count, reopened: count, merged: count, absent: count, fixed: count }),
  problems: z.array(z.object({ code: z.string(), message: z.string(), position: z.string() })),
  actor: z.string(),
  timings: z.record(z.string(), z.string().nullable()),
});
export const scanPage = z.object({ items: z.array(scanReceipt), next: z.string().nullable() });
