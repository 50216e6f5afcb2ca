import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS, type FindingChanged, type FindingObserved } from '@throughline/contracts';
import type { DatabaseUnit } from '@throughline/persistence';
import type { OutgoingMessage } from '@throughline/stream';
import fc from 'fast-check';
import { merge, split, type Correcting } from '../src/corrections/correct-identity.js';
import { verify } from '../src/corrections/verify.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { scan, startHarness, TENANT, vulnerable, type Harness } from './harness.js';
import { Reference, type Line } from './reference.js';

/**
 * Random histories of all that moves a finding: scans of two tools and lines (complete, partial, failed, late, told in any
 * order and twice at once), merges and splits, rescans that are asked for, the end of the asset and its return. After each
 * step the stored state and what subscribers were told equal a reference that knows nothing of rows (test/reference.ts).
 */
let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterAll(async () => { await harness.close(); });

const HISTORIES = 60;
const STEPS = 10;
const RUNS = 14;
const FLAWS = [0, 1, 2, 3] as const;

type Step =
  | { readonly kind: 'scan'; readonly tool: 'trivy' | 'grype'; readonly line: Line; readonly flaws: readonly number[]; readonly coverage: string; readonly quarantined: number; readonly late: number }
  | { readonly kind: 'merge'; readonly into: number; readonly other: number }
  | { readonly kind: 'split' | 'verify'; readonly flaw: number }
  | { readonly kind: 'end' | 'back' };

const flaw = fc.constantFrom(...FLAWS);
const scanned: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('scan' as const), tool: fc.constantFrom('trivy' as const, 'grype' as const), line: fc.constantFrom<Line>('default', 'default', 'default', 'feature'), flaws: fc.subarray([...FLAWS]),
  coverage: fc.constantFrom('complete', 'complete', 'complete', 'complete', 'partial', 'failed'), quarantined: fc.constantFrom(0, 0, 0, 0, 1), late: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: scanned },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), into: flaw, other: flaw }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('split' as const), flaw }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('verify' as const), flaw }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'back' as const) }) },
);
const histories = fc.array(fc.array(step, { minLength: STEPS, maxLength: STEPS }), { minLength: HISTORIES, maxLength: HISTORIES });

const assetOf = (history: number): string => `repo:github.com/acme/h${history}`;
/** A scan that comes late was made some steps ago; no two have one number. */
const sequenceOf = (index: number, late: number): number => (late === 0 ? (index + 1) * 100 : Math.max(1, index + 1 - late) * 100 - 50 + index);
const minute = (count: number): Date => new Date(Date.UTC(2026, 0, 1) + count * 60_000);
const caller = { sub: 'ada', tenantId: TENANT, actor: 'ada', name: 'Ada', role: 'admin', scopes: [] } as unknown as Correcting['caller'];

function recordsOf(history: number, index: number, now: Step): readonly FindingObserved[] {
  if (now.kind !== 'scan') return [];
  const drafts = now.flaws.map((one) => vulnerable(`pkg:npm/p${one}@1`, now.tool === 'grype' ? [`GHSA-${one}`, `CVE-2024-${one}`] : [`CVE-2024-${one}`], now.tool, { title: `${assetOf(history)} ${one}` }));
  return scan({ sequence: sequenceOf(index, now.late), asset: assetOf(history), tool: now.tool, line: now.line, coverage: now.coverage, quarantined: now.quarantined, drafts, partSize: 2 });
}

/** Another order and some twice, cut into batches. */
function disturbed(records: readonly FindingObserved[], seed: number): readonly FindingObserved[][] {
  let state = seed | 1;
  const random = (): number => { state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff; return state / 0x7fffffff; };
  const shuffled = records.flatMap((record) => (random() < 0.2 ? [record, record] : [record])).map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at).map((one) => one.record);
  const cut = Math.floor(random() * shuffled.length);
  return [shuffled.slice(0, cut), shuffled.slice(cut)].filter((batch) => batch.length > 0);
}

interface Row { asset: string; flaw: number; finding_id: string; status: string; regressions: number; on_default: boolean; missed: string[] }
const stored = () => harness.run((unit) => unit.query<Row>(
  `select split_part(o.content::json->>'title', ' ', 1) as asset, split_part(o.content::json->>'title', ' ', 2)::int as flaw, f.finding_id, f.status, f.regressions, f.on_default,
     array_agg(split_part(s.name, '||', 2) || '/' || s.line || '=' || o.absences order by s.name, s.line) as missed
   from finding f join occurrence o on o.finding_id = f.finding_id join scope s on s.scope_id = o.scope_id group by 1, 2, 3, 4, 5, 6 order by 1, 2`,
));

/** Which flaws are one finding, what it is, and how often each scope missed each flaw. */
const shownOf = (rows: readonly Row[]) => rows.map((row) => ({
  asset: row.asset, flaw: row.flaw, status: row.status, regressions: row.regressions, onDefault: row.on_default, missed: [...row.missed].sort(),
  together: rows.filter((other) => other.finding_id === row.finding_id).map((other) => other.flaw).sort(),
}));

const expectedOf = (references: readonly Reference[]) => references.flatMap((reference, history) => reference.findings.flatMap((finding) => [...finding.flaws].map((one) => ({
  asset: assetOf(history), flaw: one, status: finding.status, regressions: finding.regressions, onDefault: finding.onDefault,
  missed: [...finding.missed].filter(([key]) => key.endsWith(`|${one}`)).map(([key, count]) => `${key.split('|')[0]}=${Math.min(count, 2)}`).sort(),
  together: [...finding.flaws].sort(),
})))).sort((a, b) => (a.asset < b.asset ? -1 : a.asset > b.asset ? 1 : a.flaw - b.flaw));

/** Says which history differs, and all of its steps. */
function agree(shown: ReturnType<typeof shownOf>, expected: ReturnType<typeof expectedOf>, all: readonly (readonly Step[])[], index: number): void {
  for (const [number, history] of all.entries()) {
    const of = <T extends { readonly asset: string }>(rows: readonly T[]): readonly T[] => rows.filter((row) => row.asset === assetOf(number));
    expect({ steps: history.slice(0, index + 1), findings: of(shown) }).toEqual({ steps: history.slice(0, index + 1), findings: of(expected) });
  }
}

/** A unit that keeps what is told through it. */
function hearing(unit: DatabaseUnit, told: FindingChanged[]): DatabaseUnit {
  const announce = (...all: readonly OutgoingMessage[]): void => {
    told.push(...all.filter((one) => one.topic === TOPICS.findingChanged).map((one) => one.value as FindingChanged));
    unit.announce(...all);
  };
  return { query: unit.query.bind(unit), announce } as unknown as DatabaseUnit;
}

/** What people and the chain do; the reference says whether it can be. */
async function act(history: number, index: number, now: Step, reference: Reference, rows: readonly Row[]): Promise<readonly FindingChanged[]> {
  const idOf = (one: number): string => rows.find((row) => row.asset === assetOf(history) && row.flaw === one)?.finding_id ?? '';
  const at = (index + 1) * 100 + 40;
  const by = { caller, policy: DEFAULT_POLICY, now: minute(at) };
  const told: FindingChanged[] = [];
  const heard = (work: (unit: DatabaseUnit) => Promise<unknown>): Promise<unknown> => harness.run((unit) => work(hearing(unit, told)));
  if (now.kind === 'merge' && reference.merge(now.into, now.other)) await heard((unit) => merge(unit, idOf(now.into), { findings: [idOf(now.other)], reason: 'one flaw' }, by));
  if (now.kind === 'verify' && reference.ask(now.flaw, at)) await heard((unit) => verify(unit, idOf(now.flaw), { caller, reason: '', now: minute(at) }));
  if (now.kind === 'split' && reference.split(now.flaw)) {
    await heard(async (unit) => {
      const own = await unit.query<{ id: string }>(`select occurrence_id::text as id from occurrence where content::json->>'title' = $1`, [`${assetOf(history)} ${now.flaw}`]);
      await split(unit, idOf(now.flaw), { observations: own.map((one) => one.id), reason: 'two flaws' }, by);
    });
  }
  if (now.kind === 'end') reference.end(at);
  if (now.kind === 'back') reference.back();
  if (now.kind === 'end' || now.kind === 'back') await harness.chain(index + 1, { asset: assetOf(history), decommissionedAt: now.kind === 'end' ? minute(at).toISOString() : '' }, false);
  return told;
}

async function applied(batches: readonly FindingObserved[][], twice: boolean): Promise<readonly FindingChanged[]> {
  const told: FindingChanged[] = [];
  for (const batch of batches) {
    // Two replicas that both believe that the partition is theirs.
    const both = await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => harness.apply(batch)));
    told.push(...both.flatMap((one) => one.changed));
  }
  return [...told, ...await harness.work()];
}

describe('random histories of all that moves a finding', () => {
  it(`30: equal the reference after every step (${HISTORIES * RUNS} histories)`, async () => {
    await fc.assert(fc.asyncProperty(histories, fc.integer(), async (all, seed) => {
      await harness.clear();
      const references = all.map(() => new Reference());
      const told = new Map<string, FindingChanged>();
      let rows: readonly Row[] = [];
      for (let index = 0; index < STEPS; index += 1) {
        const records = all.flatMap((history, number) => recordsOf(number, index, history[index] as Step));
        const changed = [...await applied(disturbed(records, seed + index), (seed + index) % 4 === 0)];
        const acted = await Promise.all(all.map(async (history, number) => {
          const now = history[index] as Step;
          const reference = references[number] as Reference;
          if (now.kind !== 'scan') return act(number, index, now, reference, rows);
          reference.scan({ ...now, counts: now.coverage === 'complete' && now.quarantined === 0, sequence: sequenceOf(index, now.late) });
          return [];
        }));
        changed.push(...acted.flat(), ...await harness.work());
        for (const record of changed) {
          expect(record.version).toBeGreaterThan(told.get(record.findingId)?.version ?? 0);
          told.set(record.findingId, record);
        }
        rows = await stored();
        agree(shownOf(rows), expectedOf(references), all, index);
        // What subscribers were told last is the stored state, too.
        for (const row of rows) expect({ ...row, ...stateOf(told.get(row.finding_id)) }).toEqual(row);
      }
    }), // Shrinking would take longer than the one history that the message names.
    { numRuns: RUNS, endOnFailure: true });
  }, 240_000);
});

const stateOf = (record: FindingChanged | undefined) => (record === undefined ? { status: 'never told' } : { status: record.status, regressions: record.regressions, on_default: record.defaultLine });
