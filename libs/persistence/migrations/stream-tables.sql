-- The tables that libs/stream and libs/persistence need in every service's schema ({{schema}} is replaced).
-- Append-only: a change goes into stream-tables-0002-….sql, which every schema then gets.

create table {{schema}}.offsets (
  consumer_group text not null,
  log_id text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint not null check (next_offset >= 0),
  updated_at timestamptz not null default now(),
  primary key (consumer_group, topic, partition, log_id)
) with (fillfactor = 50); -- updated once a batch: room for heap-only updates
comment on table {{schema}}.offsets is 'The next record to apply of each partition: moved by compare-and-set in the transaction that applies the records before it. retention: as long as the topic';
select platform.shared_table('{{schema}}', 'offsets', 'positions in logs, no content');

create table {{schema}}.outbox (
  id bigint generated always as identity primary key,
  messages integer not null,
  bytes integer not null,
  payload bytea not null,
  created_at timestamptz not null default now()
);
-- Compressing would cost more than it saves for rows that live a second.
alter table {{schema}}.outbox alter column payload set storage external;
comment on table {{schema}}.outbox is 'Batches of packed messages that wait for the relay (libs/stream framing). retention: deleted when the broker has acknowledged';
select platform.shared_table('{{schema}}', 'outbox', 'read by the relay only, which serves all tenants; packed bytes');

create table {{schema}}.inbox (
  source text not null,
  delivery_id text not null,
  received_on date not null,
  primary key (source, delivery_id)
);
create index on {{schema}}.inbox (received_on);
comment on table {{schema}}.inbox is 'Deliveries and commands that were accepted once, where neither a version nor a ledger says so. retention: 7 days';
select platform.shared_table('{{schema}}', 'inbox', 'ids of senders, looked up before the tenant is known');

create table {{schema}}.due_work (
  id bigint generated always as identity primary key,
  kind text not null,
  key text not null,
  tenant_id uuid,
  due_at timestamptz not null,
  payload jsonb not null default '{}',
  attempts integer not null default 0,
  revision integer not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  unique (kind, key)
);
create index on {{schema}}.due_work (due_at);
comment on table {{schema}}.due_work is 'What is to be done at a time: retries of one destination, lapses, steps of a clock, pulls. retention: deleted when done';
select platform.shared_table('{{schema}}', 'due_work', 'the worker takes what is due before it knows the tenant; payloads hold ids');
