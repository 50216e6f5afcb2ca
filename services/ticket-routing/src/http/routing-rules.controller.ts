import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { BANDS, EXPOSURES, FINDING_CLASSES, SEVERITIES, type Clock } from '@throughline/domain';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type Caller as CallerType } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { z } from 'zod';
import { deleteRule, destinationOf, rulesOf, saveRule } from '../persistence/config.repository.js';
import { slugOf } from './slug.js';

const names = z.array(z.string().min(1).max(200)).max(500).optional();
const body = z.strictObject({
  destination: z.string().max(64).describe('Name of the destination.'),
  priority: z.number().int().min(0).max(10_000).default(100).describe('Lower is asked first.'),
  enabled: z.boolean().default(true),
  when: z.strictObject({
    bands: z.array(z.enum(BANDS)).optional(), teams: names, applications: names, services: names, environments: names,
    classes: z.array(z.enum(FINDING_CLASSES)).optional(), severities: z.array(z.enum(SEVERITIES)).optional(), exposures: z.array(z.enum(EXPOSURES)).optional(),
  }).describe('Each list is any-of; an absent list asks nothing; all lists must hold.'),
  reason: z.string().max(500).default(''),
});

/** Rules are asked in order of priority; the first that matches a risk makes its ticket. New risks only: past ones as they change. */
@Controller('v1/routing-rules')
export class RoutingRulesController {
  constructor(@Inject(DATABASE) private readonly store: StateStore, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'Routing rules in the order in which they are asked', responses: { 200: { description: 'All rules' } } })
  async list(@Caller() caller: CallerType): Promise<object> {
    return { items: await this.store.run([caller.tenantId], (unit) => rulesOf(unit, caller.tenantId)), next: null };
  }

  @Get(':slug')
  @ApiZod({ summary: 'A routing rule', params: { slug: 'Its name' }, responses: { 200: { description: 'The rule' } } })
  async get(@Caller() caller: CallerType, @Param('slug') slug: string): Promise<object> {
    const rule = (await this.store.run([caller.tenantId], (unit) => rulesOf(unit, caller.tenantId))).find((r) => r.slug === slug);
    if (!rule) throw problem(404, 'routing_rule_not_found', 'No routing rule has this name.');
    return rule;
  }

  @Put(':slug')
  @Roles('admin', 'triager')
  @ApiZod({ summary: 'Create or replace a routing rule', params: { slug: 'Its name' }, body, responses: { 200: { description: 'The rule' } } })
  async put(@Caller() caller: CallerType, @Param('slug') slugText: string, @Body(zodBody(body)) value: z.infer<typeof body>): Promise<object> {
    const slug = slugOf(slugText);
    const now = this.clock.now();
    const { reason, ...rule } = value;
    return this.store.run([caller.tenantId], async (unit) => {
      if (!(await destinationOf(unit, caller.tenantId, rule.destination))) throw problem(400, 'destination_not_found', `destination: no destination is named '${rule.destination}'; PUT /v1/destinations/${rule.destination} first.`);
      await saveRule(unit, caller.tenantId, { slug, ...rule }, caller.actor, reason, now);
      unit.announce(auditMessage(caller, 'put.routing-rule', slug, { reason, after: rule }, now));
      return (await rulesOf(unit, caller.tenantId)).find((r) => r.slug === slug) ?? {};
    });
  }

  @Delete(':slug')
  @HttpCode(204)
  @Roles('admin', 'triager')
  @ApiZod({ summary: 'Delete a routing rule; its tickets stay', params: { slug: 'Its name' }, responses: { 204: { description: 'Deleted' } } })
  async remove(@Caller() caller: CallerType, @Param('slug') slug: string): Promise<void> {
    await this.store.run([caller.tenantId], async (unit) => {
      if (!(await deleteRule(unit, slug))) throw problem(404, 'routing_rule_not_found', 'No routing rule has this name.');
      unit.announce(auditMessage(caller, 'delete.routing-rule', slug, {}, this.clock.now()));
    });
  }
}
