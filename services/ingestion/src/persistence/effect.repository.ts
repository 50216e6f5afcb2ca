import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface Effect {
  readonly naturalKey: string;
  /** Hash of what the fact says. */
  readonly content: Buffer;
}

/**
 * Which of the effects were not announced yet: unknown natural keys, and known ones whose content changed. Marks them as
 * announced in the same transaction, so that a rollback forgets it. Sorted, or two requests could deadlock.
 */
export async function claimEffects(unit: Unit, tenantId: TenantId, source: string, effects: readonly Effect[], now: Date): Promise<ReadonlySet<string>> {
  const rows = [...new Map(effects.map((effect) => [effect.naturalKey, effect])).values()].sort((a, b) => (a.naturalKey < b.naturalKey ? -1 : 1));
  if (rows.length === 0) return new Set();
  const claimed = await unit.query<{ natural_key: string }>(
    `insert into effects as e (tenant_id, source, natural_key, content, seen_at)
     select $1, $2, k, c, $5 from unnest($3::text[], $4::bytea[]) as t (k, c)
     on conflict (tenant_id, source, natural_key) do update set content = excluded.content, seen_at = excluded.seen_at
     where e.content <> excluded.content returning natural_key`,
    [tenantId, source, rows.map((row) => row.naturalKey), rows.map((row) => row.content), now],
    { name: 'ing_claim_effects' },
  );
  return new Set(claimed.map((row) => row.natural_key));
}

/** What was announced under a natural key. */
export async function findEffect(unit: Unit, tenantId: TenantId, source: string, naturalKey: string): Promise<Buffer | undefined> {
  const rows = await unit.query<{ content: Buffer }>(
    'select content from effects where tenant_id = $1 and source = $2 and natural_key = $3', [tenantId, source, naturalKey],
  );
  return rows[0]?.content;
}

/** The next sequence of a source; one that the source gave itself is kept as the last. */
export async function takeSequence(unit: Unit, tenantId: TenantId, source: string, given?: number): Promise<number> {
  const rows = await unit.query<{ sequence: string }>(
    `insert into source_sequences as s (tenant_id, source, sequence) values ($1, $2, coalesce($3, 1))
     on conflict (tenant_id, source) do update set sequence = greatest(s.sequence + case when $3::bigint is null then 1 else 0 end, coalesce($3, 0))
     returning sequence`,
    [tenantId, source, given ?? null],
  );
  return given ?? Number(rows[0]?.sequence ?? 1);
}

/** Drops what was announced before the day; the same fact then counts as new, which chain-resolution takes as it is. */
export async function forgetEffectsBefore(unit: Unit, tenantId: TenantId, day: Date): Promise<void> {
  await unit.query('delete from effects where tenant_id = $1 and seen_at < $2', [tenantId, day]);
}
