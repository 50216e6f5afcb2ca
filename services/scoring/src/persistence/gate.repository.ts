import type { Unit } from '@throughline/stream';
import type { GateSubject } from '../domain/gate.js';

export interface GateScan {
  readonly scanId: string;
  readonly scored: boolean;
  readonly base: string;
  readonly introduced: readonly string[];
}

/** What the ledger knows of scans, by id or by commit. */
export async function gateScans(unit: Unit, tenant: string, wanted: { readonly scans?: readonly string[]; readonly commit?: string }): Promise<readonly GateScan[]> {
  const rows = await unit.query<{ scan_id: string; announced_at: Date | null; base: string | null; introduced: string[] | null }>(
    `select scan_id, announced_at, base, introduced from scan_ledger
     where tenant_id = $1 and ($2::uuid[] is null or scan_id = any($2::uuid[])) and ($3::text is null or commit_sha = $3) order by scan_id`,
    [tenant, wanted.scans ?? null, wanted.commit ?? null],
  );
  return rows.map((row) => ({ scanId: row.scan_id, scored: row.announced_at !== null, base: row.base ?? '', introduced: row.introduced ?? [] }));
}

export async function gateSubjects(unit: Unit, tenant: string, findingIds: readonly string[]): Promise<readonly GateSubject[]> {
  const rows = await unit.query<{ finding_id: string; title: string; band: string; score: number; live: boolean; decision: string; team: string; judgement: { fix: { title: string } } }>(
    'select finding_id, title, band, score, live, decision, team, judgement from findings where tenant_id = $1 and finding_id = any($2::uuid[])', [tenant, findingIds],
  );
  return rows.map((row) => ({ finding: row.finding_id, title: row.title, band: row.band, score: row.score / 100, live: row.live, decision: row.decision, owner: row.team, fix: row.judgement.fix.title }));
}
