import { setTimeout as sleep } from 'node:timers/promises';
import { startPlatform, type Platform } from './platform.js';
import { usage } from './processes.js';
import { sarifReport } from './sarif.js';
import type { BenchResult } from './results.js';

const NEW_SCANS = 4;
const RESULTS_A_SCAN = 25_000;
const LARGE_SCAN = 50_000;
const LIMIT_MS = 600_000;

interface Receipt { readonly id: string; readonly status: string; readonly duplicateOf?: string; readonly counts: Readonly<Record<string, number>>; readonly problems?: unknown }

/** From HTTP to score: new findings, the same bytes again, the same findings in another commit. */
export async function endToEnd(): Promise<readonly BenchResult[]> {
  const platform = await startPlatform();
  try {
    await warmUp(platform);
    return [...await newFindings(platform), ...await largeScan(platform), ...memory(platform)];
  } finally {
    await platform.stop();
  }
}

async function warmUp(platform: Platform): Promise<void> {
  await finished(platform, await upload(platform, sarifReport('warm-up', 500), 'warm', 'a'));
}

async function newFindings(platform: Platform): Promise<readonly BenchResult[]> {
  const reports = Array.from({ length: NEW_SCANS }, (_, i) => sarifReport(`new-${i}`, RESULTS_A_SCAN));
  const before = usage(platform.pids);
  const began = performance.now();
  const receipts = await Promise.all(reports.map(async (report, i) => finished(platform, await upload(platform, report, `new-${i}`, 'a'))));
  const seconds = (performance.now() - began) / 1000;
  const after = usage(platform.pids);
  const created = receipts.reduce((sum, receipt) => sum + (receipt.counts['new'] ?? 0), 0);
  const total = NEW_SCANS * RESULTS_A_SCAN;
  if (created !== total) throw new Error(`expected ${total} new findings, the receipts say ${created}`);
  const micros = (name: string): number => (((after[name]?.cpuMs ?? 0) - (before[name]?.cpuMs ?? 0)) * 1000) / total;
  const names = Object.keys(platform.pids).filter((name) => name !== 'launcher');
  return [
    { name: 'new findings', value: total / seconds, unit: 'findings/s', note: `${NEW_SCANS} scans of ${RESULTS_A_SCAN}, HTTP to score` },
    { name: 'CPU of a new finding', value: names.reduce((sum, name) => sum + micros(name), 0), unit: 'µs', note: 'all processes' },
    ...names.map((name): BenchResult => ({ name: `CPU of a new finding: ${name}`, value: micros(name), unit: 'µs', note: '' })),
  ];
}

async function largeScan(platform: Platform): Promise<readonly BenchResult[]> {
  const report = sarifReport('large', LARGE_SCAN);
  await finished(platform, await upload(platform, report, 'large', 'a'));
  const identical = await timed(async () => {
    const receipt = await finished(platform, await upload(platform, report, 'large', 'a'));
    if (!receipt.duplicateOf) throw new Error('the same bytes were not recognized');
  });
  const before = usage(platform.pids);
  const unchanged = await timed(async () => {
    const receipt = await finished(platform, await upload(platform, report, 'large', 'b'));
    if (receipt.counts['unchanged'] !== LARGE_SCAN) throw new Error(`expected ${LARGE_SCAN} unchanged, the receipt says ${JSON.stringify(receipt.counts)}`);
  });
  const after = usage(platform.pids);
  const cpu = Object.keys(platform.pids).filter((name) => name !== 'launcher').reduce((sum, name) => sum + (after[name]?.cpuMs ?? 0) - (before[name]?.cpuMs ?? 0), 0);
  return [
    { name: 'same bytes again, 50,000 results', value: identical / 1000, unit: 's', note: `${(report.length / 1e6).toFixed(1)} MB, answered as a duplicate` },
    { name: 'unchanged in another commit, 50,000 results', value: unchanged / 1000, unit: 's', note: 'to done, no change record' },
    { name: 'CPU of an unchanged finding', value: (cpu * 1000) / LARGE_SCAN, unit: 'µs', note: 'all processes' },
  ];
}

function memory(platform: Platform): readonly BenchResult[] {
  return Object.entries(usage(platform.pids)).filter(([name]) => name !== 'launcher').map(([name, { rssMb }]) => ({ name: `memory: ${name}`, value: rssMb, unit: 'MB', note: 'resident, with descendants, after the runs' }));
}

async function upload(platform: Platform, report: Buffer, repository: string, commit: string): Promise<string> {
  const query = new URLSearchParams({ repository: `github.com/bench/${repository}`, branch: 'main', commit: Buffer.from(`${repository}${commit}`).toString('hex').padEnd(40, '0').slice(0, 40) });
  const answer = await fetch(`${platform.url}/v1/scans?${query.toString()}`, { method: 'POST', body: new Uint8Array(report), headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' } });
  if (answer.status !== 202) throw new Error(`the upload was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return ((await answer.json()) as { id: string }).id;
}

async function finished(platform: Platform, id: string): Promise<Receipt> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${platform.url}/v1/scans/${id}`, { headers: { authorization: `Bearer ${platform.token}` } });
    const receipt = (await answer.json()) as Receipt;
    if (receipt.status === 'done') return receipt;
    if (receipt.status === 'rejected' || receipt.status === 'partial' || performance.now() > deadline) throw new Error(`scan ${id} is ${receipt.status}: ${JSON.stringify(receipt.problems)}`);
    await sleep(250);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
