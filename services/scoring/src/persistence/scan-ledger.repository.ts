import type { Unit } from '@throughline/stream';

export interface ScanKey { readonly tenantId: string; readonly scanId: string }
export interface ScoredScan extends ScanKey { readonly scored: number }

/** Counts applied finding.changed records by scan; the last statements of a unit, so that the row is locked briefly. */
export async function countApplied(unit: Unit, counts: readonly (ScanKey & { readonly applied: number })[], now: string): Promise<readonly ScoredScan[]> {
  if (counts.length === 0) return [];
  const sorted = [...counts].sort((a, b) => (a.scanId < b.scanId ? -1 : 1));
  await unit.query(
    `insert into scan_ledger as l (tenant_id, scan_id, applied, touched_at) select t, s, n, $4 from unnest($1::uuid[], $2::uuid[], $3::integer[]) as c (t, s, n)
     on conflict (tenant_id, scan_id) do update set applied = l.applied + excluded.applied, touched_at = excluded.touched_at`,
    [sorted.map((row) => row.tenantId), sorted.map((row) => row.scanId), sorted.map((row) => row.applied), now], { name: 'scoring_count_applied' },
  );
  return announceReached(unit, sorted, now);
}

export interface ScanExpectation extends ScanKey {
  readonly expected: number;
  readonly introduced: readonly string[];
  readonly asset: string;
  readonly commit: string;
  readonly base: string;
  readonly status: string;
}

/** Notes how many changes a scan has; a repeated or older announcement changes nothing. */
export async function expectChanges(unit: Unit, scans: readonly ScanExpectation[], now: string): Promise<readonly ScoredScan[]> {
  const sorted = [...new Map(scans.map((scan) => [scan.scanId, scan])).values()].sort((a, b) => (a.scanId < b.scanId ? -1 : 1));
  await unit.query(
    `insert into scan_ledger as l (tenant_id, scan_id, expected, introduced, base, status, asset, commit_sha, touched_at)
     select t, s, n, i::uuid[], b, st, a, c, $9 from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as r (t, s, n, i, b, st, a, c)
     on conflict (tenant_id, scan_id) do update set expected = excluded.expected, introduced = excluded.introduced, base = excluded.base, status = excluded.status, asset = excluded.asset,
       commit_sha = excluded.commit_sha, touched_at = excluded.touched_at
     where l.expected is null`,
    [
      sorted.map((scan) => scan.tenantId), sorted.map((scan) => scan.scanId), sorted.map((scan) => scan.expected), sorted.map((scan) => `{${scan.introduced.join(',')}}`),
      sorted.map((scan) => scan.base),
      sorted.map((scan) => scan.status), sorted.map((scan) => scan.asset), sorted.map((scan) => scan.commit), now,
    ],
    { name: 'scoring_expect_changes' },
  );
  return announceReached(unit, sorted, now);
}

/** Scans whose counts meet now, each once: the mark is set in the transaction that announces. */
async function announceReached(unit: Unit, keys: readonly ScanKey[], now: string): Promise<readonly ScoredScan[]> {
  const rows = await unit.query<{ tenant_id: string; scan_id: string; applied: number }>(
    `update scan_ledger l set announced_at = $3 from unnest($1::uuid[], $2::uuid[]) as k (tenant_id, scan_id)
     where l.tenant_id = k.tenant_id and l.scan_id = k.scan_id and l.announced_at is null and l.expected is not null and l.applied >= l.expected
     returning l.tenant_id, l.scan_id, l.applied`,
    [keys.map((key) => key.tenantId), keys.map((key) => key.scanId), now], { name: 'scoring_announce_reached' },
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, scanId: row.scan_id, scored: row.applied }));
}
