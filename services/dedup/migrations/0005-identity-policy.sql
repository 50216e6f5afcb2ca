-- What a tenant chose about identity, and trials of recipes and policies over what is stored.

create table dedup.identity_policy (
  tenant_id uuid not null,
  version integer not null check (version > 0),
  policy jsonb not null,
  author text not null,
  reason text not null,
  decided_at timestamptz not null,
  primary key (tenant_id, version)
);
comment on table dedup.identity_policy is 'How a tenant wants identity judged; the highest version is in force, without any the service''s own. retention: as long as the tenant';
select platform.tenant_table('dedup', 'identity_policy');

create table dedup.recipe_run (
  run_id uuid primary key,
  tenant_id uuid not null,
  kind text not null check (kind in ('dry-run', 'apply')),
  state text not null check (state in ('running', 'done')),
  policy jsonb not null,
  actor text not null,
  actor_name text not null,
  reason text not null,
  -- The last asset that was examined; work goes on after it.
  after_asset uuid,
  assets integer not null default 0,
  examined bigint not null default 0,
  merges integer not null default 0,
  splits integer not null default 0,
  affected bigint not null default 0,
  skipped integer not null default 0,
  examples jsonb not null default '[]',
  started_at timestamptz not null,
  finished_at timestamptz
);
create index on dedup.recipe_run (tenant_id, started_at);
comment on table dedup.recipe_run is 'Re-clusterings by the recipes of today under a policy: tried or applied, with counts and examples. retention: 90 days, taken away when the tenant''s next one begins';
select platform.tenant_table('dedup', 'recipe_run');
