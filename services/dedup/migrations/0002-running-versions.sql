-- Which versions of an asset run, and in which scans of a scope an occurrence was shown: what is gone from the head may
-- still run, and what the head shows may not run yet.

alter table dedup.asset add column running text[] not null default '{}';
comment on column dedup.asset.running is 'URNs of the images and commits of the asset that run somewhere, from chain.changed';

alter table dedup.finding add column absent_in text[] not null default '{}';
alter table dedup.finding add column awaits_roll_out boolean not null default false;
comment on column dedup.finding.absent_in is 'running versions that a complete scan showed without the flaw';
comment on column dedup.finding.awaits_roll_out is 'open only because a version that shows it still runs';
create index finding_by_running on dedup.finding (asset_id, finding_id) where absent_in <> '{}' or awaits_roll_out;

alter table dedup.occurrence add column first_sequence bigint not null default 0;
alter table dedup.occurrence add column since_sequence bigint not null default 0;
alter table dedup.occurrence add column gone_sequence bigint;
comment on column dedup.occurrence.first_sequence is 'the scan that showed it first: no scan before it did';
comment on column dedup.occurrence.since_sequence is 'the scan that showed it first since it was last missed; between the two nothing is claimed';
comment on column dedup.occurrence.gone_sequence is 'the first complete scan that missed it; null while it is present';
create index occurrence_by_since on dedup.occurrence (scope_id, since_sequence);
create index occurrence_by_gone on dedup.occurrence (scope_id, gone_sequence) where gone_sequence is not null;

create index scope_by_asset on dedup.scope (asset_id);
create index scan_by_version on dedup.scan (scope_id, version) where applied;

-- Rows from before claim only what is sure: shown by the scan that wrote them, missed by the newest.
alter table dedup.occurrence no force row level security;
alter table dedup.scope no force row level security;
update dedup.occurrence o set since_sequence = o.sequence, gone_sequence = case when o.absences > 0 then s.head_sequence end
  from dedup.scope s where s.scope_id = o.scope_id;
alter table dedup.occurrence force row level security;
alter table dedup.scope force row level security;
