select platform.one_tenant_until_counted('scoring');
