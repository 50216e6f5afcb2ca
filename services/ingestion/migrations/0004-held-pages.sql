-- Pages of an inventory that so far is the same as the last one: announced only when it turns out to be another.
create table ingestion.held_pages (
  tenant_id uuid not null,
  connector_id text not null,
  focus text not null,
  -- SHA-256 of source and scope.
  inventory bytea not null,
  page integer not null,
  -- Facts as deflated JSON.
  facts bytea not null,
  primary key (tenant_id, connector_id, focus, inventory, page)
);
comment on table ingestion.held_pages is 'Pages of pulls under way that hold nothing new. retention: until their inventory or their pull ends';
select platform.tenant_table('ingestion', 'held_pages');
