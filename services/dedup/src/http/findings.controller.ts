import { Body, Controller, Get, HttpCode, Inject, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import type { Clock, TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, zodBody } from '@throughline/service-kit';
import type { z } from 'zod';
import { merge, notFound, split } from '../corrections/correct-identity.js';
import type { Policy } from '../domain/policy.js';
import { whyPart } from '../domain/why.js';
import { identityOf } from '../persistence/correction.repository.js';
import { candidatesOf } from '../persistence/candidates.repository.js';
import { correctionsOf, joinsOf, scansAt } from '../persistence/changes.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { rescanOf } from '../persistence/rescan.repository.js';
import { POLICY } from '../tokens.js';
import { presentObservation } from './presenter.js';
import { presentRescan } from './rescan.schemas.js';
import { mergeAnswer, mergeBody, observationsAnswer, splitAnswer, splitBody } from './schemas.js';

@Controller('/v1/findings')
export class FindingsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock, @Inject(POLICY) private readonly policy: Policy) {}

  @Get(':id/observations')
  @ApiZod({ summary: 'What scans show of a finding, and why it is one finding', params: { id: 'Finding' }, responses: { 200: { description: 'All observations, as runs of scans that showed the same', schema: observationsAnswer } } })
  observations(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string): Promise<z.infer<typeof observationsAnswer>> {
    return this.database.run([caller.tenantId as TenantId], async (unit) => {
      const known = (await loadKnown(unit, [id])).get(id);
      if (known === undefined) throw notFound(id);
      const { keys, decisions } = await identityOf(unit, id, known.finding.keys);
      const kept = await joinsOf(unit, [id]);
      const rescan = await rescanOf(unit, id);
      const words = await correctionsOf(unit, id);
      const scans = await scansAt(unit, known.occurrences.flatMap(({ scopeId, firstSequence, goneSequence }) => [firstSequence, goneSequence].filter((sequence) => sequence !== null).map((sequence) => ({ scopeId, sequence }))));
      return {
        items: known.occurrences.map((one) => presentObservation(one, whyPart(one, known.finding, kept, words), scans)).sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : a.firstSeen > b.firstSeen ? 1 : 0)),
        next: null, identity: { keys: [...keys], decisions: [...decisions], flags: [...known.finding.flags], candidates: [...await candidatesOf(unit, known)] },
        rescan: rescan === undefined ? null : presentRescan(rescan),
      };
    });
  }

  @Post(':id/merge')
  @HttpCode(200)
  @ApiZod({ summary: 'Joins findings of the same asset; later scans keep them joined', params: { id: 'Finding that stays' }, body: mergeBody, responses: { 200: { description: 'Joined', schema: mergeAnswer } } })
  async merge(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string, @Body(zodBody(mergeBody)) body: z.infer<typeof mergeBody>): Promise<z.infer<typeof mergeAnswer>> {
    await this.database.run([caller.tenantId as TenantId], (unit) => merge(unit, id, body, { caller, policy: this.policy, now: this.clock.now() }));
    return { id, merged: body.findings };
  }

  @Post(':id/split')
  @HttpCode(200)
  @ApiZod({ summary: 'Gives observations a finding of their own; later scans keep them apart', params: { id: 'Finding' }, body: splitBody, responses: { 200: { description: 'Split', schema: splitAnswer } } })
  async split(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string, @Body(zodBody(splitBody)) body: z.infer<typeof splitBody>): Promise<z.infer<typeof splitAnswer>> {
    const created = await this.database.run([caller.tenantId as TenantId], (unit) => split(unit, id, body, { caller, policy: this.policy, now: this.clock.now() }));
    return { id, created };
  }
}
