/* eslint-disable no-restricted-imports -- the kit of the tests reads fixtures; parsers never import it */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft, ParseContext, ParseSummary, Parser, QuarantinedResult, Report, ReportMeta, SecretHash } from './contract.js';
import { ReportError } from './errors.js';
import { sha1OfSecret } from './secret-identity.js';

/** What one parse gave, for tests. `error` instead of `summary` when the report was refused. */
export interface Parsed {
  readonly meta: ReportMeta | undefined;
  readonly drafts: readonly FindingDraft[];
  readonly quarantined: readonly QuarantinedResult[];
  readonly summary: ParseSummary | undefined;
  readonly error: ReportError | undefined;
}

const keyed = (sha1: string): SecretHash => ({ hash: createHmac('sha256', 'conformance').update(sha1).digest('hex'), keyVersion: 1 });
export const testContext: ParseContext = { hashSecret: (value) => keyed(sha1OfSecret(value)), hashSecretSha1: keyed };

/** A report in memory, read in chunks of any size. */
export function reportOf(bytes: Uint8Array | string, fileName = 'report', chunkSize = 64 * 1024): Report {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return {
    fileName,
    async *open() {
      for (let at = 0; at < buffer.length; at += chunkSize) yield buffer.subarray(at, at + chunkSize);
    },
  };
}

/** Parses to the end. Any failure but a ReportError is a bug of the parser and is thrown. */
export async function parseAll(parser: Pick<Parser, 'parse'>, report: Report): Promise<Parsed> {
  const drafts: FindingDraft[] = [];
  const quarantined: QuarantinedResult[] = [];
  let meta: ReportMeta | undefined;
  let summary: ParseSummary | undefined;
  try {
    for await (const item of parser.parse(report, testContext)) {
      if (item.kind === 'draft') drafts.push(item.draft);
      else if (item.kind === 'quarantined') quarantined.push(item.quarantined);
      else if (item.kind === 'meta') meta = item.meta;
      else summary = item.summary;
    }
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return { meta, drafts, quarantined, summary: undefined, error };
  }
  return { meta, drafts, quarantined, summary, error: undefined };
}

export interface Fixture {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Fixtures {
  readonly all: readonly Fixture[];
  readonly goldenDir: string;
  /** Values that stand in the fixtures and must stand in no output. */
  readonly canaries: readonly string[];
}

export function readFixtures(folder: string): Fixtures {
  const directory = join(folder, 'fixtures');
  const names = readdirSync(directory).filter((name) => name !== 'canaries.json').sort();
  const canaries = join(directory, 'canaries.json');
  return {
    all: names.map((name) => ({ name, bytes: readFileSync(join(directory, name)) })), goldenDir: join(folder, 'golden'),
    canaries: existsSync(canaries) ? (JSON.parse(readFileSync(canaries, 'utf8')) as string[]) : [],
  };
}
