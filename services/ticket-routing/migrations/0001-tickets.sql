-- Destinations and rules are what people configure; members and tickets are what follows from risks.
create table ticket_routing.destinations (
  tenant_id uuid not null,
  slug text not null,
  kind text not null,
  shown jsonb not null,
  sealed bytea not null,
  status text not null default 'active' check (status in ('active', 'parked')),
  parked_reason text not null default '',
  version integer not null default 1,
  changed_by text not null,
  reason text not null default '',
  changed_at timestamptz not null,
  primary key (tenant_id, slug)
);
comment on table ticket_routing.destinations is 'Where tickets go; secrets only in sealed (tenant key). retention: until deleted by an admin';
select platform.tenant_table('ticket_routing', 'destinations');

create table ticket_routing.routing_rules (
  tenant_id uuid not null,
  slug text not null,
  destination text not null,
  priority integer not null,
  enabled boolean not null,
  condition jsonb not null,
  version integer not null default 1,
  changed_by text not null,
  reason text not null default '',
  changed_at timestamptz not null,
  primary key (tenant_id, slug),
  foreign key (tenant_id, destination) references ticket_routing.destinations (tenant_id, slug)
);
comment on table ticket_routing.routing_rules is 'Which risks become tickets, and where. retention: until deleted by an admin';
select platform.tenant_table('ticket_routing', 'routing_rules');

create table ticket_routing.tickets (
  tenant_id uuid not null,
  ticket_id uuid not null,
  fix_id uuid not null,
  destination text not null,
  team text not null,
  status text not null default 'pending' check (status in ('pending', 'open', 'in-verification', 'done', 'closed', 'failed', 'parked')),
  version bigint not null default 1,
  title text not null,
  band text not null,
  external_key text not null default '',
  external_status text not null default 'none' check (external_status in ('none', 'open', 'closed')),
  url text not null default '',
  sent_hash text not null default '',
  -- A command is written here before the destination is called; one that is found still 'sent' may have been carried out.
  command text not null default 'none',
  command_version bigint not null default 0,
  command_hash text not null default '',
  last_sync timestamptz,
  last_error text not null default '',
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, ticket_id),
  unique (tenant_id, fix_id, destination)
);
comment on table ticket_routing.tickets is 'One a fix and destination. retention: 3 years after done or closed';
select platform.tenant_table('ticket_routing', 'tickets');
create index tickets_by_status on ticket_routing.tickets (tenant_id, status, ticket_id);

create table ticket_routing.members (
  tenant_id uuid not null,
  finding_id uuid not null,
  ticket_id uuid not null,
  risk_version bigint not null,
  snapshot jsonb not null,
  primary key (tenant_id, finding_id),
  foreign key (tenant_id, ticket_id) references ticket_routing.tickets (tenant_id, ticket_id)
);
comment on table ticket_routing.members is 'Findings that a rule selected, with the content of their last risk. retention: with their ticket';
select platform.tenant_table('ticket_routing', 'members');
create index members_by_ticket on ticket_routing.members (tenant_id, ticket_id);
