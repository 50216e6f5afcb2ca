import { newId } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import type { Join } from '../domain/near/view.js';
import { quotedArrayText } from './rows.js';

/** A join that no strong key explains, as it is kept with the finding. */
export interface JoinRow {
  readonly tenantId: string;
  readonly findingId: string;
  readonly occurrenceId: string;
  /** The scan whose result was joined; '' when no scan came (feeds, people, re-clustering). */
  readonly scanId: string;
  readonly join: Join;
  /** What speaks for it beyond the fields, e.g. edges of aliases. */
  readonly evidence: string;
  readonly at: string;
}

export async function saveJoins(unit: Unit, rows: readonly JoinRow[]): Promise<void> {
  if (rows.length === 0) return;
  await unit.query(
    `insert into identity_join (join_id, tenant_id, finding_id, occurrence_id, scan_id, rule, recipe, fields, confidence, evidence, at)
     select join_id, tenant_id, finding_id, occurrence_id, nullif(scan_id, '')::uuid, rule, recipe, fields::text[], confidence, evidence, at
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::real[], $10::text[], $11::timestamptz[])
       as j(join_id, tenant_id, finding_id, occurrence_id, scan_id, rule, recipe, fields, confidence, evidence, at)`,
    [rows.map(() => newId()), rows.map((one) => one.tenantId), rows.map((one) => one.findingId), rows.map((one) => one.occurrenceId), rows.map((one) => one.scanId),
      rows.map(({ join }) => join.rule), rows.map(({ join }) => join.recipe), rows.map(({ join }) => quotedArrayText(join.fields)), rows.map(({ join }) => join.confidence),
      rows.map((one) => one.evidence), rows.map((one) => one.at)],
    { name: 'dedup_save_joins' },
  );
}
