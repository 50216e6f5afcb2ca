import type { PulledScan } from '@throughline/connectors/api';
import type { TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { scanQuery } from '../domain/scan-query.js';
import { countUpload } from '../metrics.js';
import type { ConnectorError } from '../persistence/connector.repository.js';
import { pulledScans, type PulledScanState } from '../persistence/pulled-scan.repository.js';
import { UploadRejected, type UploadService } from '../upload/upload.service.js';

export interface ScanTaker { readonly database: Database; readonly uploads: UploadService }
export interface TakenScans {
  /** To be noted, with the refusals, in the transaction of the page or delivery that brought them. */
  readonly states: ReadonlyMap<string, PulledScanState>;
  readonly refusals: readonly ConnectorError[];
  readonly uploaded: number;
}

export const NO_SCANS: TakenScans = { states: new Map(), refusals: [], uploaded: 0 };

const MAX_KEY = 200;
const hash = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/**
 * Takes reports that a connector brought through the door of uploads: bytes fsynced, receipt and announcement committed,
 * before the page is stored. If the process dies in between, the page comes again and its reports have the same
 * idempotency key. The other order would need the bytes inside the transaction, or a page that names bytes which are not there.
 *
 * A list that did not change is no upload at all, or every pull would leave receipts of duplicates.
 */
export async function takeScans(taker: ScanTaker, tenantId: TenantId, connectorId: string, scans: readonly PulledScan[], now: Date): Promise<TakenScans> {
  if (scans.length === 0) return NO_SCANS;
  const known = await taker.database.run([tenantId], (unit) => pulledScans(unit, tenantId, connectorId, scans.map(keyOf)));
  const states = new Map<string, PulledScanState>();
  const refusals: ConnectorError[] = [];
  let uploaded = 0;
  for (const scan of scans) {
    const key = keyOf(scan);
    const last = states.get(key) ?? known.get(key);
    const sha256 = hash(scan.body);
    if (last !== undefined && Buffer.compare(last.sha256, sha256) === 0) continue;
    const generation = (last?.generation ?? 0) + 1;
    const outcome = await take(taker.uploads, tenantId, connectorId, scan, `${connectorId}|${key}|${generation}|${sha256.toString('hex')}`);
    if (typeof outcome === 'string') uploaded += outcome === 'accepted' ? 1 : 0;
    else refusals.push({ at: now.toISOString(), ...outcome });
    // Bytes that were refused are not tried again either.
    states.set(key, { sha256, generation });
  }
  return { states, refusals, uploaded };
}

const keyOf = ({ key }: PulledScan): string => (key.length <= MAX_KEY ? key : hash(key).toString('hex'));

/** A refused report is told beside the connector and stops nothing. */
async function take(uploads: UploadService, tenantId: TenantId, connectorId: string, scan: PulledScan, identity: string): Promise<'accepted' | 'duplicate' | Omit<ConnectorError, 'at'>> {
  const query = scanQuery.safeParse({ ...scan.target, format: scan.format });
  if (!query.success) return { code: 'scan_target', message: `${scan.fileName}: ${query.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`.slice(0, 500) };
  try {
    const { duplicateOf } = await uploads.receive({
      tenantId, actor: `connector:${connectorId}`, query: query.data, idempotencyKey: `pull:${hash(identity).toString('hex')}`, salt: identity,
      contentType: 'application/json', fileName: scan.fileName, transportGzip: false, body: bytes(scan.body),
    });
    const result = duplicateOf === null ? 'accepted' : 'duplicate';
    countUpload(1, { result });
    return result;
  } catch (error) {
    if (!(error instanceof UploadRejected)) throw error;
    const { code, message } = error.refused.refusal;
    countUpload(1, { result: code });
    return { code, message: `${scan.fileName}: ${message}`.slice(0, 500) };
  }
}

async function* bytes(body: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof body === 'string' ? Buffer.from(body) : body;
}
