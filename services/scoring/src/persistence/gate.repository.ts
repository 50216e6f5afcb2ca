import type { Unit } from '@throughline/stream';
import { decisionOf, type ExceptionInForce } from '../domain/exception.js';
import { packageOf } from '../domain/fix.js';
import type { GateSubject } from '../domain/gate.js';
import { mergedInto } from './merged.repository.js';

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

interface Row {
  readonly finding_id: string;
  readonly issue_id: string;
  readonly fix_id: string;
  readonly title: string;
  readonly band: string;
  readonly score: number;
  readonly live: boolean;
  readonly team: string;
  readonly identifiers: readonly string[];
  readonly component: string;
  readonly asset: string;
  readonly repository: string;
  readonly application: string;
  readonly path: string;
  readonly judgement: { readonly fix: { readonly title: string } };
}

/** Findings as a gate sees them; decisions are taken from the exceptions themselves, so that one approved or lapsed a moment ago counts. */
export async function gateSubjects(unit: Unit, tenant: string, findingIds: readonly string[], exceptions: readonly ExceptionInForce[], now: string): Promise<readonly GateSubject[]> {
  const rows = await unit.query<Row>(
    `select finding_id, issue_id, fix_id, title, band, score, live, team, identifiers, component, asset, repository, application, path, judgement
     from findings where tenant_id = $1 and finding_id = any($2::uuid[])`, [tenant, findingIds],
  );
  const merged = await mergedInto(unit, [tenant], findingIds);
  return rows.map((row) => ({
    finding: row.finding_id, title: row.title, band: row.band, score: row.score / 100, live: row.live, owner: row.team, fix: row.judgement.fix.title,
    decision: decisionOf(exceptions, subjectOf(row, merged.get(row.finding_id) ?? []), now)?.decision ?? '',
  }));
}

function subjectOf(row: Row, mergedIds: readonly string[]): Parameters<typeof decisionOf>[1] {
  return {
    findingId: row.finding_id, mergedIds, issueId: row.issue_id, fixId: row.fix_id, identifiers: row.identifiers, component: packageOf(row.component),
    asset: row.asset, repository: row.repository, application: row.application, path: row.path,
  };
}
