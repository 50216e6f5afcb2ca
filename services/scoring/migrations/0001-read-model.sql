-- The read model of findings with their risk, and what a judgement needs: our own copies of chain context and intel,
-- tickets, decisions, activations, the ledger of scans. Append-only: a change goes into the next file.

create table scoring.findings (
  tenant_id uuid not null,
  finding_id uuid not null,
  finding_version bigint not null,
  risk_version bigint not null,
  chain_version bigint not null,
  issue_id uuid not null,
  fix_id uuid not null,
  class text not null,
  status text not null,
  live boolean not null,
  decision text not null,
  severity text not null,
  band text not null,
  score integer not null check (score between 0 and 10000),
  title text not null,
  path text not null,
  component text not null,
  identifiers text[] not null,
  tools text[] not null,
  asset text not null,
  application text not null,
  service text not null,
  repository text not null,
  team text not null,
  environment text not null,
  deployed text not null,
  exposed text not null,
  exposure text not null,
  reachable text not null,
  baseline boolean not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  due_at timestamptz,
  sla_step text not null,
  sla_next_at timestamptz,
  first_scan_id uuid,
  scan_id uuid,
  first_judged_at timestamptz not null,
  judged_at timestamptz not null,
  finding json not null,
  judgement json not null,
  primary key (tenant_id, finding_id)
);
comment on column scoring.findings.score is 'hundredths of a point';
comment on column scoring.findings.live is 'evidence state open, reopened or awaiting-verification';
comment on column scoring.findings.finding is 'the finding.changed record that was judged, without its empty fields';
comment on column scoring.findings.judgement is 'factors, inputs of the formula, SSVC, fix, owner, clock; the rest are columns';
comment on table scoring.findings is 'Risk table: one row a finding with the versions that its score used. Rebuilt from finding.changed, chain.changed and intel.updated. retention: as long as the finding; retired findings 400 days';
create index findings_by_score on scoring.findings (tenant_id, score desc, finding_id);
create index findings_by_team on scoring.findings (tenant_id, team, score desc, finding_id);
create index findings_by_application on scoring.findings (tenant_id, application, score desc, finding_id);
create index findings_by_issue on scoring.findings (tenant_id, issue_id, score desc, finding_id);
create index findings_by_fix on scoring.findings (tenant_id, fix_id, score desc, finding_id);
create index findings_by_asset on scoring.findings (tenant_id, asset, finding_id);
create index findings_by_scan on scoring.findings (tenant_id, scan_id);
create index findings_by_first_scan on scoring.findings (tenant_id, first_scan_id);
create index findings_by_identifier on scoring.findings using gin (identifiers);
create index findings_by_step on scoring.findings (tenant_id, sla_next_at) where sla_next_at is not null;
select platform.tenant_table('scoring', 'findings');

create table scoring.finding_history (
  tenant_id uuid not null,
  finding_id uuid not null,
  risk_version bigint not null,
  at timestamptz not null,
  cause text not null,
  scan_id uuid,
  finding_version bigint not null,
  chain_version bigint not null,
  changes json not null,
  primary key (tenant_id, finding_id, risk_version)
);
comment on table scoring.finding_history is 'What changed with each version of a risk after the first: field to [before, after]. retention: 400 days';
select platform.tenant_table('scoring', 'finding_history');

create table scoring.chain_contexts (
  tenant_id uuid not null,
  asset text not null,
  version bigint not null,
  context json not null,
  changed_at timestamptz not null,
  primary key (tenant_id, asset)
);
comment on table scoring.chain_contexts is 'Our copy of chain.changed: the context that scores use. retention: as long as the asset; rebuilt from the topic';
select platform.tenant_table('scoring', 'chain_contexts');

create table scoring.tickets (
  tenant_id uuid not null,
  ticket_id uuid not null,
  version bigint not null,
  fix_id uuid not null,
  team text not null,
  destination text not null,
  status text not null,
  external_key text not null,
  url text not null,
  changed_at timestamptz not null,
  primary key (tenant_id, ticket_id)
);
comment on table scoring.tickets is 'Our copy of ticket.changed, to show a finding''s ticket. retention: 400 days after it closed; rebuilt from the topic';
create index tickets_by_fix on scoring.tickets (tenant_id, fix_id);
select platform.tenant_table('scoring', 'tickets');

create table scoring.scan_ledger (
  tenant_id uuid not null,
  scan_id uuid not null,
  applied integer not null default 0,
  expected integer,
  introduced uuid[],
  asset text,
  commit_sha text,
  base text,
  status text,
  announced_at timestamptz,
  touched_at timestamptz not null,
  primary key (tenant_id, scan_id)
) with (fillfactor = 50); -- counted up once a batch
comment on table scoring.scan_ledger is 'finding.changed records applied by scan against the number that scan.completed names; scan.scored is announced once when they meet. retention: 90 days';
create index scan_ledger_by_commit on scoring.scan_ledger (tenant_id, commit_sha) where commit_sha <> '';
select platform.tenant_table('scoring', 'scan_ledger');

create table scoring.exceptions (
  tenant_id uuid not null,
  exception_id uuid not null,
  version integer not null,
  decision text not null check (decision in ('accepted-risk', 'false-positive', 'not-affected', 'out-of-scope')),
  status text not null check (status in ('requested', 'approved', 'revoked', 'lapsed')),
  scope json not null,
  reason text not null,
  compensating_control text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  starts_at timestamptz not null,
  expires_at timestamptz not null,
  ended_by text,
  ended_at timestamptz,
  primary key (tenant_id, exception_id),
  check (expires_at > starts_at)
);
comment on table scoring.exceptions is 'Decisions of people, laid over the evidence; system of record. retention: for ever';
create index exceptions_in_force on scoring.exceptions (tenant_id) where status = 'approved';
select platform.tenant_table('scoring', 'exceptions');

create table scoring.activations (
  tenant_id uuid not null,
  activation_id uuid not null,
  kind text not null check (kind in ('repository', 'team', 'application')),
  name text not null,
  reason text not null,
  activated_by text not null,
  activated_at timestamptz not null,
  primary key (tenant_id, activation_id),
  unique (tenant_id, kind, name)
);
comment on table scoring.activations is 'What ended the baseline of a repository, team or application; system of record. retention: for ever';
select platform.tenant_table('scoring', 'activations');

create table scoring.policies (
  tenant_id uuid not null,
  slug text not null,
  version integer not null,
  spec json not null,
  author text not null,
  reason text not null,
  created_at timestamptz not null,
  primary key (tenant_id, slug, version)
);
comment on table scoring.policies is 'Every version of a tenant''s policies (sla, exceptions, gate); none stored: the documented default; system of record. retention: for ever';
select platform.tenant_table('scoring', 'policies');

create table scoring.intel_cursors (
  tenant_id uuid not null primary key,
  changed_seq bigint not null
);
comment on table scoring.intel_cursors is 'How far the changes of intel were joined to a tenant''s findings. retention: as long as the tenant';
select platform.tenant_table('scoring', 'intel_cursors');

create sequence scoring.intel_changes;
grant usage on sequence scoring.intel_changes to tl_scoring;
create table scoring.intel (
  advisory text primary key,
  epss double precision,
  model_version text not null default '',
  epss_date text not null default '',
  epss_version bigint not null default 0,
  kev boolean not null default false,
  kev_added text not null default '',
  kev_due text not null default '',
  ransomware boolean not null default false,
  kev_date text not null default '',
  kev_version bigint not null default 0,
  changed_seq bigint not null
);
create index intel_by_change on scoring.intel (changed_seq);
comment on table scoring.intel is 'Our copy of intel.updated: EPSS and KEV by advisory; changed_seq rises when a score can move. retention: as long as the feed lists it; rebuilt from the topic';
select platform.shared_table('scoring', 'intel', 'public feeds, equal for all tenants');

create table scoring.intel_feeds (
  source text primary key,
  feed_date text not null,
  updated_at timestamptz not null
);
comment on table scoring.intel_feeds is 'Date of the newest record of each feed. retention: as long as the feed';
select platform.shared_table('scoring', 'intel_feeds', 'public feeds, equal for all tenants');

create table scoring.known_tenants (
  id uuid primary key
);
comment on table scoring.known_tenants is 'Tenants with findings: a change of intel makes one piece of due work for each. retention: as long as the tenant';
select platform.shared_table('scoring', 'known_tenants', 'ids alone; read to fan out work before a tenant is chosen');
