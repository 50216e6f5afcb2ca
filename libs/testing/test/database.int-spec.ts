import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../src/index.js';

const made: TestDatabase[] = [];
afterAll(async () => { for (const database of made) await database.drop(); });

describe('createDatabase', () => {
  it('gives each test its own, where a service role may connect and owns nothing', async () => {
    const first = await createDatabase({ services: [] });
    const second = await createDatabase({ services: [] });
    made.push(first, second);
    expect(first.name).not.toBe(second.name);
    const client = new pg.Client(first.urlFor('dedup'));
    await client.connect();
    const { rows } = await client.query<{ who: string; owned: number }>(
      'select current_user as who, (select count(*)::int from pg_class where relowner = (select oid from pg_roles where rolname = current_user)) as owned');
    await client.end();
    expect(rows).toEqual([{ who: 'tl_dedup', owned: 0 }]);
  });
});
