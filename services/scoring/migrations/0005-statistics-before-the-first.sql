-- A table without statistics is planned as if it held rows of 200 tenants: any index that begins with the tenant looks as
-- good as the one that is looked up by, and the first import pays twice (198 µs of the database a finding, 95 in the
-- second). So the planner is told that there is one tenant until it counts; see chain-resolution's 0030.
do $$
declare one record;
begin
  if to_regproc('pg_catalog.pg_restore_attribute_stats') is null then
    return; -- before PostgreSQL 18: the first import is slower until autovacuum has run
  end if;
  for one in
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where n.nspname = 'scoring' and c.relkind = 'r' and a.attname = 'tenant_id' and not a.attisdropped and c.reltuples < 0
  loop
    perform pg_restore_attribute_stats('schemaname', 'scoring', 'relname', one.relname::text, 'attname', 'tenant_id', 'inherited', false,
      'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
  end loop;
end $$;
