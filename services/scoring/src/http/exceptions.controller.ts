import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { newId } from '@throughline/contracts';
import { DECISIONS, isUuid, type Clock } from '@throughline/domain';
import { cancelDue, scheduleDue, type Database, type DatabaseUnit } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodBody, zodQuery, type Caller as CallerType } from '@throughline/service-kit';
import { z } from 'zod';
import { DUE } from '../application/due-kinds.js';
import type { StoredException } from '../domain/exception.js';
import { approve, checkDates, extend, revoke, type Refusal } from '../domain/exception-lifecycle.js';
import type { ExceptionPolicy } from '../domain/policy.js';
import { exceptionById, insertException, listExceptions, lockException, updateException } from '../persistence/exception.repository.js';
import { policiesInForce } from '../persistence/policy.repository.js';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const text = z.string().trim().min(1).max(1024).optional();
const scope = z.strictObject({
  findings: z.array(z.uuid()).min(1).max(1000).optional(), issue: z.uuid().optional(), fix: z.uuid().optional(), identifier: text, component: text.describe('purl without version'),
  asset: text, repository: text, application: text, path: text.describe('file or folder'),
}).refine((value) => Object.keys(value).length > 0, 'at least one word; an exception for everything is none');
const exceptionBody = z.strictObject({
  decision: z.enum(DECISIONS), scope, reason: z.string().trim().min(3).max(4000), compensatingControl: z.string().trim().max(4000).default(''),
  startsAt: time.optional().describe('Absent: now.'), expiresAt: time.describe('No exception is without an end.'),
});
const reasonBody = z.strictObject({ reason: z.string().trim().max(4000).default('') });
const extendBody = z.strictObject({ expiresAt: time, reason: z.string().trim().min(3).max(4000) });
const exceptionQuery = listQuery.omit({ sort: true }).extend({ status: z.enum(['requested', 'approved', 'revoked', 'lapsed']).optional(), finding: z.uuid().optional().describe('Those that name this finding.') });
const ID = { id: 'Exception id.' };

type Step = (exception: StoredException, policy: ExceptionPolicy, now: string) => StoredException | Refusal;

/** Decisions of people, laid over the evidence; asked for, approved, and ended by time or by hand. */
@Controller('v1/exceptions')
export class ExceptionsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'Exceptions, newest first', query: exceptionQuery, responses: { 200: { description: '{items, next}' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(exceptionQuery)) query: z.infer<typeof exceptionQuery>): Promise<object> {
    const after = decodeCursor(query.cursor, 1)?.[0] ?? null;
    if (after !== null && !isUuid(after)) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave.');
    const rows = await this.database.run([caller.tenantId], (unit) => listExceptions(unit, caller.tenantId, query, query.limit + 1, after));
    return page(rows, query.limit, (row) => [row.id]);
  }

  @Get(':id')
  @ApiZod({ summary: 'One exception', params: ID, responses: { 200: { description: 'The exception.' } } })
  async one(@Caller() caller: CallerType, @Param('id') id: string): Promise<StoredException> {
    const found = isUuid(id) ? await this.database.run([caller.tenantId], (unit) => exceptionById(unit, caller.tenantId, id)) : undefined;
    return found ?? notFound();
  }

  @Post()
  @HttpCode(201)
  @Roles('developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'Ask for an exception', description: 'It takes effect when it is approved, and ends at its expiry.', body: exceptionBody, responses: { 201: { description: 'The exception, status requested.' } } })
  async request(@Caller() caller: CallerType, @Body(zodBody(exceptionBody)) body: z.infer<typeof exceptionBody>): Promise<StoredException> {
    const now = this.clock.now();
    const exception: StoredException = {
      id: newId(), version: 1, decision: body.decision, status: 'requested', scope: body.scope, reason: body.reason, compensatingControl: body.compensatingControl,
      requestedBy: caller.actor, requestedAt: now.toISOString(), approvedBy: null, approvedAt: null, startsAt: body.startsAt ?? now.toISOString(), expiresAt: body.expiresAt, endedBy: null, endedAt: null,
    };
    return this.database.run([caller.tenantId], async (unit) => {
      const { exceptions } = await policiesInForce(unit, caller.tenantId);
      accept(checkDates(exception.startsAt, exception.expiresAt, now.toISOString(), exceptions));
      await insertException(unit, caller.tenantId, exception);
      unit.announce(auditMessage(caller, 'exception.request', exception.id, { reason: body.reason, after: exception }, now));
      return exception;
    });
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Roles('approver', 'admin')
  @ApiZod({ summary: 'Approve it: it is in force from its start to its end', params: ID, body: reasonBody, responses: { 200: { description: 'The exception.' } } })
  approve(@Caller() caller: CallerType, @Param('id') id: string, @Body(zodBody(reasonBody)) body: z.infer<typeof reasonBody>): Promise<StoredException> {
    return this.#step(caller, id, 'approve', body.reason, (exception, policy, now) => approve(exception, caller.actor, now, policy));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Roles('triager', 'approver', 'admin')
  @ApiZod({ summary: 'End it now', params: ID, body: reasonBody, responses: { 200: { description: 'The exception.' } } })
  revoke(@Caller() caller: CallerType, @Param('id') id: string, @Body(zodBody(reasonBody)) body: z.infer<typeof reasonBody>): Promise<StoredException> {
    return this.#step(caller, id, 'revoke', body.reason, (exception, _policy, now) => revoke(exception, caller.actor, now));
  }

  @Post(':id/extend')
  @HttpCode(200)
  @Roles('approver', 'admin')
  @ApiZod({ summary: 'Give it more time, before or after its end', params: ID, body: extendBody, responses: { 200: { description: 'The exception.' } } })
  extend(@Caller() caller: CallerType, @Param('id') id: string, @Body(zodBody(extendBody)) body: z.infer<typeof extendBody>): Promise<StoredException> {
    return this.#step(caller, id, 'extend', body.reason, (exception, policy, now) => extend(exception, body.expiresAt, caller.actor, now, policy));
  }

  /** Lock, decide, keep, tell: one transaction; the findings in scope are judged by due work at once and at the start. */
  #step(caller: CallerType, id: string, verb: string, reason: string, step: Step): Promise<StoredException> {
    const now = this.clock.now();
    return this.database.run([caller.tenantId], async (unit) => {
      const before = isUuid(id) ? await lockException(unit, caller.tenantId, id) : undefined;
      const { exceptions } = await policiesInForce(unit, caller.tenantId);
      const after = accept(step(before ?? notFound(), exceptions, now.toISOString()));
      await updateException(unit, caller.tenantId, after);
      await this.#schedule(unit, caller, after, now);
      unit.announce(auditMessage(caller, `exception.${verb}`, id, { reason, before, after }, now));
      return after;
    });
  }

  async #schedule(unit: DatabaseUnit, caller: CallerType, exception: StoredException, now: Date): Promise<void> {
    const begins = new Date(Math.max(now.getTime(), exception.status === 'approved' ? Date.parse(exception.startsAt) : 0));
    await scheduleDue(unit, { kind: DUE.rejoinException, key: exception.id, tenantId: caller.tenantId, dueAt: begins });
    if (exception.status === 'revoked') await cancelDue(unit, DUE.lapse, [exception.id]);
    else await scheduleDue(unit, { kind: DUE.lapse, key: exception.id, tenantId: caller.tenantId, dueAt: new Date(exception.expiresAt) });
  }
}

function accept<T extends object | null>(value: T | Refusal): T {
  if (value !== null && 'refused' in value) throw problem(409, value.code, value.detail);
  return value as T;
}

function notFound(): never {
  throw problem(404, 'exception_not_found', 'No exception has this id.');
}
