-- Findings by advisory. An index on the array cannot serve: under row-level security an operator must be leakproof to be
-- looked up before the policy is checked; equality of text is, overlap of arrays is not.
create table scoring.finding_identifiers (
  tenant_id uuid not null,
  identifier text not null,
  finding_id uuid not null,
  primary key (tenant_id, identifier, finding_id)
);
comment on table scoring.finding_identifiers is 'Ids (CVE, GHSA, …) of findings, for the join of intel and for search. retention: as long as the finding';
select platform.tenant_table('scoring', 'finding_identifiers');
create index finding_identifiers_by_finding on scoring.finding_identifiers (tenant_id, finding_id);
drop index scoring.findings_by_identifier;

-- Back-fill as the owner, who is under forced row-level security like everybody else until this transaction lifts it.
alter table scoring.findings no force row level security;
alter table scoring.finding_identifiers no force row level security;
insert into scoring.finding_identifiers select distinct tenant_id, unnest(identifiers), finding_id from scoring.findings;
alter table scoring.findings force row level security;
alter table scoring.finding_identifiers force row level security;
