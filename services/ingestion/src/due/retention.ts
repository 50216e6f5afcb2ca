import type { BlobStore } from '@throughline/blob-store';
import type { Clock } from '@throughline/domain';
import { forgetDeliveriesBefore, scheduleDue, type Database, type DueOutcome, type LeasedDueHandler, type Unit } from '@throughline/persistence';
import type { TenantId } from '@throughline/domain';
import type { IngestionConfig } from '../config.js';
import { forgetEffectsBefore } from '../persistence/effect.repository.js';
import { dropOpenInventories } from '../persistence/inventory.repository.js';
import { dropOldRows, forgetReports, isScheduled, oldReports, unnamedBlobs } from '../persistence/retention.repository.js';
import { reportFolder } from '../upload/blob-key.js';
import { RETENTION } from './kinds.js';

const DAY_MS = 86_400_000;
const BATCH = 200;
const RECEIPT_DAYS = 400;
const EFFECT_DAYS = 90;
const DEAD_LETTER_DAYS = 30;
const DELIVERY_DAYS = 7;
const OPEN_INVENTORY_DAYS = 7;
/** Days that are looked through for blobs without a receipt: over for good, and more than one in case a run was missed. */
const ORPHAN_DAYS = [2, 3, 4];

/** One row a tenant keeps the retention going; scheduling it again would only move it, so it is left alone when there. */
export async function ensureRetention(unit: Unit, tenantId: TenantId, now: Date): Promise<void> {
  if (!(await isScheduled(unit, RETENTION, tenantId))) await scheduleDue(unit, { kind: RETENTION, key: tenantId, tenantId, dueAt: new Date(now.getTime() + DAY_MS) });
}

/**
 * Deletes what is past its time, a tenant a run. Bytes go before the row says so: a crash in between deletes them again.
 */
export function retention(config: IngestionConfig, blobs: BlobStore, clock: Clock): LeasedDueHandler {
  return {
    leaseMs: 30 * 60_000,
    async handle({ tenantId }, database): Promise<DueOutcome> {
      if (tenantId === null) return { kind: 'skip', reason: 'no tenant' };
      const now = clock.now();
      const before = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
      for (;;) {
        const old = await database.run([tenantId], (unit) => oldReports(unit, tenantId, before(config.RAW_RETENTION_DAYS), BATCH));
        for (const { blob_key: key } of old) await blobs.delete(tenantId, key);
        await database.run([tenantId], (unit) => forgetReports(unit, tenantId, old.map((row) => row.scan_id)));
        if (old.length < BATCH) break;
      }
      await database.run([tenantId], async (unit) => {
        await dropOldRows(unit, tenantId, { receipts: before(RECEIPT_DAYS), deadLetters: before(DEAD_LETTER_DAYS) });
        await forgetEffectsBefore(unit, tenantId, before(EFFECT_DAYS));
        await dropOpenInventories(unit, tenantId, before(OPEN_INVENTORY_DAYS));
        await forgetDeliveriesBefore(unit, before(DELIVERY_DAYS));
      });
      await blobs.sweep(before(1));
      for (const days of ORPHAN_DAYS) await dropOrphans(database, blobs, tenantId, before(days));
      return { kind: 'again', dueAt: new Date(now.getTime() + DAY_MS) };
    },
  };
}

/** Bytes whose commit failed: nothing names them, so nothing will ever read them. */
async function dropOrphans(database: Database, blobs: BlobStore, tenantId: TenantId, day: Date): Promise<void> {
  const keys = await blobs.keys(tenantId, reportFolder(day));
  if (keys.length === 0) return;
  const orphans = await database.run([tenantId], (unit) => unnamedBlobs(unit, tenantId, keys));
  for (const key of orphans) await blobs.delete(tenantId, key);
}
