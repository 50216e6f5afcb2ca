-- What the internet reaches and since when, and which hop of the chain is known of which asset by which method:
-- both derived at recompute, so that lists and measures are one indexed read.

create table chain_resolution.exposure_periods (
  tenant_id uuid not null,
  service text not null,
  exposure text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  primary key (tenant_id, service, valid_from)
);
create index exposure_periods_now on chain_resolution.exposure_periods (tenant_id, service) where valid_to is null;
comment on table chain_resolution.exposure_periods is 'Exposure of each service over valid time, without gaps and overlaps. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'exposure_periods');

create table chain_resolution.hop_states (
  tenant_id uuid not null,
  hop text not null,
  asset text not null,
  method text not null,
  verified boolean not null,
  reason text not null,
  primary key (tenant_id, hop, asset)
);
create index hop_states_methods on chain_resolution.hop_states (tenant_id, hop, method, verified);
create index hop_states_missing on chain_resolution.hop_states (tenant_id, hop, asset) where method = '';
comment on table chain_resolution.hop_states is 'By which method a hop of the chain is known of an asset; empty: it is missing, and why. retention: derived, as long as the asset';
select platform.tenant_table('chain_resolution', 'hop_states');

alter table chain_resolution.service_states add column exposure text not null generated always as (coalesce(body->'exposure'->>'exposure', 'unknown')) stored;
create index service_states_exposed on chain_resolution.service_states (tenant_id, service) where exposure in ('internet', 'limited');

-- what was judged before these tables were there is judged again by due work (the owner sees no tenant under row-level security)
alter table chain_resolution.service_states no force row level security;
alter table chain_resolution.image_origins no force row level security;
alter table chain_resolution.contexts no force row level security;
alter table chain_resolution.pending no force row level security;
insert into chain_resolution.pending (tenant_id, stage, urn)
  select tenant_id, 'image', image from chain_resolution.image_origins
  union select tenant_id, 'service', service from chain_resolution.service_states
  union select tenant_id, 'asset', asset from chain_resolution.contexts on conflict do nothing;
insert into chain_resolution.due_work (kind, key, tenant_id, due_at)
  select 'chain.recompute', tenant_id::text, tenant_id, now() from (select distinct tenant_id from chain_resolution.pending) waiting on conflict do nothing;
alter table chain_resolution.service_states force row level security;
alter table chain_resolution.image_origins force row level security;
alter table chain_resolution.contexts force row level security;
alter table chain_resolution.pending force row level security;
