-- What arrived from outside, and what became of it.

create sequence ingestion.scan_sequence;
grant usage on sequence ingestion.scan_sequence to tl_ingestion;

create table ingestion.scans (
  tenant_id uuid not null,
  scan_id uuid not null,
  sequence bigint not null,
  status text not null check (status in ('queued', 'processing', 'done', 'partial', 'rejected', 'stalled')),
  duplicate_of uuid,
  idempotency_key text,
  -- SHA-256 over the report's own hash and all that makes it this scan and no other (domain/content-key.ts).
  content_key bytea not null,
  sha256 text not null default '',
  bytes bigint not null default 0,
  kind text not null default '',
  blob_key text,
  content_type text not null default '',
  file_name text not null default '',
  format text not null default '',
  tool text not null default '',
  coverage text not null default '',
  target jsonb not null,
  counts jsonb,
  problems jsonb not null default '[]',
  changes integer,
  -- Verdict of the deduplication: done, partial or rejected; the status follows it when the scores are there.
  verdict text,
  actor text not null,
  scanned_at timestamptz,
  received_at timestamptz not null,
  stored_at timestamptz,
  completed_at timestamptz,
  scored_at timestamptz,
  primary key (tenant_id, scan_id)
);
-- Parallel twins of one scan meet here: the second insert waits for the first and then finds it.
create unique index scans_idempotency on ingestion.scans (tenant_id, idempotency_key)
  where idempotency_key is not null and duplicate_of is null and status <> 'rejected';
create unique index scans_content on ingestion.scans (tenant_id, content_key) where duplicate_of is null and status <> 'rejected';
create index scans_recent on ingestion.scans (tenant_id, received_at desc, scan_id desc);
create index scans_blobs on ingestion.scans (tenant_id, received_at) where blob_key is not null;
comment on table ingestion.scans is 'Receipts of uploads. retention: the raw report RAW_RETENTION_DAYS (30), the receipt 400 days';
select platform.tenant_table('ingestion', 'scans');

create table ingestion.default_lines (
  tenant_id uuid not null,
  subject text not null,
  branch text not null,
  -- 'facts' (the system that hosts it said so) outranks 'upload' (the first branch that was uploaded).
  source text not null check (source in ('facts', 'upload')),
  updated_at timestamptz not null,
  primary key (tenant_id, subject)
);
comment on table ingestion.default_lines is 'Default branch of each repository that ingestion has seen. retention: as long as the tenant';
select platform.tenant_table('ingestion', 'default_lines');

create table ingestion.effects (
  tenant_id uuid not null,
  source text not null,
  natural_key text not null,
  content bytea not null,
  seen_at timestamptz not null,
  primary key (tenant_id, source, natural_key)
);
create index on ingestion.effects (seen_at);
comment on table ingestion.effects is 'What facts were already announced, by their natural key (run and attempt, deployment and state, request): the same again announces nothing. retention: 90 days';
select platform.tenant_table('ingestion', 'effects');

create table ingestion.source_sequences (
  tenant_id uuid not null,
  source text not null,
  sequence bigint not null,
  primary key (tenant_id, source)
);
comment on table ingestion.source_sequences is 'Last sequence given to facts of a source. retention: as long as the tenant';
select platform.tenant_table('ingestion', 'source_sequences');

create table ingestion.connectors (
  tenant_id uuid not null,
  connector_id text not null,
  kind text not null,
  version bigint not null,
  config jsonb not null,
  -- JSON of the secret fields, under the tenant's data key; never given out.
  secrets bytea,
  cursor jsonb,
  last_success timestamptz,
  counts jsonb not null default '{}',
  errors jsonb not null default '[]',
  gaps jsonb not null default '[]',
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connector_id)
);
comment on table ingestion.connectors is 'Connections to other systems: what was configured and how far they are. retention: until deleted';
select platform.tenant_table('ingestion', 'connectors');

create table ingestion.connector_directory (
  connector_id text primary key,
  tenant_id uuid not null,
  kind text not null
);
comment on table ingestion.connector_directory is 'Which tenant a connector belongs to. retention: until the connector is deleted';
select platform.shared_table('ingestion', 'connector_directory', 'a webhook names its connector before its tenant can be known; ids only');

create table ingestion.intel_emitted (
  source text not null,
  advisory text not null,
  version bigint not null,
  epss double precision,
  content bytea not null,
  emitted_at timestamptz not null,
  primary key (source, advisory)
);
comment on table ingestion.intel_emitted is 'What was last announced of each advisory; later feeds are compared with it. retention: as long as the feed lists the advisory';
select platform.shared_table('ingestion', 'intel_emitted', 'public feeds, the same for all tenants');

create table ingestion.intel_feeds (
  source text primary key,
  feed_date text not null,
  model_version text not null default '',
  row_count integer not null,
  sha256 text not null,
  loaded_at timestamptz not null
);
comment on table ingestion.intel_feeds is 'The last good load of each feed. retention: one row a feed';
select platform.shared_table('ingestion', 'intel_feeds', 'public feeds, the same for all tenants');

create table ingestion.dead_letters (
  tenant_id uuid not null,
  dead_letter_id uuid not null,
  dlq_topic text not null,
  dlq_partition integer not null,
  dlq_offset bigint not null,
  source_topic text not null,
  source_partition integer,
  source_offset bigint,
  service text not null,
  code text not null,
  reason text not null,
  step text not null,
  record_key bytea,
  -- The original bytes under the tenant's data key; null: the record had none.
  payload bytea,
  headers jsonb not null,
  failed_at timestamptz not null,
  replays integer not null default 0,
  replayed_at timestamptz,
  replayed_by text,
  primary key (tenant_id, dead_letter_id),
  unique (tenant_id, dlq_topic, dlq_partition, dlq_offset)
);
create index on ingestion.dead_letters (tenant_id, failed_at desc, dead_letter_id desc);
comment on table ingestion.dead_letters is 'Records that a service could not apply because of their own bytes. retention: 30 days, as the dead-letter topics';
select platform.tenant_table('ingestion', 'dead_letters');
