-- Decisions of people name findings: what names one that was merged holds for the one that took it over.
create table scoring.merged_findings (
  tenant_id uuid not null,
  merged_id uuid not null,
  into_id uuid not null,
  primary key (tenant_id, merged_id)
);
create index merged_findings_by_survivor on scoring.merged_findings (tenant_id, into_id);
comment on table scoring.merged_findings is 'Findings that are no more, by the finding that took over their observations; gone when a merge is undone. retention: as long as the finding';
select platform.tenant_table('scoring', 'merged_findings');
