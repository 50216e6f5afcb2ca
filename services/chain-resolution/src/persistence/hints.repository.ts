import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';

export interface StoredHint {
  readonly image: Urn;
  readonly tag: string;
  readonly hex: string;
}

/** Notes tags that may be commit ids; a tag that moved on stays with the image that bore it. */
export async function addTagHints(unit: Unit, tenant: TenantId, hints: readonly StoredHint[]): Promise<void> {
  if (hints.length === 0) return;
  const rows = [...new Map(hints.map((hint) => [`${hint.image}|${hint.tag}`, hint])).values()].sort((a, b) => (`${a.image}|${a.tag}` < `${b.image}|${b.tag}` ? -1 : 1));
  await unit.query('insert into image_tag_hints (tenant_id, image, tag, hex) select $1, * from unnest($2::text[], $3::text[], $4::text[]) on conflict do nothing',
    [tenant, rows.map((row) => row.image), rows.map((row) => row.tag), rows.map((row) => row.hex)], { name: 'tag_hints_add' });
}

export async function loadTagHints(unit: Unit, tenant: TenantId, images: readonly Urn[]): Promise<StoredHint[]> {
  if (images.length === 0) return [];
  return [...await unit.query<StoredHint>('select image, tag, hex from image_tag_hints where tenant_id = $1 and image = any($2::text[]) order by image, tag', [tenant, [...images]], { name: 'tag_hints' })];
}

/** Images with a tag that begins like one of the commit ids. */
export async function imagesHintingAt(unit: Unit, tenant: TenantId, shas: readonly string[]): Promise<Urn[]> {
  const prefixes = [...new Set(shas.map((sha) => sha.slice(0, 7)))];
  if (prefixes.length === 0) return [];
  const rows = await unit.query<{ image: Urn }>('select distinct image from image_tag_hints where tenant_id = $1 and prefix = any($2::text[]) order by image', [tenant, prefixes], { name: 'tag_hints_at' });
  return rows.map((row) => row.image);
}

/** Known commits by the first seven digits of their ids. */
export async function commitsLike(unit: Unit, tenant: TenantId, hexes: readonly string[]): Promise<{ urn: Urn; committedAt: string }[]> {
  const prefixes = [...new Set(hexes.map((hex) => hex.slice(0, 7)))];
  if (prefixes.length === 0) return [];
  return [...await unit.query<{ urn: Urn; committedAt: string }>(
    `select urn, coalesce(attributes->>'committedAt', '') as "committedAt" from assets where tenant_id = $1 and commit_prefix = any($2::text[]) order by urn`,
    [tenant, prefixes], { name: 'commits_like' },
  )];
}

const PER_HASH = 100;

export interface StoredDockerfile {
  readonly repository: Urn;
  readonly path: string;
  readonly hashes: readonly string[];
}

/** What is looked up of the repositories' Dockerfiles now, as `hash|path`. */
export async function loadDockerfileHashes(unit: Unit, tenant: TenantId, repositories: readonly Urn[]): Promise<Map<Urn, string[]>> {
  const rows = await unit.query<{ repository: Urn; hash: string; path: string }>('select repository, hash, path from dockerfile_instructions where tenant_id = $1 and repository = any($2::text[])', [tenant, [...repositories]], { name: 'dockerfile_hashes' });
  return new Map([...Map.groupBy(rows, (row) => row.repository)].map(([repository, own]) => [repository, own.map((row) => `${row.hash}|${row.path}`)]));
}

/** Replaces what is looked up of a repository's Dockerfiles. */
export async function saveDockerfileHashes(unit: Unit, tenant: TenantId, repositories: readonly Urn[], dockerfiles: readonly StoredDockerfile[]): Promise<void> {
  await unit.query('delete from dockerfile_instructions where tenant_id = $1 and repository = any($2::text[])', [tenant, [...repositories]], { name: 'dockerfile_hashes_clear' });
  const rows = dockerfiles.flatMap((item) => item.hashes.map((hash) => [hash, item.repository, item.path] as const));
  if (rows.length === 0) return;
  await unit.query('insert into dockerfile_instructions (tenant_id, hash, repository, path) select $1, * from unnest($2::text[], $3::text[], $4::text[]) on conflict do nothing',
    [tenant, rows.map(([hash]) => hash), rows.map(([, repository]) => repository), rows.map(([, , path]) => path)], { name: 'dockerfile_hashes_save' });
}

export async function saveImageHashes(unit: Unit, tenant: TenantId, images: ReadonlyMap<Urn, readonly string[]>): Promise<void> {
  const rows = [...images].flatMap(([image, hashes]) => hashes.map((hash) => [hash, image] as const));
  if (rows.length === 0) return;
  await unit.query('insert into image_instructions (tenant_id, hash, image) select $1, * from unnest($2::text[], $3::text[]) on conflict do nothing',
    [tenant, rows.map(([hash]) => hash), rows.map(([, image]) => image)], { name: 'image_hashes_save' });
}

/** Repositories with a Dockerfile that shares a telling instruction with an image, the likest first: at most 100 an instruction, so that what many say costs no more. */
export async function repositoriesLike(unit: Unit, tenant: TenantId, images: ReadonlyMap<Urn, readonly string[]>, limit: number): Promise<Map<Urn, Urn[]>> {
  const pairs = [...images].flatMap(([image, hashes]) => hashes.map((hash) => [image, hash] as const));
  if (pairs.length === 0) return new Map();
  const rows = await unit.query<{ image: Urn; repository: Urn }>(
    `select image, repository from (
       select h.image, d.repository, row_number() over (partition by h.image order by count(*) desc, d.repository) as rank
       from unnest($2::text[], $3::text[]) as h(image, hash) cross join lateral (
         select repository from dockerfile_instructions i where i.tenant_id = $1 and i.hash = h.hash order by repository, path limit ${PER_HASH}) d
       group by h.image, d.repository) ranked where rank <= $4 order by image, rank`,
    [tenant, pairs.map(([image]) => image), pairs.map(([, hash]) => hash), limit], { name: 'repositories_like' },
  );
  return new Map([...Map.groupBy(rows, (row) => row.image)].map(([image, own]) => [image, own.map((row) => row.repository)]));
}

/** Images whose history shares a telling instruction, within the same bound. */
export async function imagesLike(unit: Unit, tenant: TenantId, hashes: readonly string[], limit: number): Promise<Urn[]> {
  if (hashes.length === 0) return [];
  const rows = await unit.query<{ image: Urn }>(
    `select d.image from unnest($2::text[]) as h(hash) cross join lateral (
       select image from image_instructions i where i.tenant_id = $1 and i.hash = h.hash order by image limit ${PER_HASH}) d
     group by d.image order by count(*) desc, d.image limit $3`, [tenant, [...new Set(hashes)], limit], { name: 'images_like' },
  );
  return rows.map((row) => row.image);
}

/** Images that we hold to be made from these nodes by a method. */
export async function producedBy(unit: Unit, tenant: TenantId, method: string, nodes: readonly Urn[]): Promise<Urn[]> {
  if (nodes.length === 0) return [];
  const rows = await unit.query<{ to_urn: Urn }>(
    `select distinct to_urn from links where tenant_id = $1 and from_urn = any($2::text[]) and recorded_to is null and kind = 'produced' and method = $3 order by to_urn limit 1000`,
    [tenant, [...nodes], method], { name: 'produced_by' },
  );
  return rows.map((row) => row.to_urn);
}
