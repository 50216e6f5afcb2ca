-- Matching by nearness: where results lie, results that wait until their scan is whole, and why results were joined.

alter table dedup.occurrence add column near_key uuid;
alter table dedup.occurrence add column path_key bigint;
alter table dedup.occurrence add column line integer not null default 0;
alter table dedup.occurrence add column end_line integer not null default 0;
comment on column dedup.occurrence.near_key is 'bucket in which results of other rules and tools are near: asset, and path with a band of lines, route or resource; null for what nothing can be near (packages)';
comment on column dedup.occurrence.path_key is 'hash of the normalized path; null when the result is about no file';
comment on column dedup.occurrence.line is 'first line, 0 unknown; orders equals, never identifies';
create index occurrence_by_near on dedup.occurrence (near_key) where near_key is not null;

-- A key of a place that the finding left: it leads back only while nothing else shows the finding.
alter table dedup.identity_key add column former boolean not null default false;

alter table dedup.finding add column apart text[] not null default '{}';
comment on column dedup.finding.apart is '`tool|rule` of observations that an operator split off: correlation never joins them again';

alter table dedup.scan add column absent uuid[] not null default '{}';
alter table dedup.scan add column fixed uuid[] not null default '{}';
comment on column dedup.scan.absent is 'findings that the scan missed, at most 10,000; the count is in counts';

create table dedup.pending (
  scan_id uuid not null,
  ordinal integer not null,
  tenant_id uuid not null,
  part integer not null,
  draft text not null,
  primary key (scan_id, ordinal)
);
comment on table dedup.pending is 'Results that no key knows, of scans that are not whole yet: an assignment must see all of them. retention: until their scan is whole, at the longest as long as the scan';
select platform.tenant_table('dedup', 'pending');

create table dedup.identity_join (
  join_id uuid primary key,
  tenant_id uuid not null,
  finding_id uuid not null,
  occurrence_id bigint not null,
  scan_id uuid,
  rule text not null,
  recipe text not null,
  fields text[] not null,
  confidence real not null check (confidence between 0 and 1),
  evidence text not null default '',
  at timestamptz not null,
  undone_at timestamptz
);
create index on dedup.identity_join (finding_id);
create index on dedup.identity_join (scan_id) where scan_id is not null;
comment on table dedup.identity_join is 'Why a result is part of a finding when no strong key says so: drift, correlation, aliases of feeds, people. retention: as long as the finding';
select platform.tenant_table('dedup', 'identity_join');
