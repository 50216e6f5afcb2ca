import type { Unit } from '@throughline/stream';

export interface IdentifierWrite {
  readonly tenantId: string;
  readonly findingId: string;
  readonly identifiers: readonly string[];
  /** Whether the finding had other ids before. */
  readonly replaces: boolean;
}

/** Keeps the ids of new findings and of those whose ids changed. */
export async function saveIdentifiers(unit: Unit, writes: readonly IdentifierWrite[]): Promise<void> {
  const replaced = writes.filter((write) => write.replaces);
  if (replaced.length > 0) {
    await unit.query(
      `delete from finding_identifiers i using unnest($1::uuid[], $2::uuid[]) as r (tenant_id, finding_id) where i.tenant_id = r.tenant_id and i.finding_id = r.finding_id`,
      [replaced.map((write) => write.tenantId), replaced.map((write) => write.findingId)], { name: 'scoring_drop_identifiers' },
    );
  }
  const rows = writes.flatMap(({ tenantId, findingId, identifiers }) => [...new Set(identifiers)].map((identifier) => [tenantId, identifier, findingId] as const));
  if (rows.length === 0) return;
  await unit.query(
    `insert into finding_identifiers (tenant_id, identifier, finding_id) select * from unnest($1::uuid[], $2::text[], $3::uuid[]) on conflict do nothing`,
    [rows.map((row) => row[0]), rows.map((row) => row[1]), rows.map((row) => row[2])], { name: 'scoring_save_identifiers' },
  );
}
