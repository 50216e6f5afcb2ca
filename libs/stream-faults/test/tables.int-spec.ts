import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SERVICES, schemaOf, serviceRole } from '@throughline/persistence';
import { createDatabase, type TestDatabase } from '@throughline/testing';
import { withClient } from './support/world.js';

interface Table { readonly name: string; readonly comment: string | null; readonly isForced: boolean; readonly policies: number; readonly owner: string; readonly foreign_rights: string[] }

/** Rules that hold for every table of every service (BRIEF of the data: retention, isolation, rights). */
describe('every table of every service', () => {
  let database: TestDatabase;
  let tables: readonly Table[] = [];
  beforeAll(async () => {
    database = await createDatabase();
    tables = await withClient(database.adminUrl, async (client) => (await client.query<Table>(
      `select format('%s.%s', n.nspname, c.relname) as name, obj_description(c.oid, 'pg_class') as comment, c.relforcerowsecurity as "isForced",
              (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies, c.relowner::regrole::text as owner,
              array(select distinct a.grantee::regrole::text from aclexplode(c.relacl) a
                    where a.grantee <> c.relowner and (a.grantee::regrole::text <> 'tl_' || n.nspname or a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))) as foreign_rights
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition order by 1`, [[...SERVICES.map(schemaOf), 'platform']])).rows);
  });
  afterAll(async () => { await database?.drop(); });

  it('says how long it is kept', () => {
    expect(tables.length).toBeGreaterThan(30);
    expect(tables.filter(({ comment }) => !comment?.includes('retention:')).map(({ name }) => name)).toEqual([]);
  });

  it('is isolated by tenant, or says why it is shared', () => {
    const bare = tables.filter(({ comment, isForced, policies }) => !(isForced && policies === 1) && !comment?.includes('shared:'));
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('belongs to the owner, and to its service\'s role only as rows', () => {
    expect(tables.filter(({ owner }) => owner !== 'throughline_owner').map(({ name }) => name)).toEqual([]);
    expect(tables.filter(({ foreign_rights }) => foreign_rights.length > 0)).toEqual([]);
  });

  it('cannot be reached by roles that bypass the policies', async () => {
    const roles = await withClient(database.adminUrl, async (client) => (await client.query<{ rolname: string }>(
      'select rolname from pg_roles where rolname = any($1) and (rolsuper or rolbypassrls)', [[...SERVICES.map(serviceRole), 'throughline_owner']])).rows);
    expect(roles).toEqual([]);
  });
});
