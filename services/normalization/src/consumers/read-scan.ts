import { performance } from 'node:perf_hooks';
import type { BlobStore } from '@throughline/blob-store';
import { derivedId, TOPICS, type ScanHeader, type ScanMarker, type ScanReceived } from '@throughline/contracts';
import type { Clock, TenantId } from '@throughline/domain';
import type { SecretHasher } from '@throughline/keyring';
import { ReportError, type Parser, type ParseSummary, type ReportMeta } from '@throughline/parsers';
import type { Unit } from '@throughline/persistence';
import type { BatchContext } from '@throughline/stream';
import { brokenMarker, completeMarker, markerOf, openScan, rejectedMarker, type Opened } from '../domain/scan.js';
import { ensureRetention } from '../due/retention.js';
import { saveParserRun } from '../persistence/parser-run.repository.js';
import { endProgress, nextPart, touch } from '../persistence/progress.repository.js';
import { chooseParser, reportOf } from './open-report.js';
import { Rejection } from './rejection.js';
import { ScanOutput, type InlineBudget } from './scan-output.js';

export interface ReadingDeps {
  readonly blobs: BlobStore;
  readonly hasher: (tenant: TenantId) => Promise<SecretHasher>;
  readonly parsers: readonly Parser[];
  readonly clock: Clock;
}

/** One record of scan.received on its way. */
export interface Reading {
  readonly scan: ScanReceived;
  readonly tenant: TenantId;
  readonly headers: Readonly<Record<string, string>>;
  readonly unit: Unit;
  readonly batch: BatchContext;
  readonly budget: InlineBudget;
}

/** What reading gave so far; the marker is made of it, however it ends. */
interface Progress {
  parser: Parser | undefined;
  opened: Opened | undefined;
  meta: ReportMeta | undefined;
  summary: ParseSummary | undefined;
}

/**
 * Reads one report: detect, parse, announce its parts and exactly one marker. Throws only what should be retried: a
 * report that is at fault itself ends in a marker that says so.
 */
export async function readScan(reading: Reading, deps: ReadingDeps): Promise<void> {
  const { scan, tenant, unit, batch, budget } = reading;
  const began = performance.now();
  const output = new ScanOutput({ scan, tenant, batch, budget, now: () => deps.clock.now(), resumeAt: await nextPart(unit, scan.scanId), cause: reading });
  const progress: Progress = { parser: undefined, opened: undefined, meta: undefined, summary: undefined };
  const refusal = await keepAlive(unit, () => parseInto(reading, deps, output, progress));
  const { header, marker } = await ending(reading, output, progress, refusal);
  const at = deps.clock.now();
  const isFirst = await saveParserRun(unit, {
    header, marker, recipeVersion: progress.parser?.identityRecipe.version ?? 0, secretsRedacted: progress.summary?.tally.redacted ?? 0,
    fieldsCut: progress.summary?.tally.cutFields ?? 0, milliseconds: Math.round(performance.now() - began), finishedAt: at,
  });
  if (!isFirst) return;
  await endProgress(unit, scan.scanId);
  await ensureRetention(unit, tenant, at);
  unit.announce({
    topic: TOPICS.findingObserved, key: [header.tenantId, header.target.asset], value: markerOf(header, marker), tenantId: tenant, cause: reading,
    eventId: derivedId(scan.scanId, 'marker'),
  });
}

/** Parses to the end. Returns why the report is refused; undefined when it was read whole. */
async function parseInto({ scan, tenant }: Reading, deps: ReadingDeps, output: ScanOutput, progress: Progress): Promise<Rejection | undefined> {
  try {
    const report = reportOf(scan, tenant, deps.blobs);
    const parser = progress.parser = await chooseParser(scan, report, deps.parsers);
    for await (const item of parser.parse(report, await deps.hasher(tenant))) {
      if (item.kind === 'draft') await output.draft(item.draft);
      else if (item.kind === 'quarantined') await output.quarantine(item.quarantined);
      else if (item.kind === 'end') progress.summary = item.summary;
      else {
        progress.meta = item.meta;
        progress.opened = openScan(scan, parser.id, item.meta);
        output.begin(progress.opened.header);
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof ReportError) return new Rejection(error.code, error.message, error.position);
    if (error instanceof Rejection) return error;
    throw error;
  }
}

async function ending({ scan, unit }: Reading, output: ScanOutput, progress: Progress, refusal: Rejection | undefined): Promise<{ header: ScanHeader; marker: ScanMarker }> {
  const problem = { code: refusal?.code ?? '', message: refusal?.message ?? '', position: refusal?.position ?? '' };
  const { opened, meta, summary } = progress;
  if (!opened || !meta || (refusal && !output.spilled)) {
    output.discard();
    const { header } = opened ?? openScan(scan, progress.parser?.id ?? scan.format);
    return { header, marker: rejectedMarker(problem.code || 'unreadable', problem) };
  }
  await output.finish(unit);
  const counts = { parts: output.parts, observed: output.observed, quarantined: output.quarantined };
  const problems = [...opened.problems, ...output.problems];
  const marker = summary && !refusal ? completeMarker(scan, meta, summary, counts, problems) : brokenMarker(counts, [problem, ...problems]);
  return { header: opened.header, marker };
}

const PING_MS = 1000;

/**
 * Runs work that leaves the batch's transaction idle: the database ends transactions that are silent for five seconds,
 * so that a frozen consumer blocks nobody, and a large report takes longer than that.
 */
async function keepAlive<R>(unit: Unit, work: () => Promise<R>): Promise<R> {
  let ping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A failure is found by the next statement of the unit itself.
    ping = ping.then(() => touch(unit)).catch(() => undefined);
  }, PING_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await ping;
  }
}
