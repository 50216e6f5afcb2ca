import { Body, Controller, HttpCode, Inject, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import type { Clock, TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, Roles, zodBody } from '@throughline/service-kit';
import type { z } from 'zod';
import { verify } from '../corrections/verify.js';
import { verifyAnswer, verifyBody } from './rescan.schemas.js';

/** Connectors pull and receive; none may start a workflow (their permissions are read-only), so a rescan is somebody's to run. */
const REMEDY = 'Run the scanners of these scopes again and upload complete reports; the next one of each decides.';

@Controller('/v1/findings')
export class VerifyController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Post(':id/verify')
  @HttpCode(202)
  @Roles('developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'Asks for a rescan: the next complete scan of each scope decides whether the finding is gone', params: { id: 'Finding' }, body: verifyBody, responses: { 202: { description: 'Asked; GET …/observations tells the answer', schema: verifyAnswer } } })
  async verify(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string, @Body(zodBody(verifyBody)) body: z.infer<typeof verifyBody>): Promise<z.infer<typeof verifyAnswer>> {
    const scopes = await this.database.run([caller.tenantId as TenantId], (unit) => verify(unit, id, { caller, reason: body.reason ?? '', now: this.clock.now() }));
    return { id, scopes: [...scopes], dispatched: false, remedy: REMEDY };
  }
}
