import { reportValidator, type ReportSummary } from '../domain/report-validator.js';
import { unpacked, type ContainerOptions } from './container.js';

/** Decoding works on pieces of this size, whatever the network or an archive gives. */
const MAX_PIECE = 1024 * 1024;

/**
 * The one pass over an upload. Yields the report's bytes as they are to be kept (UTF-8, no mark, no NUL) and returns what
 * it is; throws UploadRefused as soon as it cannot be a whole report within the limits.
 */
export async function* readReport(source: AsyncIterable<Uint8Array>, options: ContainerOptions): AsyncGenerator<Uint8Array, ReportSummary> {
  const validator = reportValidator();
  for await (const chunk of unpacked(source, options)) {
    for (let at = 0; at < chunk.length; at += MAX_PIECE) {
      const kept = validator.write(chunk.subarray(at, at + MAX_PIECE));
      if (kept.length > 0) yield kept;
    }
  }
  const { rest, summary } = validator.end();
  if (rest.length > 0) yield rest;
  return summary;
}
