-- Who may ask what: tenants, API tokens and the audit log.
create table gateway.tenants (
  tenant_id uuid primary key,
  slug text not null unique,
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended', 'deleted')),
  version bigint not null default 1,
  changed_at timestamptz not null
);
comment on table gateway.tenants is 'Tenants (= organizations). retention: until deleted by an admin';
select platform.shared_table('gateway', 'tenants', 'the list of tenants itself; read before a tenant is known');

-- A request brings a token and no tenant: this index, and nothing else, is read without one.
create table gateway.token_index (
  token_hash bytea primary key,
  tenant_id uuid not null,
  token_id uuid not null
);
comment on table gateway.token_index is 'SHA-256 of an API token to its tenant. retention: with its token';
select platform.shared_table('gateway', 'token_index', 'looked up before the tenant is known; holds hashes and ids only');

create table gateway.tokens (
  tenant_id uuid not null,
  token_id uuid not null,
  name text not null,
  role text not null,
  scopes text[] not null default '{}',
  last_four text not null,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (tenant_id, token_id)
);
comment on table gateway.tokens is 'API tokens, by hash only. retention: one year after expiry or revocation';
select platform.tenant_table('gateway', 'tokens');

create table gateway.audit (
  tenant_id uuid not null,
  sequence bigint not null,
  audit_id uuid not null,
  actor text not null,
  action text not null,
  object text not null,
  reason text not null,
  before text not null,
  after text not null,
  request_id text not null,
  recorded_at text not null,
  previous_hash text not null,
  hash text not null,
  primary key (tenant_id, sequence),
  unique (tenant_id, audit_id)
);
comment on table gateway.audit is 'Append-only, hash-chained log of who did what. retention: seven years';
select platform.tenant_table('gateway', 'audit');
-- Append-only for the service as well: its role can add entries and read them, nothing else.
revoke update, delete, truncate on gateway.audit from tl_gateway;
