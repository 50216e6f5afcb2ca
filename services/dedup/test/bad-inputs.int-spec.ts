import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FindingDraft } from '@throughline/contracts';
import { at, draft, scan, startHarness, vulnerable, type Harness } from './harness.js';

/** What other pipelines, machines and tools do to the same report: nothing is created, nothing is lost. */
let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const CODE = ['const query = "select * from users where id = " + id;', 'child_process.exec(command + argument);', 'element.innerHTML = request.query.name;'];
const results = (path: (index: number) => string, snippet: (code: string) => string = (code) => code, over: Partial<FindingDraft> = {}) =>
  CODE.map((code, index) => draft({ title: `flaw ${index}`, location: at(path(index), 10 + index, snippet(code)), ...over }));
const plain = results((index) => `src/web/a${index}.js`);
const rows = () => harness.run(async (unit) => (await unit.query<{ n: number }>('select count(*)::int as n from finding'))[0]?.n);
const counts = async (sequence: number, drafts: readonly FindingDraft[]) => (await harness.apply(scan({ sequence, drafts }))).completed[0]?.counts;

describe('the same results, told otherwise', () => {
  it('in any order: nothing changes', async () => {
    const equal = [...plain, ...[30, 40, 50].map((line) => draft({ location: at('src/same.js', line, 'eval(input)') }))];
    await harness.apply(scan({ sequence: 1, drafts: equal }));
    for (const [sequence, order] of [[2, [...equal].reverse()], [3, [...equal.slice(2), ...equal.slice(0, 2)]]] as const) {
      expect(await harness.apply(scan({ sequence, drafts: order, partSize: 2 }))).toMatchObject({ changed: [], completed: [{ counts: { created: 0, changed: 0, unchanged: 6, absent: 0 } }] });
    }
  });

  it.each([
    ['GitHub Actions', (index: number) => `/home/runner/work/pay/pay/src/web/a${index}.js`],
    ['GitLab', (index: number) => `/builds/acme/pay/src/web/a${index}.js`],
    ['Azure DevOps on Windows', (index: number) => `D:\\a\\1\\s\\src\\web\\a${index}.js`],
    ['a file URL of Jenkins', (index: number) => `file:///var/jenkins_home/workspace/pay/src/web/a${index}.js`],
    ['Windows with relative paths', (index: number) => `.\\src\\web\\a${index}.js`],
  ])('by the build machines of %s: the same findings', async (_, path) => {
    await harness.apply(scan({ sequence: 1, drafts: plain }));
    expect(await counts(2, results(path))).toMatchObject({ created: 0, absent: 0, observed: 3 });
    expect(await rows()).toBe(3);
  });

  it('from a folder that nobody knows: what moved as a whole is the same', async () => {
    await harness.apply(scan({ sequence: 1, drafts: results((index) => `/opt/agent-17/checkout/src/web/a${index}.js`) }));
    expect(await counts(2, results((index) => `/opt/agent-4/checkout/src/web/a${index}.js`))).toMatchObject({ created: 0, absent: 0 });
    expect(await rows()).toBe(3);
  });

  it('with CRLF and other white space: the same findings', async () => {
    const lines = (code: string) => `  ${code}\n    return done;\n`;
    await harness.apply(scan({ sequence: 1, drafts: results((index) => `src/a${index}.js`, lines) }));
    expect(await counts(2, results((index) => `src/a${index}.js`, (code) => lines(code).replaceAll('\n', '\r\n').replaceAll('  ', '\t')))).toMatchObject({ created: 0, absent: 0 });
    expect(await rows()).toBe(3);
  });

  it('with times, pod names and hashes in their texts: nothing changes', async () => {
    const noisy = (pod: string, time: string) => [
      ...results((index) => `src/a${index}.js`, undefined, { description: `seen at ${time} in pod pay-7d9f8b6c5-${pod} (run ${time.slice(-4)})` }),
      vulnerable('pkg:npm/lodash@4.17.4', ['CVE-2019-10744'], 'semgrep', { description: `layer sha256:${pod.repeat(8)} of pod pay-${pod}1 at ${time}` }),
    ];
    await harness.apply(scan({ sequence: 1, drafts: noisy('x2k4q', '2026-01-01T00:00:00Z') }));
    expect(await harness.apply(scan({ sequence: 2, drafts: noisy('b9z8m', '2026-03-04T11:22:33Z') }))).toMatchObject({ changed: [], completed: [{ counts: { unchanged: 4 } }] });
  });
});

describe('several tools', () => {
  it('with clashing ids of rules and fingerprints are not the same for that', async () => {
    const clash = (tool: string, code: string, line: number) => draft({
      title: `${tool} says`, rule: { tool, id: 'R1', name: '', helpUri: '' }, weaknesses: [], fingerprints: { 'primaryLocationLineHash': 'abc:1' }, location: at(`src/${tool}.js`, line, code),
    });
    await harness.apply(scan({ sequence: 1, tool: 'alpha', drafts: [clash('alpha', 'one(thing)', 3)] }));
    const told = await harness.apply(scan({ sequence: 2, tool: 'beta', drafts: [clash('beta', 'another(matter)', 90)] }));
    expect(told.completed[0]?.counts).toMatchObject({ created: 1, changed: 0 });
    expect(await rows()).toBe(2);
    // Neither closes what the other shows.
    expect((await harness.apply(scan({ sequence: 3, tool: 'beta', drafts: [] }))).changed).toMatchObject([{ title: 'beta says', status: 'awaiting-verification' }]);
  });

  it('17: two replicas that both apply the same scan leave one of everything', async () => {
    const records = [...scan({ sequence: 1, drafts: plain, partSize: 1 }), ...scan({ sequence: 2, drafts: plain.slice(1), partSize: 1 })];
    const told = await Promise.all([harness.apply(records), harness.apply([...records].reverse()), harness.apply(records)]);
    expect(told.flatMap((one) => one.completed)).toHaveLength(2);
    expect(await rows()).toBe(3);
    const versions = told.flatMap((one) => one.changed).map((one) => `${one.findingId}|${one.version}`);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('46: a scan whose broken results were left out closes nothing, and its counts add up', async () => {
    await harness.apply(scan({ sequence: 1, drafts: plain }));
    const told = await harness.apply(scan({ sequence: 2, drafts: plain.slice(0, 1), quarantined: 2 }));
    expect(told.changed).toEqual([]);
    expect(told.completed[0]).toMatchObject({ status: 'partial', counts: { reported: 3, observed: 1, quarantined: 2, unchanged: 1, absent: 0, fixed: 0 } });
  });
});
