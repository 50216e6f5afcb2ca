import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { split, type Correcting } from '../src/corrections/correct-identity.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { at, draft, scan, startHarness, TENANT, type Harness, type Told } from './harness.js';

/** What no key knows finds its finding when its scan is whole: through the handler, on a real Postgres. */
let harness: Harness;
beforeAll(async () => { harness = await startHarness(); });
afterEach(async () => { await harness.clear(); });
afterAll(async () => { await harness.close(); });

const query = `    q = "select * from users where name = '%s'" % request.args["name"]`;
const renamed = `    sql = "select * from users where name = '%s'" % request.args["name"]`;
const sqlInjection = { rule: { tool: 'bandit', id: 'B608', name: 'hardcoded_sql_expressions', helpUri: '' }, title: 'SQL injection', weaknesses: ['CWE-89'] };
const tainted = { rule: { tool: 'semgrep', id: 'python.flask.tainted-sql-string', name: '', helpUri: '' }, title: 'Tainted SQL string', weaknesses: ['CWE-89'] };

const correcting = { caller: { tenantId: TENANT, actor: 'ada', role: 'admin', scopes: [], name: 'Ada' }, policy: DEFAULT_POLICY, now: new Date('2026-03-01T00:00:00Z') } as unknown as Correcting;

const ids = (told: Told): string[] => [...new Set(told.changed.map((one) => one.findingId))];
const rows = <T>(sql: string): Promise<readonly T[]> => harness.run((unit) => unit.query(sql) as Promise<readonly T[]>);
const count = async (table: string): Promise<number> => Number((await rows<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n);

describe('results that moved or were edited', () => {
  it('keep their finding when the flagged line was edited, and say why', async () => {
    const before = await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const after = await harness.apply(scan({ tool: 'bandit', sequence: 2, drafts: [draft({ ...sqlInjection, location: at('app.py', 14, renamed) })] }));
    expect(ids(after)).toEqual(ids(before));
    expect(after.completed[0]?.counts).toMatchObject({ created: 0, changed: 1, absent: 0 });
    expect(await rows('select rule, recipe, confidence > 0.5 as sure from identity_join')).toEqual([expect.objectContaining({ recipe: 'drift/1', sure: true })]);
    expect([await count('finding'), await count('occurrence')]).toEqual([1, 1]);
  });

  it('keep it across a renamed file, whatever the batches, and return to it when the edit is reverted', async () => {
    const drafts = (path: string) => [1, 2, 3].map((n) => draft({ ...sqlInjection, location: at(path, n * 10, `${query}.format(${n})`) }));
    const before = await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: drafts('app.py') }));
    const parts = scan({ tool: 'bandit', sequence: 2, partSize: 1, drafts: drafts('web/views.py') });
    const told: string[] = [];
    for (const part of parts) told.push(...ids(await harness.apply([part])));
    expect(told.sort()).toEqual(ids(before).sort());
    expect(await count('pending')).toBe(0);
    const back = await harness.apply(scan({ tool: 'bandit', sequence: 3, drafts: drafts('app.py') }));
    expect(ids(back).sort()).toEqual(ids(before).sort());
    expect(await count('finding')).toBe(3);
  });

  it('a flaw that was fixed and another one of the same rule are two findings', async () => {
    await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const after = await harness.apply(scan({ tool: 'bandit', sequence: 2, drafts: [draft({ ...sqlInjection, location: at('app.py', 88, 'cursor.execute("delete from orders where id=" + str(order_id))') })] }));
    expect(after.completed[0]?.counts).toMatchObject({ created: 1, absent: 1 });
  });

  it('a partial scan moves nothing from a file that it may not have looked at', async () => {
    await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const after = await harness.apply(scan({ tool: 'bandit', sequence: 2, coverage: 'partial', drafts: [draft({ ...sqlInjection, location: at('views.py', 13, query) })] }));
    expect(after.completed[0]?.counts).toMatchObject({ created: 1, absent: 0 });
    expect(await count('finding')).toBe(2);
  });

  it('an edit on a branch is the same finding there, writes nothing, and is no news to the gate', async () => {
    const main = await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const branch = await harness.apply(scan({ tool: 'bandit', sequence: 2, line: 'feature', drafts: [draft({ ...sqlInjection, location: at('app.py', 15, renamed) })] }));
    expect(branch.completed[0]).toMatchObject({ introduced: [], counts: expect.objectContaining({ created: 0, unchanged: 1 }) });
    expect([await count('finding'), await count('occurrence')]).toEqual([1, 1]);
    const merged = await harness.apply(scan({ tool: 'bandit', sequence: 3, drafts: [draft({ ...sqlInjection, location: at('app.py', 15, renamed) })] }));
    expect(ids(merged)).toEqual(ids(main));
  });

  it('keep it when the tool renames its rule', async () => {
    const named = (id: string) => [1, 2, 3].map((n) => draft({ ...sqlInjection, rule: { ...sqlInjection.rule, id }, location: at(`app${n}.py`, n * 10, `${query}.format(${n})`) }));
    const other = draft({ location: at('app1.py', 50, 'eval(request.args["code"])') });
    const before = await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [...named('B608'), other] }));
    const after = await harness.apply(scan({ tool: 'bandit', sequence: 2, drafts: [...named('S608'), other] }));
    expect(after.completed[0]?.counts).toMatchObject({ created: 0, absent: 0 });
    expect(ids(before)).toEqual(expect.arrayContaining(ids(after)));
  });

  it('a copy of a flagged statement is a finding of its own; the original keeps its', async () => {
    const before = await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 49, query) })] }));
    const after = await harness.apply(scan({ tool: 'bandit', sequence: 2, drafts: [draft({ ...sqlInjection, location: at('app.py', 49, query) }), draft({ ...sqlInjection, location: at('app.py', 86, query) })] }));
    expect(after.completed[0]?.counts).toMatchObject({ created: 1, changed: 0, unchanged: 1, merged: 0 });
    expect(ids(after)).not.toEqual(ids(before));
    expect(await count('finding')).toBe(2);
  });

  it('dies anywhere and is applied once', async () => {
    await harness.apply(scan({ tool: 'bandit', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const second = scan({ tool: 'bandit', sequence: 2, drafts: [draft({ ...sqlInjection, location: at('app.py', 15, renamed) }), draft({ ...sqlInjection, location: at('new.py', 3, 'db.execute("drop table " + t)') })] });
    for (let statement = 0; statement < 60; statement += 4) await harness.apply(second, statement).catch(() => undefined);
    await harness.apply(second);
    expect([await count('finding'), await count('occurrence'), await count('pending'), await count('scan')]).toEqual([2, 2, 0, 2]);
  });
});

describe('several tools', () => {
  it('on one line with one kind of flaw are one finding with both as evidence; the join can be split for good', async () => {
    const first = await harness.apply(scan({ tool: 'bandit', version: 'commit:a', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const second = await harness.apply(scan({ tool: 'semgrep', version: 'commit:a', sequence: 2, drafts: [draft({ ...tainted, location: at('app.py', 13, query) })] }));
    expect(ids(second)).toEqual(ids(first));
    expect(second.changed[0]).toMatchObject({ tools: ['bandit', 'semgrep'], class: 'sast' });
    expect(second.completed[0]?.counts).toMatchObject({ created: 0, changed: 1, merged: 0 });
    expect(await rows('select recipe from identity_join')).toEqual([{ recipe: 'correlation/1' }]);
    const again = await harness.apply(scan({ tool: 'semgrep', version: 'commit:b', sequence: 3, drafts: [draft({ ...tainted, location: at('app.py', 13, query) })] }));
    expect(again.changed).toEqual([]);
    // Apart, and apart for good: the tool's result at another place is not joined again.
    const finding = ids(first)[0] as string;
    const [own] = await rows<{ id: string }>(`select occurrence_id::text as id from occurrence where content like '%tainted-sql%'`);
    const created = await harness.run((unit) => split(unit, finding, { observations: [own?.id as string], reason: 'two queries' }, correcting));
    const later = await harness.apply(scan({ tool: 'semgrep', version: 'commit:b', sequence: 4, drafts: [draft({ ...tainted, location: at('app.py', 13, query.replace('users', 'people')) })] }));
    expect(ids(later)).toEqual([created]);
    expect(await count('finding')).toBe(2);
  });

  it('C9: two flaws that share only a weakness are two findings', async () => {
    await harness.apply(scan({ tool: 'bandit', version: 'commit:a', sequence: 1, drafts: [draft({ ...sqlInjection, location: at('app.py', 13, query) })] }));
    const second = await harness.apply(scan({ tool: 'semgrep', version: 'commit:a', sequence: 2, drafts: [draft({ ...tainted, location: at('app.py', 90, 'db.run(f"select {x}")') })] }));
    expect(second.completed[0]?.counts).toMatchObject({ created: 1 });
  });
});
