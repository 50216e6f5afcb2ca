import { beforeAll, describe, expect, it } from '@jest/globals';
import { platform, type TestPlatform } from '@throughline/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Reading the same reports again, in any order, changes nothing: no finding, no ticket, no clock. */
const corpus = resolve(process.cwd(), '../../shared/corpus');
const WITHIN_MS = 120_000;
/** Formats whose folder in the corpus is named otherwise. */
const NAMED: Readonly<Record<string, string>> = { aws_inspector2: 'aws-inspector2', awssecurityhub: 'asff', anchore_grype: 'grype', semgrep_pro: 'semgrep', github_sast: 'github-code-scanning', github_secrets_detection_report: 'github-secret-scanning' };

interface Receipt { readonly id: string; readonly fileName: string; readonly format: string; readonly status: string; readonly duplicateOf?: string; readonly counts: Readonly<Record<string, number>> }
interface Upload { readonly query: string; readonly body: Buffer }

let throughline: TestPlatform;
beforeAll(async () => { throughline = await platform(); });

async function get<T>(path: string): Promise<T> {
  const answer = await throughline.fetch(path);
  expect([answer.status, path]).toEqual([200, path]);
  return await answer.json() as T;
}

/** Undefined: refused at the door (nothing in it, cut off, of no format that is known). */
async function upload({ query, body }: Upload): Promise<Receipt | undefined> {
  const answer = await throughline.fetch(`/v1/scans?${query}`, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/octet-stream' } });
  expect([202, 422]).toContain(answer.status);
  return answer.status === 202 ? await answer.json() as Receipt : undefined;
}

/** Uploads one after the other, as pipelines do, and waits for all of them. */
async function uploaded(all: readonly Upload[]): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (const one of all) {
    const receipt = await upload(one);
    if (receipt !== undefined) receipts.push(receipt);
  }
  const deadline = Date.now() + WITHIN_MS;
  const ended: Receipt[] = [];
  for (const { id } of receipts) {
    let receipt = await get<Receipt>(`/v1/scans/${id}`);
    while (!['done', 'partial', 'rejected'].includes(receipt.status)) {
      if (Date.now() > deadline) throw new Error(`scan ${id} is ${receipt.status} after ${WITHIN_MS} ms`);
      await sleep(100);
      receipt = await get<Receipt>(`/v1/scans/${id}`);
    }
    ended.push(receipt);
  }
  return ended;
}

/** The same order for the same seed. */
function shuffled<T>(all: readonly T[], seed: number): readonly T[] {
  let state = seed;
  const rank = all.map(() => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state; });
  return all.map((one, index) => ({ one, rank: rank[index] as number })).sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

const changes = ({ counts }: Receipt): Readonly<Record<string, number | undefined>> => Object.fromEntries(['new', 'changed', 'reopened', 'absent', 'fixed'].map((name) => [name, counts[name]]));
const NOTHING = { new: 0, changed: 0, reopened: 0, absent: 0, fixed: 0 };

async function corpusUploads(commit: string): Promise<readonly Upload[]> {
  const formats = new Set((await get<{ readonly items: readonly { readonly id: string }[] }>('/v1/formats?limit=1000')).items.map(({ id }) => id));
  const files = JSON.parse(readFileSync(join(corpus, 'expected.json'), 'utf8')) as { readonly file: string; readonly format: string }[];
  return files.filter(({ format }) => formats.has(NAMED[format] ?? format.replaceAll('_', '-'))).map(({ file }, index) => ({
    query: new URLSearchParams({ repository: `github.com/corpus-${SEED}/report-${index}`, commit, branch: 'main', coverage: 'complete', fileName: file.split('/').at(-1) as string }).toString(),
    body: readFileSync(join(corpus, 'samples', file)),
  }));
}

const SEED = Number(process.env['THROUGHLINE_SEED'] ?? Date.now() % 2 ** 31);

describe(`reports that were read before (seed ${SEED})`, () => {
  it('3, 29: every report of the corpus again, of another commit and in another order, changes nothing', async () => {
    if (!existsSync(join(corpus, 'expected.json'))) {
      process.stderr.write(`passes without running: there is no corpus at ${corpus}\n`);
      return;
    }
    const first = await uploaded(await corpusUploads('1'.repeat(40)));
    expect(first.length).toBeGreaterThan(30);
    const again = await uploaded(shuffled(await corpusUploads('2'.repeat(40)), SEED));
    expect(again.length).toBe(first.length);
    const moved = again.filter((receipt) => receipt.status !== 'rejected' && Object.values(changes(receipt)).some((count) => count !== 0));
    expect(moved.map((receipt) => ({ file: receipt.fileName, format: receipt.format, counts: receipt.counts }))).toEqual([]);
  }, 240_000);

  it('29: every upload of the sample world again is a receipt of its own that says which scan it repeats', async () => {
    const sample = resolve(process.cwd(), '../deploy/local/sample/reports');
    const scans: { readonly id: string; readonly target: Readonly<Record<string, string>>; readonly fileName: string; readonly duplicateOf?: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { readonly items: typeof scans; readonly next: string | null } = await get(`/v1/scans?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
      scans.push(...page.items);
      cursor = page.next;
    }
    // The sample world was loaded first: of scans of one file, the oldest.
    const own = [...new Map(scans.filter((scan) => existsSync(join(sample, scan.fileName || '-'))).map((scan) => [scan.fileName, scan])).values()];
    expect(own.length).toBeGreaterThanOrEqual(14);
    const words = ['application', 'service', 'repository', 'branch', 'commit', 'image', 'url', 'environment', 'category'];
    const again = await uploaded(shuffled(own, SEED).map(({ target, fileName }) => ({
      query: new URLSearchParams([...words.flatMap((word) => (target[word] ? [[word, target[word]] as [string, string]] : [])), ['coverage', 'complete'], ['fileName', fileName]]).toString(),
      body: readFileSync(join(sample, fileName)),
    })));
    expect(again.map(({ duplicateOf }) => duplicateOf)).toEqual(shuffled(own, SEED).map(({ id }) => id));
    expect(again.map(changes)).toEqual(again.map(() => NOTHING));
  });
});
