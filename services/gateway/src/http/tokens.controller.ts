import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { newId } from '@throughline/contracts';
import { isUuid, ROLES, type Clock } from '@throughline/domain';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodBody, zodQuery, type Caller as CallerType, type Page } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { z } from 'zod';
import { Authenticator } from '../auth/authenticator.js';
import { hashToken, lastFour, newToken } from '../domain/api-token.js';
import { insertToken, listTokens, revokeToken, type TokenListing } from '../persistence/token.repository.js';

const createToken = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('What uses it, for the audit log.'),
  role: z.enum(ROLES).describe('What it may do.'),
  scopes: z.array(z.string().max(200)).max(20).default([]).describe('Narrows it further, e.g. application:payments.'),
  expiresInDays: z.number().int().min(1).max(730).default(90).describe('No token lives for ever.'),
});

/** API tokens of the caller's tenant. The token itself is shown once, at creation. */
@Controller('v1/tokens')
@Roles('admin')
export class TokensController {
  constructor(@Inject(DATABASE) private readonly store: StateStore, @Inject(CLOCK) private readonly clock: Clock, @Inject(Authenticator) private readonly authenticator: Authenticator) {}

  @Get()
  @ApiZod({ summary: 'API tokens, without their values', query: listQuery, responses: { 200: { description: 'A page of tokens' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(listQuery)) query: z.infer<typeof listQuery>): Promise<Page<TokenListing>> {
    const after = decodeCursor(query.cursor, 1)?.[0];
    const rows = await this.store.run([caller.tenantId], (unit) => listTokens(unit, query.limit + 1, typeof after === 'string' ? after : undefined));
    return page(rows, query.limit, (row) => [row.id]);
  }

  @Post()
  @ApiZod({ summary: 'Create an API token; its value is in this answer only', body: createToken, responses: { 201: { description: 'The token' } } })
  async create(@Caller() caller: CallerType, @Body(zodBody(createToken)) body: z.infer<typeof createToken>): Promise<object> {
    const token = newToken();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + body.expiresInDays * 86_400_000);
    const id = newId();
    await this.store.run([caller.tenantId], async (unit) => {
      await insertToken(unit, { tenantId: caller.tenantId, tokenId: id, name: body.name, role: body.role, scopes: body.scopes, hash: hashToken(token), lastFour: lastFour(token), createdAt: now, createdBy: caller.actor, expiresAt });
      unit.announce(auditMessage(caller, 'create.token', id, { after: { name: body.name, role: body.role, scopes: body.scopes, expiresAt } }, now));
    });
    return { id, token, name: body.name, role: body.role, scopes: body.scopes, expiresAt: expiresAt.toISOString() };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiZod({ summary: 'Revoke an API token', params: { id: 'Token id' }, responses: { 204: { description: 'Revoked' } } })
  async revoke(@Caller() caller: CallerType, @Param('id') id: string): Promise<void> {
    const now = this.clock.now();
    const revoked = isUuid(id) && await this.store.run([caller.tenantId], async (unit) => {
      const found = await revokeToken(unit, id, now);
      if (found) unit.announce(auditMessage(caller, 'revoke.token', id, {}, now));
      return found;
    });
    if (!revoked) throw problem(404, 'token_not_found', 'No live token of your organization has this id.');
    this.authenticator.forget();
  }
}
