-- What was read of reports, and what could not be read.

create table normalization.parser_runs (
  tenant_id uuid not null,
  scan_id uuid not null,
  format text not null,
  tool text not null,
  tool_version text not null default '',
  -- Version of the parser's identity recipe: says which findings a changed recipe touches.
  recipe_version integer not null default 0,
  parts integer not null,
  reported integer not null,
  observed integer not null,
  quarantined integer not null,
  coverage text not null,
  rejected text not null default '',
  secrets_redacted integer not null default 0,
  fields_cut integer not null default 0,
  milliseconds integer not null,
  finished_at timestamptz not null,
  primary key (tenant_id, scan_id)
);
comment on table normalization.parser_runs is 'One row a report that was read to its end or refused. retention: 90 days, then dropped by finished_at';
create index parser_runs_age on normalization.parser_runs (finished_at);
select platform.tenant_table('normalization', 'parser_runs');

create table normalization.progress (
  tenant_id uuid not null,
  scan_id uuid not null,
  -- Parts below this ordinal are announced; moved by compare-and-set in the transaction that announces them.
  next_part integer not null,
  updated_at timestamptz not null,
  primary key (tenant_id, scan_id)
);
comment on table normalization.progress is 'How far a long report was announced, so that a crash goes on there. retention: deleted with the scan''s marker';
select platform.tenant_table('normalization', 'progress');

create table normalization.quarantine (
  tenant_id uuid not null,
  id uuid not null,
  scan_id uuid not null,
  ordinal integer not null,
  format text not null,
  tool text not null,
  position text not null,
  code text not null,
  message text not null,
  -- Redacted before it came here; the raw result is in the report only.
  excerpt text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index quarantine_result on normalization.quarantine (tenant_id, scan_id, ordinal);
create index quarantine_recent on normalization.quarantine (tenant_id, created_at desc, id desc);
comment on table normalization.quarantine is 'Results that could not be read, with place and reason. retention: until decided, at most 90 days';
select platform.tenant_table('normalization', 'quarantine');
