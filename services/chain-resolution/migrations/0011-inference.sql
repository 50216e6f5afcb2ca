-- What tags and layer histories hint at, kept so that a commit or a Dockerfile that turns up later finds the images it may have made.

-- a commit is found by the first seven digits of its id: of a million commits about one in 270 shares them with another
create index assets_commit_prefix on chain_resolution.assets (tenant_id, left(substring(urn from '[^@]+$'), 7)) where kind = 'commit';

create table chain_resolution.image_tag_hints (
  tenant_id uuid not null,
  image text not null,
  tag text not null,
  hex text not null,
  primary key (tenant_id, image, tag)
);
create index image_tag_hints_prefix on chain_resolution.image_tag_hints (tenant_id, left(hex, 7));
comment on table chain_resolution.image_tag_hints is 'Tags that an image bore at any time and that may be commit ids. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'image_tag_hints');

create table chain_resolution.image_instructions (
  tenant_id uuid not null,
  hash text not null,
  image text not null,
  primary key (tenant_id, hash, image)
);
create index image_instructions_image on chain_resolution.image_instructions (tenant_id, image);
comment on table chain_resolution.image_instructions is 'Hashes of the telling instructions in the layer history of an image. retention: as long as the tenant exists';
select platform.tenant_table('chain_resolution', 'image_instructions');

create table chain_resolution.dockerfile_instructions (
  tenant_id uuid not null,
  hash text not null,
  repository text not null,
  path text not null,
  primary key (tenant_id, hash, repository, path)
);
create index dockerfile_instructions_repository on chain_resolution.dockerfile_instructions (tenant_id, repository);
comment on table chain_resolution.dockerfile_instructions is 'Hashes of the telling instructions of the last stage of a Dockerfile. retention: as long as the repository has the file';
select platform.tenant_table('chain_resolution', 'dockerfile_instructions');
