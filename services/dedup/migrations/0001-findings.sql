-- What dedup decides: which finding a result is, what scans show of it. A system of record.

create table dedup.asset (
  tenant_id uuid not null,
  urn text not null,
  asset_id uuid not null,
  lineage_root text not null default '',
  lineage_version bigint not null default 0,
  primary key (tenant_id, urn)
);
comment on table dedup.asset is 'Lasting assets by name; two names of a moved asset share an asset_id, on which identity keys stand. retention: as long as the tenant';
select platform.tenant_table('dedup', 'asset');

create table dedup.scope (
  scope_id uuid primary key,
  tenant_id uuid not null,
  asset_id uuid not null,
  stream uuid not null,
  name text not null,
  line text not null,
  default_line boolean not null,
  head_sequence bigint not null,
  head_at timestamptz not null,
  head_version text not null,
  previous_at timestamptz,
  previous_version text,
  completed_scans integer not null default 0
);
create index on dedup.scope (stream);
comment on table dedup.scope is 'What a scan supersedes: asset, path, tool, category and line; a stream is the scopes of all lines. retention: as long as the asset';
select platform.tenant_table('dedup', 'scope');

create table dedup.scan (
  scan_id uuid primary key,
  tenant_id uuid not null,
  scope_id uuid not null,
  sequence bigint not null,
  state text not null default 'open' check (state in ('open', 'completed')),
  -- True once a complete scan was compared with what its scope held.
  applied boolean not null default false,
  baseline boolean not null,
  commit_sha text not null,
  version text not null,
  tool text not null,
  received_at timestamptz not null,
  marker jsonb,
  parts_seen integer not null default 0,
  counts jsonb,
  completed_at timestamptz
);
create index on dedup.scan (scope_id, sequence);
comment on table dedup.scan is 'Ledger of scans: a scan completes when its marker and as many parts as it names are there. retention: 400 days after receipt, at least as long as the topic';
select platform.tenant_table('dedup', 'scan');

create table dedup.scan_part (
  scan_id uuid not null,
  ordinal integer not null,
  tenant_id uuid not null,
  observed integer not null,
  members bigint[] not null,
  sightings uuid[] not null,
  created uuid[] not null,
  arrived uuid[] not null,
  reopened uuid[] not null,
  changed uuid[] not null,
  records integer not null,
  primary key (scan_id, ordinal)
);
comment on table dedup.scan_part is 'Ledger of parts, and the membership of each: ids of its scope''s occurrences; sightings are findings of the default line that a branch showed. retention: with its scan';
select platform.tenant_table('dedup', 'scan_part');

create table dedup.finding (
  finding_id uuid primary key,
  tenant_id uuid not null,
  asset_id uuid not null,
  class text not null,
  status text not null check (status in ('open', 'awaiting-verification', 'fixed', 'reopened', 'retired')),
  status_reason text not null,
  status_since timestamptz not null,
  regressions integer not null check (regressions >= 0),
  version bigint not null check (version > 0),
  issue_id uuid not null,
  on_default boolean not null,
  baseline boolean not null,
  first_seen timestamptz not null,
  flags text[] not null,
  keys uuid[] not null,
  check (status <> 'reopened' or regressions > 0)
);
create index on dedup.finding (asset_id);
comment on table dedup.finding is 'Findings: identity, evidence state and clock; what they show is composed from their occurrences. retention: as long as the asset';
select platform.tenant_table('dedup', 'finding');

create table dedup.identity_key (
  tenant_id uuid not null,
  key uuid not null,
  finding_id uuid not null,
  kind text not null,
  recipe text not null,
  primary key (tenant_id, key)
);
comment on table dedup.identity_key is 'Strong identity keys (16-byte fingerprints that contain the asset): one finding each. retention: with the finding';
select platform.tenant_table('dedup', 'identity_key');

create table dedup.occurrence (
  scope_id uuid not null,
  group_key uuid not null,
  ordinal integer not null,
  tenant_id uuid not null,
  occurrence_id bigint not null,
  finding_id uuid not null,
  content_hash uuid not null,
  sequence bigint not null,
  absences integer not null check (absences >= 0),
  first_seen timestamptz not null,
  last_seen timestamptz,
  last_version text not null default '',
  content text not null,
  primary key (scope_id, group_key, ordinal),
  check ((absences = 0) = (last_seen is null))
);
create index on dedup.occurrence (finding_id);
comment on table dedup.occurrence is 'Observations as runs: one row for a finding at a place in a scope, rewritten only when what it shows changes. retention: with the finding; of branches 90 days after the branch''s last scan';
select platform.tenant_table('dedup', 'occurrence');

create table dedup.operator_decision (
  decision_id uuid primary key,
  tenant_id uuid not null,
  kind text not null check (kind in ('merge', 'split')),
  finding_id uuid not null,
  other_id uuid not null,
  reason text not null,
  actor text not null,
  keys uuid[] not null,
  occurrences jsonb not null,
  decided_at timestamptz not null
);
create index on dedup.operator_decision (finding_id);
comment on table dedup.operator_decision is 'Corrections of identity by people, with what is needed to undo them; their effect is in identity_key and occurrence. retention: as long as the tenant';
select platform.tenant_table('dedup', 'operator_decision');
