import { BlobMissingError, type BlobStore } from '@throughline/blob-store';
import type { ScanReceived } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import { KeyDestroyedError, TamperedError } from '@throughline/keyring';
import { DETECTION_HEAD_BYTES, detectFormat, headOf, parserOf, type Parser, type Report } from '@throughline/parsers';
import { Rejection } from './rejection.js';

/** The stored report as parsers see it: opened as often as they like, decrypted while it is read. */
export function reportOf(scan: ScanReceived, tenant: TenantId, blobs: BlobStore): Report {
  return {
    fileName: scan.fileName,
    async *open() {
      try {
        yield* await blobs.get(tenant, scan.blobKey);
      } catch (error) {
        throw lost(error) ?? error;
      }
    },
  };
}

/** Bytes that are gone or changed for good; every other fault of the store passes by itself and is retried. */
function lost(error: unknown): Rejection | undefined {
  if (error instanceof BlobMissingError) return new Rejection('report_missing', 'the stored report is gone (its retention is over, or it was deleted); upload it again');
  if (error instanceof KeyDestroyedError) return new Rejection('report_missing', 'the keys of this tenant were destroyed, and its reports with them');
  if (error instanceof TamperedError) return new Rejection('report_tampered', 'the stored report was changed since it was uploaded; upload it again');
  return undefined;
}

/** The parser that the upload names, else the one that knows the file by its first bytes. Throws Rejection. */
export async function chooseParser(scan: ScanReceived, report: Report, parsers: readonly Parser[]): Promise<Parser> {
  if (scan.format !== '') {
    const named = parserOf(scan.format, parsers);
    if (named) return named;
    throw new Rejection('unknown_format', `no parser reads "${scan.format.slice(0, 60)}"; GET /v1/formats lists what can be read`);
  }
  const found = detectFormat(await headOf(report, DETECTION_HEAD_BYTES), scan.fileName, parsers);
  if (found.kind === 'detected') return found.detection.parser;
  const candidates = found.candidates.map((candidate) => candidate.parser.id).join(', ');
  if (found.kind === 'ambiguous') throw new Rejection('ambiguous_format', `the report could be ${candidates}; name one with "format" in the upload`);
  throw new Rejection('unknown_format', `no parser knows this file${candidates ? ` (nearest: ${candidates})` : ''}; name its format with "format" in the upload, or see GET /v1/formats`);
}
