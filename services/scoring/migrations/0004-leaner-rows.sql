-- What a new finding costs is what it writes. Rows of 2 to 4 KB stay in their page as they are: by default Postgres
-- compresses what is above 2 KB and moves it to a table of its own with an index of its own (a fifth of an insert).
alter table scoring.findings set (toast_tuple_target = 4080);

-- What has no team or application is found by score, not by its missing name: the lists that use these indexes name one.
drop index scoring.findings_by_team;
drop index scoring.findings_by_application;
drop index scoring.findings_by_repository;
create index findings_by_team on scoring.findings (tenant_id, team, score desc, finding_id) where team <> '';
create index findings_by_application on scoring.findings (tenant_id, application, score desc, finding_id) where application <> '';
create index findings_by_repository on scoring.findings (tenant_id, repository, score desc, finding_id) where repository <> '';

-- Ids of issues and fixes are unique in the installation.
drop index scoring.findings_by_issue;
drop index scoring.findings_by_fix;
create index findings_by_issue on scoring.findings (issue_id, score desc, finding_id);
create index findings_by_fix on scoring.findings (fix_id, score desc, finding_id);
