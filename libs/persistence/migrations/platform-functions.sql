-- Helpers that every service's migrations use. Applied first, by the owner role; append-only like all migrations
-- (a change goes into platform-functions-0002-….sql).
create schema if not exists platform;
revoke all on schema platform from public;

-- The tenants that the running unit of work handles. Nothing set means no tenant, so a query outside a unit sees nothing.
create or replace function platform.tenants() returns uuid[]
  language sql stable parallel safe
  as $$ select coalesce(nullif(current_setting('app.tenants', true), ''), '{}')::uuid[] $$;

-- Role of the service that works on a schema; roles are made by ensureRoles before migrations run.
create or replace function platform.service_role(schema_name text) returns text
  language plpgsql stable
  as $$
  begin
    if not exists (select from pg_roles where rolname = 'tl_' || schema_name) then
      raise exception 'role tl_% does not exist', schema_name using hint = 'run ensureRoles before the migrations';
    end if;
    return 'tl_' || schema_name;
  end $$;

-- Isolates a table by tenant: forced row-level security, and rights for the service's role.
create or replace function platform.tenant_table(schema_name text, table_name text) returns void
  language plpgsql
  as $$
  declare
    target text := format('%I.%I', schema_name, table_name);
  begin
    if not exists (
      select from pg_attribute
      where attrelid = target::regclass and attname = 'tenant_id' and atttypid = 'uuid'::regtype and attnotnull and not attisdropped
    ) then
      raise exception '% needs a column tenant_id uuid not null', target;
    end if;
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('drop policy if exists tenant_isolation on %s', target);
    -- The sub-select is evaluated once a statement, not once a row.
    execute format(
      'create policy tenant_isolation on %s using (tenant_id = any((select platform.tenants())::uuid[]))'
      ' with check (tenant_id = any((select platform.tenants())::uuid[]))', target);
    execute format('grant select, insert, update, delete on %s to %I', target, platform.service_role(schema_name));
  end $$;

-- Rights on a table without tenant data; the reason is kept beside the table, where a reviewer looks.
create or replace function platform.shared_table(schema_name text, table_name text, why text) returns void
  language plpgsql
  as $$
  declare
    target text := format('%I.%I', schema_name, table_name);
    told text := obj_description(target::regclass, 'pg_class');
  begin
    if coalesce(trim(why), '') = '' then
      raise exception '% holds no tenant data: say why', target;
    end if;
    if coalesce(told, '') not like '%shared:%' then
      execute format('comment on table %s is %L', target, concat_ws('; ', nullif(told, ''), 'shared: ' || why));
    end if;
    execute format('grant select, insert, update, delete on %s to %I', target, platform.service_role(schema_name));
  end $$;

grant execute on function platform.tenants() to public;
