-- What was believed at a past time: superseded links by node, and when each version of a node's facts was recorded.
create index links_from_then on chain_resolution.links (tenant_id, from_urn, valid_from desc) where recorded_to is not null;
create index links_to_then on chain_resolution.links (tenant_id, to_urn, valid_from desc) where recorded_to is not null;
-- of versions that are there already nobody noted it: they count as always recorded
alter table chain_resolution.asset_versions add column recorded_at timestamptz not null default '-infinity';
alter table chain_resolution.asset_versions alter column recorded_at set default now();
