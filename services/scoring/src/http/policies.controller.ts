import { Body, Controller, Get, Inject, Param, Put } from '@nestjs/common';
import { BANDS, isOneOf, type Clock } from '@throughline/domain';
import { scheduleDue, type Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type Caller as CallerType } from '@throughline/service-kit';
import { z } from 'zod';
import { DUE } from '../application/due-kinds.js';
import { DEFAULT_POLICIES, POLICY_SLUGS, type PolicySlug } from '../domain/policy.js';
import { policiesInForce, putPolicy, storedPolicies } from '../persistence/policy.repository.js';

const days = z.number().int().min(1).max(3650);
const term = z.strictObject({ exposed: days, other: days }).nullable();
/** What each policy may hold. */
const SPECS = {
  sla: z.strictObject({ days: z.strictObject({ act: term, attend: term, track: term, defer: term }), nonProductionFactor: z.number().min(1).max(100).default(2), approachingAt: z.number().min(0.1).max(0.99).default(0.75) }),
  exceptions: z.strictObject({ separationOfDuty: z.boolean(), maxDays: days }),
  gate: z.strictObject({ block: z.array(z.enum(BANDS)).max(4), warn: z.array(z.enum(BANDS)).max(4) }),
} as const satisfies Record<PolicySlug, z.ZodType>;
const policyBody = z.strictObject({ spec: z.record(z.string(), z.unknown()), reason: z.string().trim().max(2000).default('') });

/** Policies as versioned data. `provenance` is chain-resolution's and answers there. */
@Controller('v1/policies')
export class PoliciesController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'Policies in force', responses: { 200: { description: '{items, next}: slug, version, spec, author, reason' } } })
  async list(@Caller() caller: CallerType): Promise<object> {
    return { items: await this.#all(caller), next: null };
  }

  @Get(':slug')
  @ApiZod({ summary: 'One policy', params: { slug: POLICY_SLUGS.join(', ') }, responses: { 200: { description: 'The policy.' } } })
  async one(@Caller() caller: CallerType, @Param('slug') slug: string): Promise<object> {
    const found = (await this.#all(caller)).find((policy) => policy.slug === slug);
    return found ?? unknownPolicy();
  }

  @Put(':slug')
  @Roles('approver', 'admin')
  @ApiZod({ summary: 'Replace a policy; every version is kept', params: { slug: POLICY_SLUGS.join(', ') }, body: policyBody, responses: { 200: { description: 'The policy with its new version.' } } })
  async put(@Caller() caller: CallerType, @Param('slug') slug: string, @Body(zodBody(policyBody)) body: z.infer<typeof policyBody>): Promise<object> {
    if (!isOneOf(POLICY_SLUGS, slug)) unknownPolicy();
    const parsed = SPECS[slug].safeParse(body.spec);
    if (!parsed.success) throw problem(400, 'invalid_policy', parsed.error.issues.map((issue) => `spec.${issue.path.join('.')}: ${issue.message}`).slice(0, 10).join('; '));
    const now = this.clock.now();
    await this.database.run([caller.tenantId], async (unit) => {
      const before = (await policiesInForce(unit, caller.tenantId))[slug];
      await putPolicy(unit, caller.tenantId, { slug, spec: parsed.data, author: caller.actor, reason: body.reason, createdAt: now.toISOString() });
      unit.announce(auditMessage(caller, 'policy.put', slug, { reason: body.reason, before, after: parsed.data }, now));
      if (slug === 'sla') await scheduleDue(unit, { kind: DUE.rejoinPolicy, key: caller.tenantId, tenantId: caller.tenantId, dueAt: now });
    });
    return this.one(caller, slug);
  }

  async #all(caller: CallerType): Promise<readonly { slug: string }[]> {
    const stored = new Map((await this.database.run([caller.tenantId], (unit) => storedPolicies(unit, caller.tenantId))).map((policy) => [policy.slug, policy]));
    return POLICY_SLUGS.map((slug) => {
      const { version: _version, ...spec } = DEFAULT_POLICIES[slug];
      return stored.get(slug) ?? { slug, version: 0, spec, author: 'Throughline', reason: 'the documented default', createdAt: null };
    });
  }
}

function unknownPolicy(): never {
  throw problem(404, 'policy_not_found', `Policies are ${POLICY_SLUGS.join(', ')}.`);
}
