import { Inject, Injectable } from '@nestjs/common';
import type { BlobStore, StoredBlob } from '@throughline/blob-store';
import { derivedId, newId, TOPICS, type ScanReceived, type ScanTarget } from '@throughline/contracts';
import type { Clock, TenantId } from '@throughline/domain';
import { scheduleDue, type Database, type OutgoingMessage, type Unit } from '@throughline/persistence';
import { CLOCK, CONFIG, DATABASE } from '@throughline/service-kit';
import { join } from 'node:path';
import type { IngestionConfig } from '../config.js';
import { SCAN_DEADLINE } from '../due/kinds.js';
import { ensureRetention } from '../due/retention.js';
import { UploadRefused } from '../domain/refusal.js';
import type { ReportSummary } from '../domain/report-validator.js';
import type { ScanQuery } from '../domain/scan-query.js';
import { contentKey, lineSubject, targetOf } from '../domain/target.js';
import { countUploadBytes } from '../metrics.js';
import { announceUploadFacts } from '../observations/upload-facts.js';
import { claimDefaultLine, findByIdempotencyKey, findOriginal, insertDuplicate, insertScan, type NewScan } from '../persistence/scan.repository.js';
import { BLOBS } from '../tokens.js';
import { blobKeyOf } from './blob-key.js';
import { DEFAULT_LIMITS } from './limits.js';
import { readReport } from './read-report.js';

export interface Upload {
  readonly tenantId: TenantId;
  readonly actor: string;
  readonly query: ScanQuery;
  readonly idempotencyKey: string | null;
  /** Makes the same bytes of the same scope another scan: a list that was pulled returned to an earlier state. */
  readonly salt?: string;
  readonly contentType: string;
  readonly fileName: string;
  readonly transportGzip: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Accepted { readonly scanId: string; readonly duplicateOf: string | null }

const USUAL_DEFAULTS: ReadonlySet<string> = new Set(['main', 'master', 'trunk', 'develop']);

/** A refused upload: its receipt, and why. */
export class UploadRejected extends Error {
  override readonly name = 'UploadRejected';
  constructor(readonly scanId: string, readonly refused: UploadRefused) {
    super(refused.message);
  }
}

/**
 * Takes a report. When `receive` resolves, the report is on the disk and its receipt, its deadline and the announcement
 * are committed together; when it rejects, nothing but the receipt of a refused one is kept.
 */
@Injectable()
export class UploadService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IngestionConfig,
  ) {}

  async receive(upload: Upload): Promise<Accepted> {
    const receivedAt = this.clock.now();
    const scanId = newId();
    const repeated = await this.#knownKey(upload);
    if (repeated !== undefined) {
      // The client may still be sending; what was stored under the key is the answer, whatever these bytes are.
      await this.#drain(upload.body);
      return this.#duplicate(this.#row(upload, scanId, receivedAt), repeated);
    }
    const blobKey = blobKeyOf(scanId, receivedAt);
    try {
      const { stored, summary } = await this.#store(upload, blobKey);
      return await this.#commit(upload, this.#row(upload, scanId, receivedAt, { stored, summary, blobKey }));
    } catch (error) {
      // A failed commit may have happened after all, so the blob stays: the sweep removes those that no receipt names.
      if (!(error instanceof UploadRefused)) throw error;
      await this.#keepRefusal(this.#row(upload, scanId, receivedAt), error);
      throw new UploadRejected(scanId, error);
    }
  }

  async #knownKey({ tenantId, idempotencyKey }: Upload): Promise<string | undefined> {
    if (idempotencyKey === null) return undefined;
    return this.database.run([tenantId], (unit) => findByIdempotencyKey(unit, tenantId, idempotencyKey));
  }

  async #store(upload: Upload, blobKey: string): Promise<{ stored: StoredBlob; summary: ReportSummary }> {
    const options = {
      limits: { ...DEFAULT_LIMITS, maxBytes: this.config.MAX_UPLOAD_BYTES },
      spoolDir: join(this.config.BLOB_DIR, '.incoming'),
      transportGzip: upload.transportGzip,
    };
    const reading = readReport(upload.body, options);
    let summary: ReportSummary | undefined;
    const kept = async function* (): AsyncGenerator<Uint8Array> {
      summary = yield* reading;
    };
    const stored = await this.blobs.put(upload.tenantId, blobKey, kept());
    if (summary === undefined) throw new TypeError('a report was stored without having been read to its end');
    return { stored, summary };
  }

  /** One transaction: the receipt, the deadline, the announcement; or the receipt of a duplicate. */
  async #commit(upload: Upload, scan: NewScan): Promise<Accepted> {
    const { tenantId, query } = upload;
    const accepted = await this.database.run([tenantId], async (unit) => {
      const target = targetOf(query, await this.#defaultLine(unit, upload, scan.receivedAt));
      const sequence = await insertScan(unit, { ...scan, target });
      if (sequence === undefined) {
        const duplicateOf = await findOriginal(unit, scan);
        if (duplicateOf === undefined) throw new TypeError('a scan conflicts with one that cannot be found');
        await insertDuplicate(unit, { ...scan, target }, duplicateOf);
        return { scanId: scan.scanId, duplicateOf };
      }
      await scheduleDue(unit, { kind: SCAN_DEADLINE, key: scan.scanId, tenantId, dueAt: new Date(scan.receivedAt.getTime() + this.config.SCAN_DEADLINE_SECONDS * 1000) });
      await ensureRetention(unit, tenantId, scan.receivedAt);
      unit.announce(this.#announcement(scan, target, sequence));
      await announceUploadFacts(unit, { tenantId, scanId: scan.scanId, query, at: scan.receivedAt });
      return { scanId: scan.scanId, duplicateOf: null };
    });
    if (accepted.duplicateOf === null) countUploadBytes(scan.bytes);
    else if (scan.blobKey !== null) await this.blobs.delete(tenantId, scan.blobKey);
    return accepted;
  }

  async #defaultLine(unit: Unit, { tenantId, query }: Upload, now: Date): Promise<boolean> {
    if (query.pullRequest !== undefined) return false;
    if (query.branch === undefined) return true;
    const subject = lineSubject(query);
    // Only the report knows what it is about: names decide, since a first branch would be the first of many things.
    if (subject === '') return USUAL_DEFAULTS.has(query.branch);
    return claimDefaultLine(unit, tenantId, subject, query.branch, now);
  }

  async #drain(body: AsyncIterable<Uint8Array>): Promise<void> {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > this.config.MAX_UPLOAD_BYTES) return;
    }
  }

  #duplicate(scan: NewScan, duplicateOf: string): Promise<Accepted> {
    return this.database.run([scan.tenantId], async (unit) => {
      await insertDuplicate(unit, scan, duplicateOf);
      return { scanId: scan.scanId, duplicateOf };
    });
  }

  async #keepRefusal(scan: NewScan, refused: UploadRefused): Promise<void> {
    await this.database.run([scan.tenantId], (unit) => insertScan(unit, { ...scan, status: 'rejected', problems: [refused.refusal] }));
  }

  #row(upload: Upload, scanId: string, receivedAt: Date, read?: { stored: StoredBlob; summary: ReportSummary; blobKey: string }): NewScan {
    const { query } = upload;
    const sha256 = read?.stored.sha256 ?? '';
    const stripped = read?.summary.nulsStripped ?? 0;
    return {
      tenantId: upload.tenantId, scanId, status: 'queued', idempotencyKey: upload.idempotencyKey, contentKey: contentKey(sha256, query, upload.salt), sha256,
      bytes: read?.stored.bytes ?? 0, kind: read?.summary.kind ?? '', blobKey: read?.blobKey ?? null, contentType: upload.contentType,
      fileName: query.fileName ?? upload.fileName, format: query.format ?? '', tool: query.tool ?? '', coverage: query.coverage ?? '',
      target: targetOf(query, false), problems: stripped > 0 ? [{ code: 'nul_stripped', message: `${stripped} NUL characters were left out`, position: '' }] : [],
      actor: upload.actor, scannedAt: query.scannedAt ?? null, receivedAt, storedAt: read === undefined ? null : this.clock.now(),
    };
  }

  #announcement(scan: NewScan, target: ScanTarget, sequence: number): OutgoingMessage {
    const value: ScanReceived = {
      scanId: scan.scanId, tenantId: scan.tenantId, sequence, receivedAt: scan.receivedAt.toISOString(), scannedAt: scan.scannedAt ?? '',
      blobKey: scan.blobKey ?? '', blobBytes: scan.bytes, sha256: scan.sha256, contentType: scan.contentType, fileName: scan.fileName,
      encoding: '', format: scan.format, tool: scan.tool, coverage: scan.coverage, target, reported: -1, actor: scan.actor,
    };
    const topic = scan.bytes > this.config.BULK_BYTES ? TOPICS.scanReceivedBulk : TOPICS.scanReceived;
    return { topic, key: [scan.tenantId, scan.scanId], value, tenantId: scan.tenantId, eventId: derivedId(scan.scanId, 'scan.received') };
  }
}
