-- Everything was read once and the pull goes on to look for changes only.
alter table ingestion.pulls add column settled boolean not null default false;

comment on column ingestion.connectors.cursor is 'What the last whole pull left for the next one: the cursor that it begins with, and what it may remember';
