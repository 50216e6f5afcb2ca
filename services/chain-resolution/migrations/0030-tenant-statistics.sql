select platform.one_tenant_until_counted('chain_resolution');
