-- Systems that are read page by page: where each pull stands, and what was taken of it.

create table ingestion.pulls (
  tenant_id uuid not null,
  connector_id text not null,
  -- '': all that the connector reads; else the one scope that an event named.
  focus text not null,
  -- With the number of pages this is the fence: a page is stored only on top of the page that it was asked for after.
  pull_id uuid not null,
  pages integer not null default 0,
  cursor jsonb,
  -- Inventories whose last page is still to come, by source and scope.
  inventories jsonb not null default '{}',
  gaps jsonb not null default '[]',
  -- Failed attempts at the next page.
  failures integer not null default 0,
  waits_until timestamptz,
  -- An event named the scope while it was being read: it is read once more.
  rerun boolean not null default false,
  started_at timestamptz not null,
  page_at timestamptz,
  primary key (tenant_id, connector_id, focus)
);
comment on table ingestion.pulls is 'Pulls that are under way. retention: until the pull ends or its connector is saved anew or deleted';
select platform.tenant_table('ingestion', 'pulls');

create table ingestion.inventory_digests (
  tenant_id uuid not null,
  source text not null,
  scope text not null,
  digest bytea not null,
  complete boolean not null,
  announced_at timestamptz not null,
  primary key (tenant_id, source, scope)
);
comment on table ingestion.inventory_digests is 'What the last announced inventory of a scope held, as one hash: the same again is not announced. retention: as long as the tenant';
select platform.tenant_table('ingestion', 'inventory_digests');

create table ingestion.open_inventories (
  tenant_id uuid not null,
  source text not null,
  scope text not null,
  sequence bigint not null,
  observation_id uuid not null,
  -- Requests that came, by their number; in any order.
  seen integer[] not null default '{}',
  -- Number of requests, once one of them said it.
  requests integer,
  records integer not null default 0,
  complete boolean not null default true,
  updated_at timestamptz not null,
  primary key (tenant_id, source, scope, sequence)
);
create index on ingestion.open_inventories (tenant_id, updated_at);
comment on table ingestion.open_inventories is 'Inventories that come in several requests and are not whole yet. retention: until whole, at most 7 days';
select platform.tenant_table('ingestion', 'open_inventories');

create table ingestion.pulled_scans (
  tenant_id uuid not null,
  connector_id text not null,
  scan_key text not null,
  sha256 bytea not null,
  -- Rises with every change, so that a list that returns to an earlier state is a new scan and not a repeated one.
  generation integer not null,
  seen_at timestamptz not null,
  primary key (tenant_id, connector_id, scan_key)
);
comment on table ingestion.pulled_scans is 'The last report that was pulled of each list of a connector. retention: until the connector is deleted';
select platform.tenant_table('ingestion', 'pulled_scans');

-- Names only: which of a connector's secrets are there can be shown without opening them. Null: saved before this column.
alter table ingestion.connectors add column secret_names text[];
