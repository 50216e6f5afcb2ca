-- Lists by repository, and findings that a scan changed between its first and last change of them.
create index findings_by_repository on scoring.findings (tenant_id, repository, score desc, finding_id);
create index finding_history_by_scan on scoring.finding_history (tenant_id, scan_id) where scan_id is not null;
