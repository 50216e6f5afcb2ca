import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type Caller as CallerType } from '@throughline/service-kit';
import { z } from 'zod';
import { evaluateGate } from '../domain/gate.js';
import { gateScans, gateSubjects } from '../persistence/gate.repository.js';
import { loadExceptions } from '../persistence/decision.repository.js';
import { policiesInForce } from '../persistence/policy.repository.js';

const gateBody = z.strictObject({
  scans: z.array(z.uuid()).min(1).max(100).optional(), commit: z.string().trim().regex(/^[0-9a-f]{7,64}$/i).optional(), base: z.string().trim().max(200).optional(),
  stage: z.string().trim().min(1).max(100), waitSeconds: z.number().int().min(0).max(120).default(0),
}).refine((body) => (body.scans === undefined) !== (body.commit === undefined), 'give scans or commit');
type GateBody = z.infer<typeof gateBody>;
const POLL_MS = 250;

/** May this build pass? Only flaws that it introduces count, and decisions come first. */
@Controller('v1/gates')
export class GatesController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Post('evaluate')
  @HttpCode(200)
  @Roles('developer', 'triager', 'approver', 'admin', 'ingest-only')
  @ApiZod({ summary: 'Evaluate a gate', description: 'Pending while a scan is not scored; waits for it up to waitSeconds. A base that differs from the upload\'s answers 409.', body: gateBody, responses: { 200: { description: '{verdict, reasons, policyVersion}' } } })
  async evaluate(@Caller() caller: CallerType, @Body(zodBody(gateBody)) body: GateBody): Promise<object> {
    const deadline = performance.now() + body.waitSeconds * 1000;
    for (;;) {
      const answer = await this.#look(caller, body);
      if (answer.verdict !== 'pending' || performance.now() >= deadline) return answer;
      await sleep(POLL_MS);
    }
  }

  #look(caller: CallerType, body: GateBody): Promise<{ readonly verdict: string }> {
    return this.database.run([caller.tenantId], async (unit) => {
      const { gate } = await policiesInForce(unit, caller.tenantId);
      const scans = await gateScans(unit, caller.tenantId, { scans: body.scans, commit: body.commit?.toLowerCase() });
      const other = scans.find((scan) => body.base !== undefined && scan.base !== '' && scan.base !== body.base);
      if (other) throw problem(409, 'base_differs', `Scan ${other.scanId} was uploaded with the base ${other.base}; its new flaws are judged against that.`);
      const missing = body.scans ? body.scans.length - scans.length : Number(scans.length === 0);
      if (missing > 0 || scans.some((scan) => !scan.scored)) return { verdict: 'pending', reasons: [], policyVersion: gate.version };
      const exceptions = (await loadExceptions(unit, [caller.tenantId])).get(caller.tenantId) ?? [];
      const introduced = [...new Set(scans.flatMap((scan) => scan.introduced))];
      return evaluateGate(await gateSubjects(unit, caller.tenantId, introduced, exceptions, this.clock.now().toISOString()), gate);
    });
  }
}
