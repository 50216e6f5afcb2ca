import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { newId } from '@throughline/contracts';
import type { Clock } from '@throughline/domain';
import { scheduleDue, type Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodBody, zodQuery, type Caller as CallerType } from '@throughline/service-kit';
import { z } from 'zod';
import { DUE } from '../application/due-kinds.js';
import { activate, listActivations, type StoredActivation } from '../persistence/activation.repository.js';

const name = z.string().trim().min(1).max(300).transform((text) => text.toLowerCase()).optional();
const activationBody = z.strictObject({
  repository: name.describe('host/owner/name'), team: name.describe('Team slug.'), application: name.describe('Application slug.'), reason: z.string().trim().min(1).max(2000),
});
const pageQuery = listQuery.omit({ sort: true });

/** Ends baselines: from then on what is named makes tickets, notifications and SLA clocks. */
@Controller('v1/activations')
export class ActivationsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Post()
  @HttpCode(201)
  @Roles('developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'End the baseline of a repository, team or application', description: 'Clocks start at the activation and keep the true first-detected date. Repeating it changes nothing.', body: activationBody, responses: { 201: { description: 'The activation.' } } })
  async activate(@Caller() caller: CallerType, @Body(zodBody(activationBody)) body: z.infer<typeof activationBody>): Promise<StoredActivation> {
    const given = (['repository', 'team', 'application'] as const).filter((kind) => body[kind] !== undefined);
    const [kind] = given;
    if (kind === undefined || given.length > 1) throw problem(400, 'invalid_body', 'Name one of repository, team or application.');
    const now = this.clock.now();
    const wanted: StoredActivation = { id: newId(), kind, name: body[kind] ?? '', reason: body.reason, activatedBy: caller.actor, activatedAt: now.toISOString() };
    return this.database.run([caller.tenantId], async (unit) => {
      const { activation, created } = await activate(unit, caller.tenantId, wanted);
      if (created) {
        unit.announce(auditMessage(caller, 'baseline.activate', `${kind}:${activation.name}`, { reason: body.reason, after: activation }, now));
        await scheduleDue(unit, { kind: DUE.rejoinActivation, key: activation.id, tenantId: caller.tenantId, dueAt: now });
      }
      return activation;
    });
  }

  @Get()
  @ApiZod({ summary: 'Activations, newest first', query: pageQuery, responses: { 200: { description: '{items, next}' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(pageQuery)) query: z.infer<typeof pageQuery>): Promise<object> {
    const after = decodeCursor(query.cursor, 1)?.[0] ?? null;
    if (after !== null && !z.uuid().safeParse(after).success) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave.');
    const rows = await this.database.run([caller.tenantId], (unit) => listActivations(unit, caller.tenantId, query.limit + 1, after as string | null));
    return page(rows, query.limit, (row) => [row.id]);
  }
}
