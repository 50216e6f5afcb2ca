import type { FindingChanged } from '@throughline/contracts';
import type { Unit } from '@throughline/stream';
import type { StoredJudgement } from '../application/stored-judgement.js';
import { DOCUMENT_COLUMNS, unpackFinding, unpackJudgement, type DocumentRow } from './finding-document.js';
import { applyFilter, Conditions, type FindingFilter } from './finding-filter.js';

/** A row as the API reads it. */
export interface FindingView {
  readonly findingId: string;
  readonly issueId: string;
  readonly fixId: string;
  readonly score: number;
  readonly riskVersion: number;
  readonly firstJudgedAt: string;
  readonly judgedAt: string;
  readonly firstScanId: string | null;
  readonly finding: FindingChanged;
  readonly judgement: StoredJudgement;
  readonly ticket: TicketView | null;
  /** Value of the sort key, for the cursor. */
  readonly sortKey: string;
}

export interface TicketView {
  readonly id: string;
  readonly status: string;
  readonly url: string;
  readonly key: string;
  readonly destination: string;
}

interface Row extends DocumentRow {
  readonly finding_id: string;
  readonly issue_id: string;
  readonly risk_version: string;
  readonly first_judged_at: Date;
  readonly judged_at: Date;
  readonly first_scan_id: string | null;
  readonly ticket: TicketView | null;
  readonly sort_key: string;
}

/** What lists may be sorted by, with the type that a cursor's value is cast to. */
export const SORTS = {
  score: ['f.score', 'integer'],
  firstSeen: ['f.first_seen', 'timestamptz'],
  lastSeen: ['f.last_seen', 'timestamptz'],
  dueAt: [`coalesce(f.due_at, 'infinity'::timestamptz)`, 'timestamptz'],
  title: ['f.title', 'text'],
} as const;
export type SortName = keyof typeof SORTS;

export interface ListRequest {
  readonly filter: FindingFilter;
  readonly sort: SortName;
  readonly descending: boolean;
  /** Sort key and finding id of the last row of the page before. */
  readonly after: readonly [key: string, findingId: string] | null;
  readonly limit: number;
}

const TICKET = `(
  select json_build_object('id', t.ticket_id, 'status', t.status, 'url', t.url, 'key', t.external_key, 'destination', t.destination)
  from tickets t where t.tenant_id = f.tenant_id and t.fix_id = f.fix_id order by t.changed_at desc, t.ticket_id limit 1) as ticket`;
const VIEW = `f.risk_version, f.first_judged_at, f.judged_at, f.first_scan_id, ${DOCUMENT_COLUMNS}, ${TICKET}`;

/** One page and one row more. Keyset: concurrent writes neither skip nor repeat rows that did not move. */
export async function listFindings(unit: Unit, tenant: string, request: ListRequest): Promise<readonly FindingView[]> {
  await unit.query(`set local statement_timeout = '10s'`);
  const conditions = new Conditions(tenant);
  applyFilter(conditions, request.filter);
  const [expression, type] = SORTS[request.sort];
  if (request.after) applyAfter(conditions, expression, type, request.descending, request.after);
  const rows = await unit.query<Row>(
    `select ${VIEW}, (${expression})::text as sort_key from findings f where ${conditions.sql()}
     order by ${expression} ${request.descending ? 'desc' : 'asc'}, f.finding_id limit ${conditions.parameter(request.limit + 1)}`,
    conditions.parameters,
  );
  return rows.map(toView);
}

/** Written so that an index on (key, finding_id) can start at the cursor. */
function applyAfter(conditions: Conditions, expression: string, type: string, descending: boolean, [key, findingId]: readonly [string, string]): void {
  const value = `${conditions.parameter(key)}::text::${type}`;
  const id = `${conditions.parameter(findingId)}::uuid`;
  const [wide, strict] = descending ? ['<=', '<'] : ['>=', '>'];
  conditions.add(`${expression} ${wide} ${value} and (${expression} ${strict} ${value} or f.finding_id > ${id})`);
}

export async function findingById(unit: Unit, tenant: string, findingId: string): Promise<FindingView | undefined> {
  const rows = await unit.query<Row>(`select ${VIEW}, '' as sort_key from findings f where f.tenant_id = $1 and f.finding_id = $2`, [tenant, findingId], { name: 'scoring_finding_by_id' });
  return rows[0] && toView(rows[0]);
}

/** The members of an issue or a fix, worst first. */
export async function membersOf(unit: Unit, tenant: string, group: 'issue_id' | 'fix_id', id: string, limit: number): Promise<readonly FindingView[]> {
  const rows = await unit.query<Row>(`select ${VIEW}, '' as sort_key from findings f where f.tenant_id = $1 and f.${group} = $2 order by f.score desc, f.finding_id limit $3`, [tenant, id, limit]);
  return rows.map(toView);
}

function toView(row: Row): FindingView {
  return {
    findingId: row.finding_id, issueId: row.issue_id, fixId: row.fix_id, score: row.score, riskVersion: Number(row.risk_version), firstJudgedAt: row.first_judged_at.toISOString(),
    judgedAt: row.judged_at.toISOString(), firstScanId: row.first_scan_id, finding: unpackFinding(row), judgement: unpackJudgement(row), ticket: row.ticket, sortKey: row.sort_key,
  };
}
