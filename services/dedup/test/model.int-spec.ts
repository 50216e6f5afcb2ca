import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingChanged, FindingObserved } from '@throughline/contracts';
import fc from 'fast-check';
import { scan, startHarness, vulnerable, type Harness } from './harness.js';

/**
 * Random histories of scans (two tools, two lines, any coverage, parts shuffled, doubled and cut into batches anywhere)
 * against a reference that knows nothing of keys, rows or parts. Many histories run side by side, each on an asset of its
 * own, so that thousands take seconds.
 */
let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

interface Step { readonly tool: 'trivy' | 'grype'; readonly line: 'default' | 'feature'; readonly flaws: readonly number[]; readonly coverage: 'complete' | 'partial' | 'failed'; readonly quarantined: number }

const step: fc.Arbitrary<Step> = fc.record({
  tool: fc.constantFrom('trivy', 'grype'),
  line: fc.constantFrom('default', 'default', 'feature'),
  flaws: fc.subarray([0, 1, 2, 3]),
  coverage: fc.constantFrom('complete', 'complete', 'complete', 'partial', 'failed'),
  quarantined: fc.constantFrom(0, 0, 0, 1),
});
const histories = fc.array(fc.array(step, { minLength: 8, maxLength: 8 }), { minLength: 40, maxLength: 40 });

interface Reference { onDefault: boolean; status: string; regressions: number; readonly missed: Map<string, number> }

/** The rules of PRODUCT.md D in their plainest form. */
function refer(model: Map<number, Reference>, { tool, line, flaws, coverage, quarantined }: Step): void {
  const scope = `${tool}/${line}`;
  const main = line === 'default';
  for (const flaw of flaws) {
    const known = model.get(flaw);
    if (known === undefined) { model.set(flaw, { onDefault: main, status: 'open', regressions: 0, missed: new Map([[scope, 0]]) }); continue; }
    if (known.onDefault && !main) { if (known.missed.has(scope)) known.missed.set(scope, 0); continue; }
    known.missed.set(scope, 0);
    if (main && !known.onDefault) Object.assign(known, { onDefault: true, status: 'open', regressions: 0 });
    else if (known.status === 'fixed') Object.assign(known, { status: 'reopened', regressions: known.regressions + 1 });
    else if (known.status === 'awaiting-verification') known.status = known.regressions > 0 ? 'reopened' : 'open';
  }
  if (coverage !== 'complete' || quarantined > 0) return;
  for (const [flaw, known] of model) {
    const missed = known.missed.get(scope);
    if (missed === undefined || missed >= 2 || flaws.includes(flaw)) continue;
    known.missed.set(scope, missed + 1);
    if (known.onDefault && !main) continue;
    const least = Math.min(...[...known.missed].filter(([name]) => name.endsWith('/default') === known.onDefault).map(([, count]) => count));
    if (least >= 2) known.status = 'fixed';
    else if (least === 1 && known.status !== 'fixed') known.status = 'awaiting-verification';
  }
}

const assetOf = (history: number): string => `repo:github.com/acme/h${history}`;
const draftsOf = (history: number, { flaws, tool }: Step) => flaws.map((flaw) => vulnerable(`pkg:npm/p${flaw}@1`, tool === 'grype' ? [`GHSA-${flaw}`, `CVE-2024-${flaw}`] : [`CVE-2024-${flaw}`], tool, { title: `${assetOf(history)} ${flaw}` }));

function recordsOf(all: readonly (readonly Step[])[], index: number, sequence: number): FindingObserved[] {
  return all.flatMap((history, number) => {
    const now = history[index] as Step;
    return [...scan({ sequence, asset: assetOf(number), tool: now.tool, line: now.line, coverage: now.coverage, quarantined: now.quarantined, drafts: draftsOf(number, now), partSize: 2 })];
  });
}

/** Another order, some records twice, cut into batches: what a broker may do within a scan. */
function disturbed(records: readonly FindingObserved[], seed: number): FindingObserved[][] {
  let state = seed | 1;
  const random = (): number => { state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff; return state / 0x7fffffff; };
  const doubled = records.flatMap((record) => (random() < 0.2 ? [record, record] : [record]));
  const shuffled = doubled.map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at).map((one) => one.record);
  const cut = Math.floor(random() * shuffled.length);
  return [shuffled.slice(0, cut), shuffled.slice(cut), records.slice(0, 3)].filter((batch) => batch.length > 0);
}

const byTitle = (a: { readonly title: string }, b: { readonly title: string }): number => (a.title < b.title ? -1 : 1);

const stored = () => harness.run((unit) => unit.query<{ title: string; findings: number; status: string; regressions: number; on_default: boolean }>(
  `select o.content::json->>'title' as title, count(distinct f.finding_id)::int as findings, min(f.status) as status, min(f.regressions) as regressions, bool_and(f.on_default) as on_default
   from finding f join occurrence o on o.finding_id = f.finding_id group by 1 order by 1`,
));

const expected = (all: readonly (readonly Step[])[], steps: number) => all.flatMap((history, number) => {
  const model = new Map<number, Reference>();
  for (const one of history.slice(0, steps)) refer(model, one);
  return [...model].map(([flaw, one]) => ({ title: `${assetOf(number)} ${flaw}`, findings: 1, status: one.status, regressions: one.regressions, on_default: one.onDefault }));
}).sort(byTitle);

describe('random histories', () => {
  it('equal the reference after every scan, whatever the broker does within it (480 histories)', async () => {
    await fc.assert(fc.asyncProperty(histories, fc.integer(), async (all, seed) => {
      await harness.clear();
      const told = new Map<string, FindingChanged>();
      const changes = new Map<string, number>();
      for (let index = 0; index < 8; index += 1) {
        for (const batch of disturbed(recordsOf(all, index, index + 1), seed + index)) {
          const { changed, completed } = await harness.apply(batch);
          for (const record of changed) {
            expect(record.version).toBe((told.get(record.findingId)?.version ?? 0) + 1);
            told.set(record.findingId, record);
            changes.set(record.scanId, (changes.get(record.scanId) ?? 0) + 1);
          }
          for (const { counts, header, changes: announced } of completed) {
            expect(announced).toBe(changes.get(header.scanId) ?? 0);
            expect(counts.observed).toBe(counts.created + counts.changed + counts.unchanged + counts.reopened + counts.merged);
            expect(counts.reported).toBe(counts.observed + counts.quarantined);
            expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
          }
        }
        const truth = expected(all, index + 1);
        expect((await stored()).slice().sort(byTitle)).toEqual(truth);
        // What subscribers were told last is the stored state, too.
        const heard = [...told.values()].map((one) => ({ title: one.title, findings: 1, status: one.status, regressions: one.regressions, on_default: one.defaultLine }));
        expect(heard.sort(byTitle)).toEqual(truth);
      }
    }), { numRuns: 12 });
  }, 240_000);
});
