import { newId } from '@throughline/contracts';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { canonicalJson } from '../domain/canonical.js';
import type { Link } from '../domain/links.js';
import { groupId } from './claims.repository.js';
import { LINK_COLUMNS, linkOf } from './graph.repository.js';
import type { LinkRow } from './graph.repository.js';
import { toDate, toDateOrNull } from './keys.js';

export interface Belief {
  readonly linkId: string;
  readonly link: Link;
}

/** What is believed now of the edges of some groups. */
export async function loadBeliefs(unit: Unit, tenant: TenantId, groups: readonly string[]): Promise<Belief[]> {
  if (groups.length === 0) return [];
  const rows = await unit.query<LinkRow & { link_id: string }>(
    `select link_id, ${LINK_COLUMNS} from links where tenant_id = $1 and group_id = any($2::uuid[]) and recorded_to is null`, [tenant, [...groups]], { name: 'beliefs' },
  );
  return rows.map((row) => ({ linkId: row.link_id, link: linkOf(row) }));
}

export interface BeliefChange {
  readonly ended: readonly Belief[];
  readonly begun: readonly Link[];
}

/** What must change so that the beliefs are these links: equal ones stay as they are, with their recorded time. */
export function beliefChange(beliefs: readonly Belief[], links: readonly Link[]): BeliefChange {
  const wanted = new Map(links.map((link) => [canonicalJson(link), link]));
  const ended = beliefs.filter((belief) => !wanted.delete(canonicalJson(belief.link)));
  return { ended, begun: [...wanted.values()] };
}

export async function saveBeliefs(unit: Unit, tenant: TenantId, change: BeliefChange, now: Date): Promise<void> {
  if (change.ended.length > 0) {
    await unit.query('update links set recorded_to = $3 where tenant_id = $1 and link_id = any($2::uuid[])', [tenant, change.ended.map((belief) => belief.linkId), now.toISOString()], { name: 'beliefs_end' });
  }
  if (change.begun.length === 0) return;
  const rows = change.begun.map((link) => ({
    link_id: newId(), group_id: groupId(link), from_urn: link.from, kind: link.kind, to_urn: link.to, method: link.method, verified: link.verified,
    confidence: link.confidence, evidence: link.evidence, valid_from: toDate(link.validFrom), valid_to: toDateOrNull(link.validTo),
  }));
  await unit.query(
    `insert into links (tenant_id, link_id, group_id, from_urn, kind, to_urn, method, verified, confidence, evidence, valid_from, valid_to, recorded_from)
     select $1, r.*, $3::timestamptz from jsonb_to_recordset($2::jsonb) as r(link_id uuid, group_id uuid, from_urn text, kind text, to_urn text, method text, verified boolean,
       confidence double precision, evidence jsonb, valid_from timestamptz, valid_to timestamptz)`,
    [tenant, JSON.stringify(rows), now.toISOString()], { name: 'beliefs_begin' },
  );
}

/** Versions of a repository that run, for traces whose breadth is capped. */
export async function runningCommits(unit: Unit, tenant: TenantId, repository: Urn): Promise<Urn[]> {
  const rows = await unit.query<{ commit: Urn }>(
    `select distinct r->>'commit' as commit from contexts c, jsonb_array_elements(c.body->'running') r
     where c.tenant_id = $1 and c.asset = $2 and r->>'commit' <> '' limit 50`, [tenant, repository], { name: 'running_commits' },
  );
  return rows.map((row) => row.commit);
}
