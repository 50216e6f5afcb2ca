-- What feeds say of the ids of vulnerabilities, and what follows: one set of aliases for each flaw, findings that were
-- merged by it, and how far each tenant's findings follow the changes.

create sequence dedup.alias_changes;
grant usage on sequence dedup.alias_changes to tl_dedup;

create table dedup.advisory_alias (
  source text not null,
  a text not null,
  b text not null,
  version bigint not null,
  since timestamptz not null,
  withdrawn_at timestamptz,
  primary key (source, a, b)
);
create index on dedup.advisory_alias (a);
create index on dedup.advisory_alias (b);
comment on table dedup.advisory_alias is 'Edges of the union-find of ids: the record of advisory a in a feed names b; version is the record''s. retention: as long as the installation';
select platform.shared_table('dedup', 'advisory_alias', 'public feeds, equal for all tenants');

create table dedup.advisory_set (
  advisory text primary key,
  canonical text not null,
  changed_seq bigint not null
);
create index on dedup.advisory_set (canonical);
create index on dedup.advisory_set (changed_seq);
comment on table dedup.advisory_set is 'Ids by the id that stands for their set, as computed from the edges that hold; an id that left its set stands for itself. retention: as long as the installation; rebuilt from advisory_alias';
select platform.shared_table('dedup', 'advisory_set', 'public feeds, equal for all tenants');

create table dedup.known_tenant (
  id uuid primary key
);
comment on table dedup.known_tenant is 'Tenants with findings: a change of aliases makes one piece of due work for each. retention: as long as the tenant';
select platform.shared_table('dedup', 'known_tenant', 'ids alone; read to fan out work before a tenant is chosen');
alter table dedup.scope no force row level security;
insert into dedup.known_tenant select distinct tenant_id from dedup.scope;
alter table dedup.scope force row level security;

create table dedup.alias_cursor (
  tenant_id uuid primary key,
  changed_seq bigint not null,
  upto_seq bigint,
  after_asset uuid
);
comment on table dedup.alias_cursor is 'How far a tenant''s findings follow the changes of aliases; upto_seq and after_asset while a page of changes is worked off asset by asset. retention: as long as the tenant';
select platform.tenant_table('dedup', 'alias_cursor');

create table dedup.alias_merge (
  merge_id uuid primary key,
  tenant_id uuid not null,
  into_id uuid not null,
  merged_id uuid not null,
  subjects text[] not null,
  edges jsonb not null,
  at timestamptz not null,
  undone_at timestamptz
);
create index on dedup.alias_merge (into_id) where undone_at is null;
comment on table dedup.alias_merge is 'Findings that a feed''s aliases merged: the ids that the merged one was known by, and the edges that said so; undone when they are withdrawn. retention: as long as the finding';
select platform.tenant_table('dedup', 'alias_merge');

-- Findings by the ids they are known by: null for other kinds of keys, and for keys from before feeds were read.
alter table dedup.identity_key add column subject text;
comment on column dedup.identity_key.subject is 'the advisory that an alias key is made of';
create index identity_key_by_subject on dedup.identity_key (tenant_id, subject) where subject is not null;

alter table dedup.finding add column aliases text[] not null default '{}';
alter table dedup.finding add column merged_into uuid;
alter table dedup.finding add column split_from uuid;
comment on column dedup.finding.aliases is 'ids of the same flaw that feeds give and no result names';
comment on column dedup.finding.merged_into is 'the finding that took over its observations';
comment on column dedup.finding.split_from is 'the finding that its observations were part of before they were split off';
