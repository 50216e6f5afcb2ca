import { lockNumber, lockNumbers } from '@throughline/persistence';
import type { Unit } from '@throughline/stream';
import type { FindingChanged } from '@throughline/contracts';
import type { StoredJudgement } from '../application/stored-judgement.js';
import type { Told } from '../domain/told.js';
import { DOCUMENT_COLUMNS, packFinding, packJudgement, unpackFinding, unpackJudgement, type DocumentRow } from './finding-document.js';
import { clean, jsonText, textArray } from './sql-arrays.js';

/** What a new judgement is compared with. */
export interface StoredFinding {
  readonly tenantId: string;
  readonly findingId: string;
  readonly findingVersion: number;
  readonly riskVersion: number;
  readonly chainVersion: number;
  readonly finding: FindingChanged;
  readonly judgement: StoredJudgement;
}

export interface FindingKey { readonly tenantId: string; readonly findingId: string }

/** A row to write. */
export interface FindingWrite {
  readonly finding: FindingChanged;
  readonly judgement: StoredJudgement;
  readonly hundredths: number;
  readonly riskVersion: number;
  /** Scan of the last change that a scan caused; null keeps the stored one. */
  readonly scanId: string | null;
  /** Scan that showed it first, where that is another one. */
  readonly firstScanId?: string;
  readonly at: string;
}

const contextLock = (tenantId: string, asset: string): string => `scoring:context:${tenantId}|${asset}`;
const INTEL_LOCK = lockNumber('scoring:intel').toString();

/** Until the unit ends no context of these assets and no intel can change: a score is never against half of a change. */
export async function shareContexts(unit: Unit, keys: readonly { readonly tenantId: string; readonly asset: string }[]): Promise<void> {
  const numbers = lockNumbers(keys.map((key) => contextLock(key.tenantId, key.asset)));
  await unit.query(
    'select pg_advisory_xact_lock_shared(key) from unnest($1::bigint[]) as key union all select pg_advisory_xact_lock_shared($2::bigint)',
    [numbers, INTEL_LOCK], { name: 'scoring_share_contexts' },
  );
}

/** The writer's side of shareContexts. */
export async function lockContexts(unit: Unit, keys: readonly { readonly tenantId: string; readonly asset: string }[]): Promise<void> {
  const numbers = lockNumbers(keys.map((key) => contextLock(key.tenantId, key.asset)));
  await unit.query('select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key', [numbers], { name: 'scoring_lock_contexts' });
}

export async function lockIntel(unit: Unit): Promise<void> {
  await unit.query('select pg_advisory_xact_lock($1::bigint)', [INTEL_LOCK], { name: 'scoring_lock_intel' });
}

interface Row extends DocumentRow {
  readonly tenant_id: string;
  readonly finding_id: string;
  readonly finding_version: string;
  readonly risk_version: string;
}

/** Versions of the stored findings, locked until the unit ends, in key order so that two units cannot deadlock. */
export async function lockVersions(unit: Unit, keys: readonly FindingKey[]): Promise<ReadonlyMap<string, number>> {
  const sorted = [...keys].sort((a, b) => (a.findingId < b.findingId ? -1 : 1));
  const rows = await unit.query<{ finding_id: string; finding_version: string }>(
    `select f.finding_id, f.finding_version from findings f
     join unnest($1::uuid[], $2::uuid[]) as k (tenant_id, finding_id) using (tenant_id, finding_id)
     order by f.finding_id for no key update of f`,
    [sorted.map((key) => key.tenantId), sorted.map((key) => key.findingId)], { name: 'scoring_lock_versions' },
  );
  return new Map(rows.map((row) => [row.finding_id, Number(row.finding_version)]));
}

/** Whole rows, locked; only for findings that exist already. */
export async function lockFindings(unit: Unit, keys: readonly FindingKey[]): Promise<ReadonlyMap<string, StoredFinding>> {
  if (keys.length === 0) return new Map();
  const sorted = [...keys].sort((a, b) => (a.findingId < b.findingId ? -1 : 1));
  const rows = await unit.query<Row>(
    `select f.risk_version, ${DOCUMENT_COLUMNS} from findings f
     join unnest($1::uuid[], $2::uuid[]) as k (tenant_id, finding_id) using (tenant_id, finding_id)
     order by f.finding_id for no key update of f`,
    [sorted.map((key) => key.tenantId), sorted.map((key) => key.findingId)], { name: 'scoring_lock_findings' },
  );
  return new Map(rows.map((row) => [row.finding_id, {
    tenantId: row.tenant_id, findingId: row.finding_id, findingVersion: Number(row.finding_version), riskVersion: Number(row.risk_version),
    chainVersion: Number(row.chain_version), finding: unpackFinding(row), judgement: unpackJudgement(row),
  }]));
}

const LIVE = new Set(['open', 'reopened', 'awaiting-verification']);
const timeOrNull = (text: string): string | null => (text === '' ? null : text);
const uuidOrNull = (text: string | null): string | null => (text === null || text === '' ? null : text);

/** Every column with its type and where its value comes from: one list for the statement and its parameters. */
const COLUMNS: readonly (readonly [name: string, type: string, value: (write: FindingWrite) => unknown])[] = [
  ['tenant_id', 'uuid', ({ finding }) => finding.tenantId],
  ['finding_id', 'uuid', ({ finding }) => finding.findingId],
  ['finding_version', 'bigint', ({ finding }) => finding.version],
  ['risk_version', 'bigint', (write) => write.riskVersion],
  ['chain_version', 'bigint', ({ judgement }) => judgement.chainVersion],
  ['issue_id', 'uuid', ({ finding }) => finding.issueId],
  ['fix_id', 'uuid', ({ judgement }) => judgement.fix.id],
  ['class', 'text', ({ finding }) => finding.class],
  ['status', 'text', ({ finding }) => finding.status],
  ['live', 'boolean', ({ finding }) => LIVE.has(finding.status)],
  ['decision', 'text', ({ judgement }) => judgement.decision],
  ['severity', 'text', ({ finding }) => finding.severity.normalized],
  ['band', 'text', ({ judgement }) => judgement.band],
  ['score', 'integer', (write) => write.hundredths],
  ['title', 'text', ({ finding }) => clean(finding.title)],
  ['path', 'text', ({ finding }) => clean(finding.location?.path ?? '')],
  ['component', 'text', ({ finding }) => clean(finding.component?.purl ?? '')],
  ['identifiers', 'text[]', ({ finding }) => textArray(finding.identifiers)],
  ['tools', 'text[]', ({ finding }) => textArray(finding.tools)],
  ['asset', 'text', ({ finding }) => finding.asset],
  ['application', 'text', ({ judgement }) => judgement.application],
  ['service', 'text', ({ judgement }) => judgement.service],
  ['repository', 'text', ({ judgement }) => judgement.repository],
  ['team', 'text', ({ judgement }) => judgement.team],
  ['environment', 'text', ({ judgement }) => judgement.environment],
  ['deployed', 'text', ({ judgement }) => judgement.deployed],
  ['exposed', 'text', ({ judgement }) => judgement.exposed],
  ['exposure', 'text', ({ judgement }) => judgement.exposure],
  ['reachable', 'text', ({ judgement }) => judgement.reachable],
  ['baseline', 'boolean', ({ judgement }) => judgement.baseline],
  ['first_seen', 'timestamptz', ({ finding }) => finding.firstSeen],
  ['last_seen', 'timestamptz', ({ finding }) => finding.lastSeen],
  ['due_at', 'timestamptz', ({ judgement }) => timeOrNull(judgement.sla.dueAt)],
  ['sla_step', 'text', ({ judgement }) => judgement.sla.step],
  ['sla_next_at', 'timestamptz', ({ judgement }) => timeOrNull(judgement.sla.nextStepAt)],
  ['first_scan_id', 'uuid', (write) => uuidOrNull(write.firstScanId ?? write.scanId)],
  ['scan_id', 'uuid', (write) => uuidOrNull(write.scanId)],
  ['first_judged_at', 'timestamptz', (write) => write.at],
  ['judged_at', 'timestamptz', (write) => write.at],
  ['finding', 'json', ({ finding }) => packFinding(finding)],
  ['judgement', 'json', ({ judgement }) => packJudgement(judgement)],
];

const KEPT = new Set(['tenant_id', 'finding_id', 'first_scan_id', 'first_judged_at', 'scan_id']);
/** Documents travel as one JSON array each: as elements of a text[] literal every quote in them would be escaped. */
const source = (type: string, index: number): string => {
  if (type === 'json') return `json_array_elements($${index + 1}::json)`;
  return `unnest($${index + 1}::${type === 'text[]' ? 'text' : type}[])`;
};
const UPSERT = `
  insert into findings as f (${COLUMNS.map(([name]) => name).join(', ')})
  select ${COLUMNS.map(([name, type]) => (type === 'text[]' ? `${name}::text[]` : name)).join(', ')}
  from rows from (${COLUMNS.map(([, type], index) => source(type, index)).join(', ')}) as n (${COLUMNS.map(([name]) => name).join(', ')})
  on conflict (tenant_id, finding_id) do update set
  ${COLUMNS.filter(([name]) => !KEPT.has(name)).map(([name]) => `${name} = excluded.${name}`).join(', ')},
  scan_id = coalesce(excluded.scan_id, f.scan_id)`;

/** Inserts or replaces rows; the caller holds their locks and has compared versions. */
export async function saveFindings(unit: Unit, writes: readonly FindingWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const sorted = [...writes].sort((a, b) => (a.finding.findingId < b.finding.findingId ? -1 : 1));
  const parameters = COLUMNS.map(([, type, value]) => (type === 'json' ? jsonText(sorted.map(value)) : sorted.map(value)));
  await unit.query(UPSERT, parameters, { name: 'scoring_save_findings' });
}

export interface HistoryWrite {
  readonly tenantId: string;
  readonly findingId: string;
  readonly riskVersion: number;
  readonly at: string;
  readonly cause: string;
  readonly scanId: string | null;
  readonly findingVersion: number;
  readonly chainVersion: number;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** What the finding's record told; null when none came. */
  readonly told: Told | null;
}

export async function saveHistory(unit: Unit, rows: readonly HistoryWrite[]): Promise<void> {
  if (rows.length === 0) return;
  await unit.query(
    `insert into finding_history (tenant_id, finding_id, risk_version, at, cause, scan_id, finding_version, chain_version, changes, told)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[], $6::uuid[], $7::bigint[], $8::bigint[], $9::json[], $10::json[])`,
    [
      rows.map((row) => row.tenantId), rows.map((row) => row.findingId), rows.map((row) => row.riskVersion), rows.map((row) => row.at), rows.map((row) => row.cause),
      rows.map((row) => uuidOrNull(row.scanId)), rows.map((row) => row.findingVersion), rows.map((row) => row.chainVersion), rows.map((row) => jsonText(row.changes)),
      rows.map((row) => (row.told === null ? null : jsonText(row.told))),
    ],
    { name: 'scoring_save_history' },
  );
}
