-- The life of findings beyond their scans: assets that move or end, rescans that people ask for, and states that cannot
-- be written.

alter table dedup.asset add column origin_urn text not null default '';
alter table dedup.asset add column moved_to text not null default '' check (moved_to <> urn);
alter table dedup.asset add column decommissioned_at timestamptz;
comment on column dedup.asset.origin_urn is 'the name under which its streams and scopes began, where that is another; ids follow from it';
comment on column dedup.asset.moved_to is 'the name that its findings are told under now; empty when this is it';
comment on column dedup.asset.decommissioned_at is 'since when the chain says that it is no more';
create index asset_by_id on dedup.asset (asset_id);
create index asset_by_moved_to on dedup.asset (tenant_id, moved_to) where moved_to <> '';

create index finding_retired on dedup.finding (asset_id, finding_id) where status = 'retired';

alter table dedup.occurrence add column verified boolean not null default false;
comment on column dedup.occurrence.verified is 'missed by a complete scan that somebody asked for: believed gone however often that is asked of others';

create table dedup.rescan_request (
  tenant_id uuid not null,
  finding_id uuid not null,
  scope_id uuid not null,
  asset_id uuid not null,
  requested_at timestamptz not null,
  requested_by text not null,
  reason text not null,
  answered_at timestamptz,
  outcome text not null default '' check (outcome in ('', 'gone', 'still-there', 'withdrawn')),
  scan_id uuid,
  primary key (finding_id, scope_id),
  check ((answered_at is null) = (outcome = '')),
  check (scan_id is null or answered_at is not null)
);
create index rescan_request_open on dedup.rescan_request (scope_id) where answered_at is null;
comment on table dedup.rescan_request is 'Rescans that people asked for: which scopes are to show or miss a finding next, and what they said. retention: the newest of a finding and scope, as long as the finding';
select platform.tenant_table('dedup', 'rescan_request');

-- What the transition table cannot lead to is refused. `not valid`: rows of older commits are not judged, every write is.
alter table dedup.finding add constraint finding_reopened_counts check (status <> 'open' or regressions = 0) not valid;
alter table dedup.finding add constraint finding_has_reason check (status_reason <> '') not valid;
alter table dedup.finding add constraint finding_roll_out_is_open check (not awaits_roll_out or status in ('open', 'reopened')) not valid;
alter table dedup.finding add constraint finding_branches_do_not_run check (on_default or (not awaits_roll_out and absent_in = '{}')) not valid;
alter table dedup.occurrence add constraint occurrence_gone_is_absent check ((absences = 0) = (gone_sequence is null)) not valid;
alter table dedup.occurrence add constraint occurrence_run_in_order check (gone_sequence is null or gone_sequence > since_sequence) not valid;
alter table dedup.occurrence add constraint occurrence_verified_is_absent check (not verified or absences > 0) not valid;
alter table dedup.scan add constraint scan_completed_is_told check ((state = 'completed') = (completed_at is not null) and (state = 'completed') = (counts is not null)) not valid;
alter table dedup.scan add constraint scan_applied_is_completed check (not applied or (state = 'completed' and marker is not null)) not valid;
alter table dedup.scope add constraint scope_previous_is_whole check ((previous_at is null) = (previous_version is null)) not valid;
