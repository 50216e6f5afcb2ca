import { Controller, Get, Inject } from '@nestjs/common';
import { ApiZod, Caller, DATABASE, problem, type Caller as CallerType } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { findTenant } from '../persistence/tenant.repository.js';

/** The caller's own tenant (= organization) and what its token may do; other tenants do not exist for it. */
@Controller('v1/tenants')
export class TenantsController {
  constructor(@Inject(DATABASE) private readonly store: StateStore) {}

  @Get()
  @ApiZod({ summary: "The caller's organization and rights", responses: { 200: { description: 'One item' } } })
  async list(@Caller() caller: CallerType): Promise<object> {
    const tenant = await this.store.run([caller.tenantId], (unit) => findTenant(unit, caller.tenantId));
    if (!tenant) throw problem(404, 'tenant_not_found', 'The organization of this token is gone.');
    return { items: [{ id: tenant.tenant_id, slug: tenant.slug, name: tenant.name, status: tenant.status, caller: { actor: caller.actor, name: caller.name, role: caller.role, scopes: caller.scopes } }], next: null };
  }
}
