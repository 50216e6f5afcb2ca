-- A service that was deployed thousands of times has as many ended links: what holds now is found without reading them.
create index links_to_now on chain_resolution.links (tenant_id, to_urn, valid_from desc) where recorded_to is null and valid_to is null;
create index links_from_now on chain_resolution.links (tenant_id, from_urn, valid_from desc) where recorded_to is null and valid_to is null;
