import type { Unit } from '@throughline/persistence';

/** First part of the scan that is not announced yet; 0 for a scan that was not begun. */
export async function nextPart(unit: Unit, scanId: string): Promise<number> {
  const [row] = await unit.query<{ next_part: number }>('select next_part from progress where scan_id = $1', [scanId]);
  return row?.next_part ?? 0;
}

/** Moves the progress by compare-and-set; false when another worker moved it, who then goes on. */
export async function moveProgress(unit: Unit, scan: { readonly tenantId: string; readonly scanId: string }, from: number, next: number, at: Date): Promise<boolean> {
  if (from === 0) {
    const inserted = await unit.query(
      'insert into progress (tenant_id, scan_id, next_part, updated_at) values ($1, $2, $3, $4) on conflict do nothing returning 1 as moved', [scan.tenantId, scan.scanId, next, at],
    );
    return inserted.length === 1;
  }
  const moved = await unit.query('update progress set next_part = $2, updated_at = $3 where scan_id = $1 and next_part = $4 returning 1 as moved', [scan.scanId, next, at, from]);
  return moved.length === 1;
}

export async function endProgress(unit: Unit, scanId: string): Promise<void> {
  await unit.query('delete from progress where scan_id = $1', [scanId]);
}

/** Tells the database that the transaction is alive while other work goes on. */
export async function touch(unit: Unit): Promise<void> {
  await unit.query('select 1 as alive');
}
