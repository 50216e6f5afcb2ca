import { newId } from '@throughline/contracts';
import { tenantId, type TenantId } from '@throughline/domain';
import { createDatabase, type Database } from '@throughline/persistence';
import type { Unit } from '@throughline/stream';
import { createDatabase as createTestDatabase, type TestDatabase } from '@throughline/testing';
import { jsonCodec } from './json-codec.js';
import { withClient } from './world.js';

export const A = tenantId(newId());
export const B = tenantId(newId());

/** A database with one table of tenants' notes in dedup's schema, opened as dedup. */
export interface Notes {
  readonly test: TestDatabase;
  readonly database: Database;
  close(): Promise<void>;
}

export async function startNotes(): Promise<Notes> {
  const test = await createTestDatabase({ services: ['dedup'] });
  await withClient(test.ownerUrl, (client) => client.query(`
    create table dedup.notes (tenant_id uuid not null, id text, primary key (tenant_id, id));
    select platform.tenant_table('dedup', 'notes')`));
  const database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec: jsonCodec });
  return { test, database, close: async () => { await database.close(); await test.drop(); } };
}

export const note = (unit: Unit, tenant: TenantId, id: string) => unit.query('insert into notes (tenant_id, id) values ($1, $2)', [tenant, id]);

export const notesOf = async (database: Database, tenants: readonly TenantId[]): Promise<string[]> =>
  (await database.run(tenants, (unit) => unit.query<{ id: string }>('select id from notes order by id'))).map(({ id }) => id);
