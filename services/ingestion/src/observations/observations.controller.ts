import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { deploymentFacts } from '@throughline/connectors/api';
import type { Clock, TenantId } from '@throughline/domain';
import { advisoryLocks, type Database, type Unit } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type CallerIdentity } from '@throughline/service-kit';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ensureRetention } from '../due/retention.js';
import { claimEffects, findEffect } from '../persistence/effect.repository.js';
import { forgetInventory } from '../persistence/inventory.repository.js';
import { canonical } from './announce.js';
import { publishRequest, type InventoryProgress } from './inventory-requests.js';
import { publishFacts } from './publish.js';
import { assetObservations, deploymentRecord, type AssetObservations, type DeploymentBody } from './schema.js';
import { toFacts } from './to-facts.js';

/** Clocks differ; more than this is told. */
const SKEW_MS = 5 * 60_000;

const answer = z.object({
  facts: z.number(), announced: z.number(), repeated: z.boolean(), flags: z.array(z.object({ fact: z.number(), code: z.string() })),
  inventory: z.object({ seen: z.number(), of: z.number().nullable() }).optional().describe('Requests of the inventory that came so far.'),
});

interface Published { readonly announced: number; readonly inventory?: InventoryProgress }

@Controller('v1/observations')
@Roles('ingest-only', 'developer', 'triager', 'admin')
export class ObservationsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Post('assets')
  @HttpCode(202)
  @ApiZod({
    summary: 'Report facts about the chain', body: assetObservations,
    description: 'At most 10,000 facts and 16 MiB. A larger inventory comes in several requests with the same `sequence` and `snapshot.part` from 0, in any order; one of them says `snapshot.parts`. It counts when all are there.',
    responses: { 202: { description: 'Taken; the same request again announces nothing.', schema: answer }, 409: { description: 'The sequence was used for other facts.' } },
  })
  async assets(@Caller() { tenantId }: CallerIdentity, @Body(zodBody(assetObservations)) body: AssetObservations): Promise<object> {
    const receivedAt = this.clock.now();
    const flags = body.facts.flatMap(({ observedAt }, fact) => (Date.parse(observedAt) > receivedAt.getTime() + SKEW_MS ? [{ fact, code: 'clock_skew' }] : []));
    const published = await this.database.run([tenantId], async (unit) => {
      await ensureRetention(unit, tenantId, receivedAt);
      if ((body.sequence !== undefined || body.snapshot !== undefined) && !(await this.#isNew(unit, tenantId, body, receivedAt))) return undefined;
      return this.#publish(unit, tenantId, body, receivedAt);
    });
    return { facts: body.facts.length, announced: published?.announced ?? 0, repeated: published === undefined, flags, ...(published?.inventory && { inventory: published.inventory }) };
  }

  async #publish(unit: Unit, tenantId: TenantId, { source, sequence, facts: statements, snapshot }: AssetObservations, receivedAt: Date): Promise<Published> {
    const facts = statements.flatMap(toFacts);
    if (snapshot !== undefined) await forgetInventory(unit, tenantId, source, snapshot.scope);
    if (sequence !== undefined && snapshot?.part !== undefined) {
      const { part } = snapshot;
      return { announced: facts.length, inventory: await publishRequest(unit, { tenantId, source, sequence, facts, receivedAt, snapshot: { ...snapshot, part } }) };
    }
    return { announced: await publishFacts(unit, { tenantId, source, facts, receivedAt, ...(sequence !== undefined && { sequence }), ...(snapshot && { snapshot }) }) };
  }

  /** False for a request that came before. Requests of a source are taken one after the other, so that twins agree on it. */
  async #isNew(unit: Unit, tenantId: TenantId, body: AssetObservations, now: Date): Promise<boolean> {
    const { sequence, snapshot } = body;
    const source = `open:${body.source}`;
    await advisoryLocks(unit, [`observations|${tenantId}|${body.source}`]);
    const content = sha256(canonical(body));
    const whole = snapshot?.part === undefined;
    const claims = sequence === undefined ? [{ naturalKey: `request|${content.toString('hex')}`, content }] : [
      // What a sequence stands for: one request, or an inventory of this scope in several.
      { naturalKey: `sequence|${sequence}`, content: whole ? content : sha256(`several|${snapshot.scope}`) },
      ...(whole ? [] : [{ naturalKey: `sequence|${sequence}|${snapshot.part}`, content }]),
    ];
    let known: Buffer | undefined;
    for (const claim of claims) {
      known = await findEffect(unit, tenantId, source, claim.naturalKey);
      if (known?.equals(claim.content) === false) throw problem(409, 'sequence_reused', `The source has sent sequence ${sequence} with other facts already.`);
    }
    if (known !== undefined) return false;
    await claimEffects(unit, tenantId, source, claims, now);
    return true;
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

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
