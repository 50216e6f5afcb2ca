-- What became of a finding's evidence and identity is told too, also where the risk stayed the same; and its tickets.

alter table scoring.finding_history add column told json;
comment on column scoring.finding_history.told is 'what its record told: evidence state, merges and splits, tools, place, flags, and who corrected it';
-- One record of a finding may change no risk, and one risk may change without a record: both versions name a row.
alter table scoring.finding_history drop constraint finding_history_pkey;
alter table scoring.finding_history add primary key (tenant_id, finding_id, risk_version, finding_version);
comment on table scoring.finding_history is 'What changed with each version of a risk or of a finding after the first. retention: 400 days';

create table scoring.ticket_history (
  tenant_id uuid not null,
  ticket_id uuid not null,
  version bigint not null,
  fix_id uuid not null,
  status text not null,
  external_key text not null,
  destination text not null,
  error text not null,
  at timestamptz not null,
  primary key (tenant_id, ticket_id, version)
);
comment on table scoring.ticket_history is 'States a ticket went through, for the history of its findings. retention: 400 days';
create index ticket_history_by_fix on scoring.ticket_history (tenant_id, fix_id, at);
select platform.tenant_table('scoring', 'ticket_history');
