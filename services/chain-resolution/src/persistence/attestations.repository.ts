import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { ImageVerdict, JudgedAttestation } from '../domain/provenance/images.js';
import type { AttestationStatus, Verdict } from '../domain/provenance/judgement.js';
import type { Provenance } from '../domain/provenance/predicate.js';
import { toDate, toMs } from './keys.js';

export interface StoredAttestation extends JudgedAttestation {
  readonly policyVersion: number;
  readonly checkedAt: Date;
}

export interface NewAttestation extends StoredAttestation {
  readonly bundle: string;
  readonly mediaType: string;
}

interface Row {
  readonly id: string;
  readonly origin: string;
  readonly observed_at: Date;
  readonly predicate_type: string;
  readonly provenance: Provenance | null;
  readonly digests: string[];
  readonly status: AttestationStatus;
  readonly reason: Verdict['reason'];
  readonly key_id: string;
  readonly issuer: string;
  readonly identity: string;
  readonly policy_version: number;
  readonly checked_at: Date;
}

const COLUMNS = `a.id, a.origin, a.observed_at, a.predicate_type, a.provenance, a.status, a.reason, a.key_id, a.issuer, a.identity, a.policy_version, a.checked_at,
  array(select s.digest from attestation_subjects s where s.tenant_id = a.tenant_id and s.attestation_id = a.id order by s.digest) as digests`;

const attestationOf = (row: Row): StoredAttestation => ({
  id: row.id, origin: row.origin, observedAt: toMs(row.observed_at), predicateType: row.predicate_type, provenance: row.provenance, digests: row.digests,
  verdict: { status: row.status, reason: row.reason, keyId: row.key_id, issuer: row.issuer, identity: row.identity }, policyVersion: row.policy_version, checkedAt: row.checked_at,
});

/** Which of the ids are stored already: a bundle is kept and checked once, however often it is sent. */
export async function knownAttestations(unit: Unit, tenant: TenantId, ids: readonly string[]): Promise<Set<string>> {
  const rows = await unit.query<{ id: string }>('select id from attestations where tenant_id = $1 and id = any($2::text[])', [tenant, [...ids]], { name: 'attestations_known' });
  return new Set(rows.map((row) => row.id));
}

export async function insertAttestations(unit: Unit, tenant: TenantId, all: readonly NewAttestation[]): Promise<void> {
  if (all.length === 0) return;
  const rows = all.map((item) => ({
    id: item.id, bundle: item.bundle, media_type: item.mediaType, origin: item.origin, observed_at: toDate(item.observedAt), predicate_type: item.predicateType,
    provenance: item.provenance, status: item.verdict.status, reason: item.verdict.reason, key_id: item.verdict.keyId, issuer: item.verdict.issuer, identity: item.verdict.identity,
    policy_version: item.policyVersion, checked_at: item.checkedAt.toISOString(),
  })).sort((a, b) => (a.id < b.id ? -1 : 1));
  await unit.query(
    `insert into attestations (tenant_id, id, bundle, media_type, origin, observed_at, predicate_type, provenance, status, reason, key_id, issuer, identity, policy_version, checked_at)
     select $1, r.* from jsonb_to_recordset($2::jsonb) as r(id text, bundle text, media_type text, origin text, observed_at timestamptz, predicate_type text, provenance jsonb,
       status text, reason text, key_id text, issuer text, identity text, policy_version integer, checked_at timestamptz) on conflict do nothing`,
    [tenant, JSON.stringify(rows)], { name: 'attestations_insert' },
  );
  const subjects = all.flatMap((item) => item.digests.map((digest) => [item.id, digest] as const));
  await unit.query('insert into attestation_subjects (tenant_id, attestation_id, digest) select $1, * from unnest($2::text[], $3::text[]) on conflict do nothing',
    [tenant, subjects.map(([id]) => id), subjects.map(([, digest]) => digest)], { name: 'attestation_subjects_insert' });
}

export interface Filing {
  readonly id: string;
  readonly image: Urn;
}

/** Notes under which images sources file attestations; what it means for them is judged after. */
export async function fileAttestations(unit: Unit, tenant: TenantId, filings: readonly Filing[]): Promise<void> {
  if (filings.length === 0) return;
  const rows = [...new Map(filings.map((item) => [`${item.id}|${item.image}`, item])).values()].sort((a, b) => (`${a.id}|${a.image}` < `${b.id}|${b.image}` ? -1 : 1));
  await unit.query(
    `insert into attestation_images (tenant_id, attestation_id, image, filed, status, reason) select $1, i.id, i.image, true, 'unverified', '' from unnest($2::text[], $3::text[]) as i(id, image)
     on conflict (tenant_id, attestation_id, image) do update set filed = true where not attestation_images.filed`,
    [tenant, rows.map((row) => row.id), rows.map((row) => row.image)], { name: 'attestations_file' },
  );
}

/** The earliest look counts, and of several origins the first by name, in whatever order looks arrive. */
export async function noteObserved(unit: Unit, tenant: TenantId, seen: readonly { readonly id: string; readonly observedAt: number; readonly origin: string }[]): Promise<void> {
  if (seen.length === 0) return;
  await unit.query(
    `update attestations a set observed_at = least(a.observed_at, s.at), origin = least(a.origin, s.origin)
     from (select id, min(at) as at, min(origin) as origin from unnest($2::text[], $3::timestamptz[], $4::text[]) as u(id, at, origin) group by id) s
     where a.tenant_id = $1 and a.id = s.id and (s.at < a.observed_at or s.origin < a.origin)`,
    [tenant, seen.map((item) => item.id), seen.map((item) => toDate(item.observedAt)), seen.map((item) => item.origin)], { name: 'attestations_observed' },
  );
}

export async function loadAttestations(unit: Unit, tenant: TenantId, ids: readonly string[]): Promise<StoredAttestation[]> {
  if (ids.length === 0) return [];
  const rows = await unit.query<Row>(`select ${COLUMNS} from attestations a where a.tenant_id = $1 and a.id = any($2::text[]) order by a.id`, [tenant, [...ids]], { name: 'attestations_load' });
  return rows.map(attestationOf);
}

/** Attestations that speak of the images or were filed under them. */
export async function attestationsOf(unit: Unit, tenant: TenantId, images: readonly Urn[], digests: readonly string[]): Promise<string[]> {
  if (images.length === 0) return [];
  const rows = await unit.query<{ id: string }>(
    `select attestation_id as id from attestation_subjects where tenant_id = $1 and digest = any($2::text[])
     union select attestation_id from attestation_images where tenant_id = $1 and image = any($3::text[]) order by id`,
    [tenant, [...digests], [...images]], { name: 'attestations_of' },
  );
  return rows.map((row) => row.id);
}

export async function loadImageVerdicts(unit: Unit, tenant: TenantId, ids: readonly string[]): Promise<ImageVerdict[]> {
  const rows = await unit.query<Omit<ImageVerdict, 'attestation'> & { attestation_id: string }>(
    'select attestation_id, image, filed, status, reason from attestation_images where tenant_id = $1 and attestation_id = any($2::text[])', [tenant, [...ids]], { name: 'attestation_images' },
  );
  return rows.map(({ attestation_id: attestation, ...row }) => ({ attestation, ...row }));
}

export async function saveImageVerdicts(unit: Unit, tenant: TenantId, verdicts: readonly ImageVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await unit.query(
    `insert into attestation_images (tenant_id, attestation_id, image, filed, status, reason) select $1, * from unnest($2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[])
     on conflict (tenant_id, attestation_id, image) do update set filed = excluded.filed, status = excluded.status, reason = excluded.reason`,
    [tenant, verdicts.map((v) => v.attestation), verdicts.map((v) => v.image), verdicts.map((v) => v.filed), verdicts.map((v) => v.status), verdicts.map((v) => v.reason)], { name: 'attestation_images_save' },
  );
}

/** Images that are known by any of the digests. */
export async function imagesByDigest(unit: Unit, tenant: TenantId, digests: readonly string[]): Promise<Urn[]> {
  if (digests.length === 0) return [];
  const rows = await unit.query<{ urn: Urn }>(`select urn from assets where tenant_id = $1 and digest = any($2::text[]) order by urn`, [tenant, [...new Set(digests)]], { name: 'attestation_known_images' });
  return rows.map((row) => row.urn);
}

/** Bundles that were last checked under another version of the policy. */
export async function staleAttestations(unit: Unit, tenant: TenantId, version: number, limit: number): Promise<{ id: string; bundle: string }[]> {
  const rows = await unit.query<{ id: string; bundle: string }>(
    'select id, bundle from attestations where tenant_id = $1 and policy_version < $2 order by policy_version, id limit $3', [tenant, version, limit], { name: 'attestations_stale' },
  );
  return [...rows];
}

export async function saveVerdicts(unit: Unit, tenant: TenantId, verdicts: ReadonlyMap<string, Verdict>, version: number, now: Date): Promise<void> {
  const all = [...verdicts];
  await unit.query(
    `update attestations a set status = v.status, reason = v.reason, key_id = v.key_id, issuer = v.issuer, identity = v.identity, policy_version = $7, checked_at = $8
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $9::text[]) as v(id, status, reason, key_id, issuer, identity) where a.tenant_id = $1 and a.id = v.id`,
    [tenant, all.map(([id]) => id), all.map(([, v]) => v.status), all.map(([, v]) => v.reason), all.map(([, v]) => v.keyId), all.map(([, v]) => v.issuer), version, now.toISOString(), all.map(([, v]) => v.identity)],
    { name: 'attestations_verdicts' },
  );
}

export interface AttestationFilter {
  readonly image?: string | undefined;
  /** `sha256:…`, wherever an image of it lies. */
  readonly digest?: string | undefined;
  readonly status?: AttestationStatus | undefined;
}

export interface ListedAttestation extends StoredAttestation {
  /** Empty: nothing that we know is meant by it. */
  readonly image: Urn | '';
  readonly imageStatus: AttestationStatus;
  readonly imageReason: Verdict['reason'];
}

/** A page of attestations by image, in the order of id and image. */
export async function listAttestations(unit: Unit, tenant: TenantId, filter: AttestationFilter, after: readonly [id: string, image: string], limit: number): Promise<ListedAttestation[]> {
  const rows = await unit.query<Row & { image: Urn | ''; image_status: AttestationStatus; image_reason: Verdict['reason'] }>(
    `select ${COLUMNS}, coalesce(i.image, '') as image, coalesce(i.status, a.status) as image_status, coalesce(i.reason, a.reason) as image_reason
     from attestations a left join attestation_images i on i.tenant_id = a.tenant_id and i.attestation_id = a.id
     where a.tenant_id = $1 and (a.id, coalesce(i.image, '')) > ($2, $3) and ($4::text is null or i.image = $4) and ($7::text is null or right(i.image, length($7)) = $7) and ($5::text is null or coalesce(i.status, a.status) = $5)
     order by a.id, coalesce(i.image, '') limit $6`,
    [tenant, after[0], after[1], filter.image ?? null, filter.status ?? null, limit, filter.digest === undefined ? null : `@${filter.digest}`], { name: 'attestations_list' },
  );
  return rows.map((row) => ({ ...attestationOf(row), image: row.image, imageStatus: row.image_status, imageReason: row.image_reason }));
}

/** Refusals that concern some images, for the gaps of a trace. */
export async function refusalsOf(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<{ image: Urn; reason: string }[]> {
  if (images.length === 0) return [];
  const rows = await unit.query<{ image: Urn; reason: string }>(
    `select distinct image, reason from attestation_images where tenant_id = $1 and image = any($2::text[]) and status = 'refused' order by image, reason limit 200`, [tenant, [...images]], { name: 'attestations_refused' },
  );
  return [...rows];
}
