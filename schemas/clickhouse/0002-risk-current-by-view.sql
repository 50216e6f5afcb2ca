-- The last version of each risk follows from its versions inside the engine: one insert a record instead of two.
create materialized view if not exists risk_current_from_versions to risk_current as
select
  tenant_id, finding_id, version, changed_at, issue_id, fix_id, score, band, status, decision, class, severity, asset, application,
  service, repository, environment, team, deployed, exposed, exposure, reachable, baseline, tools, first_seen, due_at
from risk_versions;
