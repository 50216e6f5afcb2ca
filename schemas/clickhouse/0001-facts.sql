-- What subscribers of the public topics know, as facts that are never changed. A row is a version of its key, so that a
-- redelivered record replaces itself (ReplacingMergeTree) and a past date is answered by the versions up to it.
-- Retention: findings and risks 3 years, scans and tickets 3 years.

create table if not exists risk_versions (
  tenant_id UUID,
  finding_id UUID,
  version UInt64,
  changed_at DateTime64(3, 'UTC'),
  issue_id UUID,
  fix_id UUID,
  score Float64,
  band LowCardinality(String),
  formula_version LowCardinality(String),
  status LowCardinality(String),
  decision LowCardinality(String),
  class LowCardinality(String),
  severity LowCardinality(String),
  asset String,
  application LowCardinality(String),
  service LowCardinality(String),
  repository LowCardinality(String),
  environment LowCardinality(String),
  team LowCardinality(String),
  deployed LowCardinality(String),
  exposed LowCardinality(String),
  exposure LowCardinality(String),
  reachable LowCardinality(String),
  baseline Bool,
  tools Array(LowCardinality(String)),
  first_seen DateTime64(3, 'UTC'),
  due_at Nullable(DateTime64(3, 'UTC'))
) engine = ReplacingMergeTree
partition by toYYYYMM(changed_at)
order by (tenant_id, finding_id, version)
ttl toDateTime(changed_at) + interval 3 year;

create table if not exists risk_current (
  tenant_id UUID,
  finding_id UUID,
  version UInt64,
  changed_at DateTime64(3, 'UTC'),
  issue_id UUID,
  fix_id UUID,
  score Float64,
  band LowCardinality(String),
  status LowCardinality(String),
  decision LowCardinality(String),
  class LowCardinality(String),
  severity LowCardinality(String),
  asset String,
  application LowCardinality(String),
  service LowCardinality(String),
  repository LowCardinality(String),
  environment LowCardinality(String),
  team LowCardinality(String),
  deployed LowCardinality(String),
  exposed LowCardinality(String),
  exposure LowCardinality(String),
  reachable LowCardinality(String),
  baseline Bool,
  tools Array(LowCardinality(String)),
  first_seen DateTime64(3, 'UTC'),
  due_at Nullable(DateTime64(3, 'UTC'))
) engine = ReplacingMergeTree(version)
order by (tenant_id, finding_id);

create table if not exists finding_versions (
  tenant_id UUID,
  finding_id UUID,
  version UInt64,
  changed_at DateTime64(3, 'UTC'),
  change LowCardinality(String),
  status LowCardinality(String),
  class LowCardinality(String),
  severity LowCardinality(String),
  asset String,
  application LowCardinality(String),
  service LowCardinality(String),
  tools Array(LowCardinality(String)),
  regressions UInt32,
  first_seen DateTime64(3, 'UTC')
) engine = ReplacingMergeTree
partition by toYYYYMM(changed_at)
order by (tenant_id, finding_id, version)
ttl toDateTime(changed_at) + interval 3 year;

create table if not exists scans (
  tenant_id UUID,
  scan_id UUID,
  scope String,
  sequence UInt64,
  tool LowCardinality(String),
  format LowCardinality(String),
  asset String,
  application LowCardinality(String),
  service LowCardinality(String),
  status LowCardinality(String),
  coverage LowCardinality(String),
  reported UInt32,
  observed UInt32,
  quarantined UInt32,
  created UInt32,
  changed UInt32,
  unchanged UInt32,
  reopened UInt32,
  merged UInt32,
  absent UInt32,
  fixed UInt32,
  default_line Bool,
  received_at DateTime64(3, 'UTC'),
  completed_at DateTime64(3, 'UTC')
) engine = ReplacingMergeTree
partition by toYYYYMM(received_at)
order by (tenant_id, scope, sequence, scan_id)
ttl toDateTime(received_at) + interval 3 year;

create table if not exists tickets (
  tenant_id UUID,
  ticket_id UUID,
  version UInt64,
  changed_at DateTime64(3, 'UTC'),
  fix_id UUID,
  team LowCardinality(String),
  destination LowCardinality(String),
  status LowCardinality(String),
  band LowCardinality(String),
  findings UInt32
) engine = ReplacingMergeTree
partition by toYYYYMM(changed_at)
order by (tenant_id, ticket_id, version)
ttl toDateTime(changed_at) + interval 3 year;
