import type { Unit } from '@throughline/stream';
import type { IntelUpdated } from '@throughline/contracts';
import { roundEpss, type Intel } from '../domain/likelihood.js';

interface Row {
  readonly advisory: string;
  readonly epss: number | null;
  readonly model_version: string;
  readonly epss_date: string;
  readonly epss_version: string;
  readonly kev: boolean;
  readonly kev_added: string;
  readonly kev_due: string;
  readonly ransomware: boolean;
  readonly kev_date: string;
  readonly kev_version: string;
  readonly changed_seq: string;
}

/** What the feeds say of advisories, by advisory. */
export async function loadIntel(unit: Unit, advisories: readonly string[]): Promise<ReadonlyMap<string, Intel>> {
  if (advisories.length === 0) return new Map();
  const rows = await unit.query<Row>('select * from intel where advisory = any($1::text[])', [advisories], { name: 'scoring_load_intel' });
  return new Map(rows.map((row) => [row.advisory, toIntel(row)]));
}

function toIntel(row: Row): Intel {
  return {
    advisory: row.advisory, epss: row.epss, modelVersion: row.model_version, epssDate: row.epss_date,
    kev: row.kev, kevAdded: row.kev_added, kevDue: row.kev_due, ransomware: row.ransomware, kevDate: row.kev_date, version: Number(row.changed_seq),
  };
}

/** Date of the newest KEV record; empty when KEV was never loaded. */
export async function kevFeedDate(unit: Unit): Promise<string> {
  const rows = await unit.query<{ feed_date: string }>(`select feed_date from intel_feeds where source = 'kev'`, [], { name: 'scoring_kev_date' });
  return rows[0]?.feed_date ?? '';
}

/** Applies EPSS and KEV records (older versions are skipped); true when something moved that can move a score. */
export async function saveIntel(unit: Unit, records: readonly IntelUpdated[], now: string): Promise<boolean> {
  const advisories = [...new Set(records.map((record) => record.advisory))].sort();
  const stored = await unit.query<Row>('select * from intel where advisory = any($1::text[])', [advisories], { name: 'scoring_load_intel' });
  const before = new Map(stored.map((row) => [row.advisory, row]));
  const folded = new Map<string, Row>();
  for (const record of records) {
    const row = folded.get(record.advisory) ?? before.get(record.advisory) ?? blank(record.advisory);
    const next = apply(row, record);
    if (next !== row) folded.set(record.advisory, next);
  }
  await saveFeeds(unit, records, now);
  if (folded.size === 0) return false;
  const rows = [...folded.values()].sort((a, b) => (a.advisory < b.advisory ? -1 : 1));
  const moved = rows.map((row) => canMove(before.get(row.advisory), row));
  await upsert(unit, rows, moved);
  return moved.includes(true);
}

const blank = (advisory: string): Row => ({
  advisory, epss: null, model_version: '', epss_date: '', epss_version: '0', kev: false, kev_added: '', kev_due: '', ransomware: false, kev_date: '', kev_version: '0', changed_seq: '0',
});

/** The same row when the record is not newer or of a source that the formula does not use. */
function apply(row: Row, record: IntelUpdated): Row {
  if (record.source === 'epss' && record.version > Number(row.epss_version)) {
    return { ...row, epss: record.withdrawn ? null : record.epss, model_version: record.modelVersion, epss_date: record.feedDate, epss_version: String(record.version) };
  }
  if (record.source === 'kev' && record.version > Number(row.kev_version)) {
    const listed = record.kev && !record.withdrawn;
    return {
      ...row, kev: listed, kev_added: listed ? record.kevAdded : '', kev_due: listed ? record.kevDue : '', ransomware: listed && record.ransomware,
      kev_date: record.feedDate, kev_version: String(record.version),
    };
  }
  return row;
}

/** The formula sees EPSS at two decimals: smaller moves change no score and cause no re-join. */
function canMove(before: Row | undefined, after: Row): boolean {
  const rounded = (epss: number | null | undefined): number | null => (epss === null || epss === undefined ? null : roundEpss(epss));
  return rounded(before?.epss) !== rounded(after.epss) || (before?.kev ?? false) !== after.kev || (before?.ransomware ?? false) !== after.ransomware
    || (before?.kev_due ?? '') !== after.kev_due;
}

async function upsert(unit: Unit, rows: readonly Row[], moved: readonly boolean[]): Promise<void> {
  await unit.query(
    `insert into intel as i (advisory, epss, model_version, epss_date, epss_version, kev, kev_added, kev_due, ransomware, kev_date, kev_version, changed_seq)
     select n.advisory, n.epss, n.model_version, n.epss_date, n.epss_version, n.kev, n.kev_added, n.kev_due, n.ransomware, n.kev_date, n.kev_version,
       case when n.moved then nextval('intel_changes') else n.changed_seq end
     from unnest($1::text[], $2::double precision[], $3::text[], $4::text[], $5::bigint[], $6::boolean[], $7::text[], $8::text[], $9::boolean[], $10::text[], $11::bigint[], $12::bigint[], $13::boolean[])
       as n (advisory, epss, model_version, epss_date, epss_version, kev, kev_added, kev_due, ransomware, kev_date, kev_version, changed_seq, moved)
     on conflict (advisory) do update set epss = excluded.epss, model_version = excluded.model_version, epss_date = excluded.epss_date, epss_version = excluded.epss_version,
       kev = excluded.kev, kev_added = excluded.kev_added, kev_due = excluded.kev_due, ransomware = excluded.ransomware, kev_date = excluded.kev_date,
       kev_version = excluded.kev_version, changed_seq = excluded.changed_seq`,
    [
      rows.map((row) => row.advisory), rows.map((row) => row.epss), rows.map((row) => row.model_version), rows.map((row) => row.epss_date), rows.map((row) => row.epss_version),
      rows.map((row) => row.kev), rows.map((row) => row.kev_added), rows.map((row) => row.kev_due), rows.map((row) => row.ransomware), rows.map((row) => row.kev_date),
      rows.map((row) => row.kev_version), rows.map((row) => row.changed_seq), moved,
    ],
    { name: 'scoring_save_intel' },
  );
}

async function saveFeeds(unit: Unit, records: readonly IntelUpdated[], now: string): Promise<void> {
  const dates = new Map<string, string>();
  for (const record of records) if ((dates.get(record.source) ?? '') < record.feedDate) dates.set(record.source, record.feedDate);
  const sources = [...dates.keys()].sort();
  await unit.query(
    `insert into intel_feeds as f (source, feed_date, updated_at) select s, d, $3 from unnest($1::text[], $2::text[]) as n (s, d)
     on conflict (source) do update set feed_date = excluded.feed_date, updated_at = excluded.updated_at where f.feed_date < excluded.feed_date`,
    [sources, sources.map((source) => dates.get(source)), now], { name: 'scoring_save_feeds' },
  );
}

/** The next advisories that changed after a cursor, in order of their change. */
export async function changedAfter(unit: Unit, sequence: string, limit: number): Promise<readonly { readonly advisory: string; readonly sequence: string }[]> {
  const rows = await unit.query<{ advisory: string; changed_seq: string }>(
    'select advisory, changed_seq from intel where changed_seq > $1::bigint order by changed_seq limit $2', [sequence, limit], { name: 'scoring_intel_changes' },
  );
  return rows.map((row) => ({ advisory: row.advisory, sequence: row.changed_seq }));
}

export async function intelCursor(unit: Unit, tenantId: string): Promise<string> {
  const rows = await unit.query<{ changed_seq: string }>('select changed_seq from intel_cursors where tenant_id = $1', [tenantId]);
  return rows[0]?.changed_seq ?? '0';
}

/** A new tenant's findings are judged against all intel there is: only later changes are to be joined. */
export async function startIntelCursor(unit: Unit, tenantId: string): Promise<void> {
  await unit.query(`insert into intel_cursors (tenant_id, changed_seq) select $1, coalesce(max(changed_seq), 0) from intel on conflict do nothing`, [tenantId]);
}

export async function moveIntelCursor(unit: Unit, tenantId: string, sequence: string): Promise<void> {
  await unit.query(
    `insert into intel_cursors as c (tenant_id, changed_seq) values ($1, $2::bigint)
     on conflict (tenant_id) do update set changed_seq = greatest(c.changed_seq, excluded.changed_seq)`, [tenantId, sequence],
  );
}

export async function knownTenants(unit: Unit): Promise<readonly string[]> {
  return (await unit.query<{ id: string }>('select id from known_tenants order by id')).map((row) => row.id);
}

/** True for tenants seen for the first time. */
export async function addTenants(unit: Unit, tenants: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.query<{ id: string }>('insert into known_tenants select distinct unnest($1::uuid[]) on conflict do nothing returning id', [tenants]);
  return rows.map((row) => row.id);
}
