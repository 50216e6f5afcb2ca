-- Signed statements of provenance as sources gave them, what was judged of them, and of which images they speak.

create table chain_resolution.attestations (
  tenant_id uuid not null,
  id text not null,
  bundle text not null,
  media_type text not null,
  origin text not null,
  observed_at timestamptz not null,
  predicate_type text not null default '',
  provenance jsonb,
  status text not null check (status in ('verified', 'unverified', 'refused')),
  reason text not null,
  key_id text not null,
  issuer text not null,
  identity text not null,
  policy_version integer not null,
  checked_at timestamptz not null,
  primary key (tenant_id, id)
);
create index attestations_policy on chain_resolution.attestations (tenant_id, policy_version, id);
comment on table chain_resolution.attestations is 'Attestations by the SHA-256 of their bundle, with the verdict under the last policy. retention: as long as the tenant exists, since a new policy judges them again';
select platform.tenant_table('chain_resolution', 'attestations');

create table chain_resolution.attestation_subjects (
  tenant_id uuid not null,
  attestation_id text not null,
  digest text not null,
  primary key (tenant_id, attestation_id, digest)
);
create index attestation_subjects_digest on chain_resolution.attestation_subjects (tenant_id, digest);
comment on table chain_resolution.attestation_subjects is 'Digests that an attestation speaks of. retention: as long as the attestation';
select platform.tenant_table('chain_resolution', 'attestation_subjects');

create table chain_resolution.attestation_images (
  tenant_id uuid not null,
  attestation_id text not null,
  image text not null,
  filed boolean not null,
  status text not null check (status in ('verified', 'unverified', 'refused')),
  reason text not null,
  primary key (tenant_id, attestation_id, image)
);
create index attestation_images_image on chain_resolution.attestation_images (tenant_id, image);
create index attestation_images_status on chain_resolution.attestation_images (tenant_id, status, attestation_id, image);
comment on table chain_resolution.attestation_images is 'What an attestation means for each image that it was filed under or speaks of. retention: as long as the attestation';
select platform.tenant_table('chain_resolution', 'attestation_images');
