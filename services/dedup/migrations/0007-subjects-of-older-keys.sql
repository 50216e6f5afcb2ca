-- Findings from before feeds were read are known by ids, too: their keys get their subjects from what the findings show.
insert into dedup.due_work (kind, key, tenant_id, due_at, payload)
  select 'alias.subjects', id::text, id, now(), '{"after": ""}' from dedup.known_tenant on conflict do nothing;
