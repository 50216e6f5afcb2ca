-- Images by what they were built from, for the question what a commit, a path or a base image is in.
create index image_origins_commit on chain_resolution.image_origins (tenant_id, commit_urn) where commit_urn <> '';
create index image_origins_path on chain_resolution.image_origins (tenant_id, sub_path) where sub_path <> '';
create index assets_base on chain_resolution.assets (tenant_id, (attributes->'labels'->>'org.opencontainers.image.base.digest'))
  where kind = 'image' and attributes->'labels'->>'org.opencontainers.image.base.digest' is not null;
