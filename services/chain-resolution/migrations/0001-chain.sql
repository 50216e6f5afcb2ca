-- Nodes and edges of the deployment chain, what sources said of them, and what is judged from them.
-- `*_claims` and `definitions` are the system of record; `assets`, `links` are derived from them and kept because they
-- hold history; `image_origins`, `service_states`, `contexts` can be rebuilt at any time.

create table chain_resolution.assets (
  tenant_id uuid not null,
  urn text not null,
  kind text not null,
  name text not null,
  digest text not null default '',
  attributes jsonb not null default '{}',
  resolved boolean not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  retired_at timestamptz,
  primary key (tenant_id, urn)
);
create index assets_kind on chain_resolution.assets (tenant_id, kind, urn);
create index assets_digest on chain_resolution.assets (tenant_id, digest) where digest <> '';
comment on table chain_resolution.assets is 'Nodes of the chain as believed now; resolved false: only links speak of it. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'assets');

create table chain_resolution.asset_versions (
  tenant_id uuid not null,
  urn text not null,
  valid_from timestamptz not null,
  attributes jsonb not null,
  retired boolean not null,
  primary key (tenant_id, urn, valid_from)
);
comment on table chain_resolution.asset_versions is 'Attributes of nodes over time, for traces as of a past time. retention: 400 days';
select platform.tenant_table('chain_resolution', 'asset_versions');

create table chain_resolution.asset_claims (
  tenant_id uuid not null,
  urn text not null,
  source text not null,
  scope text not null,
  attributes jsonb not null,
  observed_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, urn, source)
);
create index asset_claims_scope on chain_resolution.asset_claims (tenant_id, source, scope) where ended_at is null;
comment on table chain_resolution.asset_claims is 'What each source last said of a node. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'asset_claims');

create table chain_resolution.asset_refs (
  tenant_id uuid not null,
  urn text not null,
  ref text not null
);
create index asset_refs_urn on chain_resolution.asset_refs (tenant_id, urn);
create index asset_refs_ref on chain_resolution.asset_refs (tenant_id, ref);
comment on table chain_resolution.asset_refs is 'Which nodes name which security groups and subnets: whom a change of one concerns. retention: as long as the node';
select platform.tenant_table('chain_resolution', 'asset_refs');

-- times of claims are epoch milliseconds: arrays of them are merged by the domain, never by SQL
create table chain_resolution.link_claims (
  tenant_id uuid not null,
  claim_id uuid not null,
  group_id uuid not null,
  from_urn text not null,
  kind text not null,
  to_urn text not null,
  source text not null,
  method text not null,
  variant text not null,
  scope text not null,
  verified boolean not null,
  confidence double precision not null,
  evidence jsonb not null,
  starts double precision[] not null,
  ends double precision[] not null,
  affirmed_at double precision not null,
  content_at double precision not null,
  is_open boolean not null,
  primary key (tenant_id, claim_id)
);
create index link_claims_group on chain_resolution.link_claims (tenant_id, group_id);
create index link_claims_scope on chain_resolution.link_claims (tenant_id, source, scope) where is_open;
comment on table chain_resolution.link_claims is 'What each source said of an edge by each method: starts and ends in valid time. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'link_claims');

create table chain_resolution.links (
  tenant_id uuid not null,
  link_id uuid not null,
  group_id uuid not null,
  from_urn text not null,
  kind text not null,
  to_urn text not null,
  method text not null,
  verified boolean not null,
  confidence double precision not null,
  evidence jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  recorded_from timestamptz not null,
  recorded_to timestamptz,
  primary key (tenant_id, link_id)
);
create index links_from on chain_resolution.links (tenant_id, from_urn, valid_from desc) where recorded_to is null;
create index links_to on chain_resolution.links (tenant_id, to_urn, valid_from desc) where recorded_to is null;
create index links_group on chain_resolution.links (tenant_id, group_id) where recorded_to is null;
comment on table chain_resolution.links is 'Edges, bitemporal: valid time from the facts, recorded time of our belief (recorded_to null: believed now). retention: superseded beliefs 400 days, else as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'links');

create table chain_resolution.inventories (
  tenant_id uuid not null,
  source text not null,
  scope text not null,
  sequence bigint not null,
  observation_id text not null,
  seen integer[] not null default '{}',
  parts integer not null default -1,
  complete boolean not null default false,
  holds_runtime boolean not null default false,
  received_at timestamptz not null,
  applied_at timestamptz,
  primary key (tenant_id, source, scope, sequence)
);
comment on table chain_resolution.inventories is 'Ledger of inventories: parts seen, marker, applied. retention: the last 20 of a scope';
select platform.tenant_table('chain_resolution', 'inventories');

create table chain_resolution.inventory_parts (
  tenant_id uuid not null,
  source text not null,
  scope text not null,
  sequence bigint not null,
  ordinal integer not null,
  claims uuid[] not null,
  nodes text[] not null,
  primary key (tenant_id, source, scope, sequence, ordinal)
);
comment on table chain_resolution.inventory_parts is 'Membership of inventories under way: one array a part. retention: until the inventory is applied or a newer one is';
select platform.tenant_table('chain_resolution', 'inventory_parts');

create table chain_resolution.image_origins (
  tenant_id uuid not null,
  image text not null,
  image_name text not null,
  repository text not null,
  sub_path text not null,
  commit_urn text not null,
  primary key (tenant_id, image)
);
create index image_origins_repository on chain_resolution.image_origins (tenant_id, repository);
create index image_origins_name on chain_resolution.image_origins (tenant_id, image_name);
comment on table chain_resolution.image_origins is 'The repository and commit that may be claimed for an image. retention: derived, as long as the image';
select platform.tenant_table('chain_resolution', 'image_origins');

create table chain_resolution.service_states (
  tenant_id uuid not null,
  service text not null,
  body jsonb not null,
  primary key (tenant_id, service)
);
comment on table chain_resolution.service_states is 'What is judged of a service: running images, exposure, owners. retention: derived, as long as the service';
select platform.tenant_table('chain_resolution', 'service_states');

create table chain_resolution.service_members (
  tenant_id uuid not null,
  service text not null,
  member text not null
);
create index service_members_service on chain_resolution.service_members (tenant_id, service);
create index service_members_member on chain_resolution.service_members (tenant_id, member);
comment on table chain_resolution.service_members is 'Lasting assets that a service says something about. retention: derived, as long as the service';
select platform.tenant_table('chain_resolution', 'service_members');

create table chain_resolution.contexts (
  tenant_id uuid not null,
  asset text not null,
  kind text not null,
  version bigint not null,
  body jsonb not null,
  changed_at timestamptz not null,
  primary key (tenant_id, asset)
);
create index contexts_repository on chain_resolution.contexts (tenant_id, split_part(asset, '#', 1)) where kind = 'repository';
comment on table chain_resolution.contexts is 'The last announced context of an asset and its version. retention: as long as the tenant exists, since versions must rise';
select platform.tenant_table('chain_resolution', 'contexts');

create table chain_resolution.pending (
  tenant_id uuid not null,
  stage text not null check (stage in ('image', 'service', 'asset')),
  urn text not null,
  primary key (tenant_id, stage, urn)
);
comment on table chain_resolution.pending is 'What a wide change still has to reach, worked off in batches by due work. retention: until done';
select platform.tenant_table('chain_resolution', 'pending');

create table chain_resolution.definitions (
  tenant_id uuid not null,
  kind text not null,
  slug text not null,
  version integer not null,
  body jsonb not null,
  author text not null,
  reason text not null,
  updated_at timestamptz not null,
  deleted boolean not null default false,
  primary key (tenant_id, kind, slug)
);
comment on table chain_resolution.definitions is 'The durable model as people define it: applications, services, teams, environments, ownership rules. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'definitions');

create table chain_resolution.definition_versions (
  tenant_id uuid not null,
  kind text not null,
  slug text not null,
  version integer not null,
  body jsonb not null,
  author text not null,
  reason text not null,
  recorded_at timestamptz not null,
  deleted boolean not null,
  primary key (tenant_id, kind, slug, version)
);
comment on table chain_resolution.definition_versions is 'Every version of a definition with author and reason. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'definition_versions');
