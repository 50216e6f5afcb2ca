import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import type { Clock } from '@throughline/domain';
import { advisoryLocks, type Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, Roles, zodBody } from '@throughline/service-kit';
import type { z } from 'zod';
import type { Policy } from '../domain/policy.js';
import { addPolicy, currentPolicy, type StoredPolicy } from '../persistence/policy.repository.js';
import { POLICY } from '../tokens.js';
import { policyAnswer, policyBody } from './recipes.schemas.js';

/** How sure the tenant wants identity to be. It holds for scans from now on; what is stored follows with POST /v1/recipes/apply. */
@Controller('/v1/policies/identity')
export class IdentityPolicyController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock, @Inject(POLICY) private readonly policy: Policy) {}

  @Get()
  @ApiZod({ summary: 'The policy of identity in force', responses: { 200: { description: 'With version, author and reason', schema: policyAnswer } } })
  async get(@Caller() caller: Caller): Promise<z.infer<typeof policyAnswer>> {
    return present(await this.database.run([caller.tenantId], (unit) => currentPolicy(unit, caller.tenantId, this.policy)));
  }

  @Put()
  @Roles('admin')
  @ApiZod({
    summary: 'Replace the policy of identity', description: 'Holds for scans from now on. POST /v1/recipes/dry-run shows what it would make of stored findings, POST /v1/recipes/apply does it.', body: policyBody,
    responses: { 200: { description: 'The policy with its new version', schema: policyAnswer } },
  })
  async put(@Caller() caller: Caller, @Body(zodBody(policyBody)) { reason, ...policy }: z.infer<typeof policyBody>): Promise<z.infer<typeof policyAnswer>> {
    const now = this.clock.now();
    return this.database.run([caller.tenantId], async (unit) => {
      await advisoryLocks(unit, [`identity-policy|${caller.tenantId}`]);
      const before = await currentPolicy(unit, caller.tenantId, this.policy);
      const stored: StoredPolicy = { policy, version: before.version + 1, author: caller.actor, reason, decidedAt: now.toISOString() };
      await addPolicy(unit, caller.tenantId, stored);
      unit.announce(auditMessage(caller, 'put.policy', 'identity', { reason, before: before.policy, after: policy }, now));
      return present(stored);
    });
  }
}

const present = ({ policy, version, author, reason, decidedAt }: StoredPolicy): z.infer<typeof policyAnswer> =>
  ({ absencesToFix: policy.absencesToFix, correlation: { ...policy.correlation }, drift: { ...policy.drift }, version, author, reason, updatedAt: decidedAt || null });
