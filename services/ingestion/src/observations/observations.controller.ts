import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { assetFact, deploymentFacts, linkFact, type Fact } from '@throughline/connectors/api';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type CallerIdentity } from '@throughline/service-kit';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { claimEffects, findEffect } from '../persistence/effect.repository.js';
import { canonical } from './announce.js';
import { publishFacts } from './publish.js';
import { assetObservations, deploymentRecord, type AssetObservations, type DeploymentBody } from './schema.js';

/** Clocks differ; more than this is told. */
const SKEW_MS = 5 * 60_000;

const answer = z.object({ facts: z.number(), announced: z.number(), repeated: z.boolean(), flags: z.array(z.object({ fact: z.number(), code: z.string() })) });

@Controller('v1/observations')
@Roles('ingest-only', 'developer', 'triager', 'admin')
export class ObservationsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Post('assets')
  @HttpCode(202)
  @ApiZod({ summary: 'Report facts about the chain', body: assetObservations, responses: { 202: { description: 'Taken; the same request again announces nothing.', schema: answer } } })
  async assets(@Caller() { tenantId }: CallerIdentity, @Body(zodBody(assetObservations)) body: AssetObservations): Promise<object> {
    const receivedAt = this.clock.now();
    const facts = body.facts.map(toFact);
    const flags = body.facts.flatMap(({ observedAt }, fact) => (Date.parse(observedAt) > receivedAt.getTime() + SKEW_MS ? [{ fact, code: 'clock_skew' }] : []));
    const source = `open:${body.source}`;
    const announced = await this.database.run([tenantId], async (unit) => {
      if (body.sequence !== undefined || body.snapshot !== undefined) {
        const content = createHash('sha256').update(canonical(body)).digest();
        const naturalKey = body.sequence === undefined ? `request|${content.toString('hex')}` : `sequence|${body.sequence}`;
        const known = await findEffect(unit, tenantId, source, naturalKey);
        if (known?.equals(content)) return undefined;
        if (known !== undefined) throw problem(409, 'sequence_reused', `The source has sent sequence ${body.sequence} with other facts already.`);
        await claimEffects(unit, tenantId, source, [{ naturalKey, content }], receivedAt);
      }
      return publishFacts(unit, { tenantId, source: body.source, facts, receivedAt, ...(body.sequence !== undefined && { sequence: body.sequence }), ...(body.snapshot && { snapshot: body.snapshot }) });
    });
    return { facts: facts.length, announced: announced ?? 0, repeated: announced === undefined, flags };
  }

  @Post('deployments')
  @HttpCode(202)
  @ApiZod({ summary: 'Record a deployment', body: deploymentRecord, responses: { 202: { description: 'Taken; the same record again announces nothing.', schema: answer } } })
  async deployments(@Caller() { tenantId }: CallerIdentity, @Body(zodBody(deploymentRecord)) record: DeploymentBody): Promise<object> {
    const receivedAt = this.clock.now();
    const repository = /github\.com\/([\w.-]+\/[\w.-]+)\/actions\/runs\//i.exec(record.build ?? '')?.[1];
    const facts = deploymentFacts(record, { observedAt: record.at, ...(repository !== undefined && { repository: `github.com/${repository}` }) });
    if (typeof facts === 'string') throw problem(400, 'invalid_body', facts);
    const announced = await this.database.run([tenantId], (unit) => publishFacts(unit, { tenantId, source: 'deployments', facts, receivedAt }));
    const skewed = Date.parse(record.at) > receivedAt.getTime() + SKEW_MS;
    return { facts: facts.length, announced, repeated: announced === 0, flags: skewed ? [{ fact: 0, code: 'clock_skew' }] : [] };
  }
}

/** A statement's time is part of what makes it: the same thing seen again later is said again. */
function toFact(statement: AssetObservations['facts'][number]): Fact {
  if ('asset' in statement) return assetFact(`asset|${statement.asset.urn}|${statement.observedAt}`, { ...statement.asset, observedAt: statement.observedAt });
  const { link, validFrom, validTo, observedAt } = statement;
  return linkFact(`link|${link.from}|${link.kind}|${link.to}|${link.method}|${validFrom}|${observedAt}`, { ...link, validFrom, observedAt, ...(validTo !== undefined && { validTo }) });
}
