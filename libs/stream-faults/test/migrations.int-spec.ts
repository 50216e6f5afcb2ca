import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateAll } from '@throughline/persistence';
import type { TestDatabase } from '@throughline/testing';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNotes, type Notes } from './support/notes.js';
import { withClient } from './support/world.js';

let world: Notes;
let test: TestDatabase;
beforeAll(async () => {
  world = await startNotes();
  ({ test } = world);
});
afterAll(() => world?.close());

describe('migrations', () => {
  function repository(files: Readonly<Record<string, string>>): string {
    const root = mkdtempSync(join(tmpdir(), 'throughline-migrations-'));
    mkdirSync(join(root, 'services/dedup/migrations'), { recursive: true });
    for (const [name, sql] of Object.entries(files)) writeFileSync(join(root, 'services/dedup/migrations', name), sql);
    return root;
  }
  const migrate = (root: string) => migrateAll({ ownerUrl: test.ownerUrl, root, services: ['dedup'] });

  it('are applied once, in order, also by several processes at the same time', async () => {
    const root = repository({ '9002-second.sql': 'alter table m1 add y int;', '9001-first.sql': "create table m1 (x int);\ncomment on table m1 is 'test; retention: none; shared: test';" });
    const runs = await Promise.all([migrate(root), migrate(root), migrate(root)]);
    expect(runs.flat()).toEqual(['services/dedup/migrations/9001-first.sql', 'services/dedup/migrations/9002-second.sql']);
  });

  it('refuse a file that was edited after it was applied', async () => {
    const root = repository({ '9010-x.sql': 'select 1;' });
    await migrate(root);
    writeFileSync(join(root, 'services/dedup/migrations/9010-x.sql'), 'select 2;');
    await expect(migrate(root)).rejects.toThrow('services/dedup/migrations/9010-x.sql was applied already and has been edited');
  });

  it('name file, line and statement when one fails, and leave nothing of that file', async () => {
    const root = repository({ '9020-bad.sql': '-- a comment; with a semicolon\ncreate table half (x int);\n\nalter table half\n  add constraint c check (y > 0);\n' });
    await expect(migrate(root)).rejects.toThrow(/services\/dedup\/migrations\/9020-bad\.sql:4: column "y" does not exist\n {2}in: alter table half add constraint/);
    expect(await withClient(test.ownerUrl, async (client) => (await client.query("select to_regclass('dedup.half') as half")).rows)).toEqual([{ half: null }]);
  });

  it('refuse a tenant table without its column, and a shared one without a reason', async () => {
    await expect(migrate(repository({ '9030-a.sql': "create table no_tenant (x int); select platform.tenant_table('dedup', 'no_tenant');" }))).rejects.toThrow('needs a column tenant_id uuid not null');
    await expect(migrate(repository({ '9031-b.sql': "create table no_reason (x int); select platform.shared_table('dedup', 'no_reason', ' ');" }))).rejects.toThrow('say why');
  });

  it('may tell the planner of one tenant before a table holds anything, and never against what was counted', async () => {
    const distinct = (): Promise<unknown> => withClient(test.ownerUrl, async (client) => {
      await client.query("select platform.one_tenant_until_counted('dedup')");
      return (await client.query<{ n_distinct: number }>("select n_distinct from pg_stats where schemaname = 'dedup' and tablename = 'counted' and attname = 'tenant_id'")).rows;
    });
    await withClient(test.ownerUrl, (client) => client.query("create table dedup.counted (tenant_id uuid not null, id text)"));
    expect(await distinct()).toEqual([{ n_distinct: 1 }]);
    await withClient(test.ownerUrl, (client) => client.query("insert into dedup.counted select gen_random_uuid(), i::text from generate_series(1, 100) as i; analyze dedup.counted; select 1"));
    expect(await distinct()).toEqual([{ n_distinct: -1 }]);
  });
});
