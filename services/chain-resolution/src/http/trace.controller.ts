import { Controller, Get, Inject, Query } from '@nestjs/common';
import { kindOf } from '@throughline/domain';
import type { Clock, TenantId, Urn } from '@throughline/domain';
import type { Database, Unit } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, problem, zodQuery } from '@throughline/service-kit';
import type { z } from 'zod';
import { gap } from '../domain/gaps.js';
import { visibilityOf } from '../domain/restrict.js';
import { trace } from '../domain/trace.js';
import { refusalsOf } from '../persistence/attestations.repository.js';
import { loadGapCounts } from '../persistence/gap-shares.repository.js';
import type { GapCounts } from '../persistence/gap-shares.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { staleNodes } from '../persistence/inventory.repository.js';
import { runningCommits } from '../persistence/links.repository.js';
import { loadModel } from '../resolution/recompute.js';
import { presentTrace } from './present.js';
import { traceQuery } from './schemas.js';
import { resolveStart } from './start.js';
import { TenantCache } from './tenant-cache.js';

/** The walk from code to exposure and back. */
@Controller('v1/trace')
export class TraceController {
  readonly #shares = new TenantCache<GapCounts>();

  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({
    summary: 'Trace an asset along the deployment chain',
    description: 'Nodes, links with method, confidence, evidence and validity, whole paths, gaps with the step that closes them, exposure and owner. A node of a team that the caller\'s scopes `team:<slug>` do not name is `restricted`. Links below confidence 0.5 are candidates.',
    query: traceQuery, responses: { 200: { description: 'The trace' }, 404: { description: 'No such asset' } },
  })
  async get(@Caller() caller: Caller, @Query(zodQuery(traceQuery)) query: z.infer<typeof traceQuery>): Promise<Record<string, unknown>> {
    return this.database.run([caller.tenantId], async (unit) => {
      const recordedAt = query.recordedAt === undefined ? null : Date.parse(query.recordedAt);
      const at = query.at === undefined ? recordedAt : Math.min(Date.parse(query.at), recordedAt ?? Infinity);
      const graph = postgresGraph(unit, caller.tenantId, at, recordedAt);
      const from = await resolveStart(unit, caller.tenantId, query.from);
      const known = await graph.assets(from);
      if (!from.some((node) => known.has(node))) throw notFound(query.from);
      const seeds = query.direction === 'forward' && at === null ? await seedsOf(unit, caller.tenantId, from) : [];
      const model = await loadModel(unit, caller.tenantId);
      const visible = visibilityOf(caller.scopes);
      const traced = await trace(graph, { from: from.filter((node) => known.has(node)), direction: query.direction, model, seeds, visible });
      if (!from.some((node) => traced.nodes.includes(node))) throw notFound(query.from);
      const refusals = at === null ? await refusalsOf(unit, caller.tenantId, traced.nodes.filter((node) => kindOf(node) === 'image')) : [];
      const answer = { ...traced, gaps: [...traced.gaps, ...refusals.map(({ image, reason }) => gap.refused(image, reason))] };
      const now = this.clock.now();
      const counts = answer.gaps.length > 0 ? await this.#shares.of(caller.tenantId, now, () => loadGapCounts(unit, caller.tenantId)) : undefined;
      const stale = at === null ? await staleNodes(unit, caller.tenantId, answer.nodes) : new Set<Urn>();
      return presentTrace(answer, { from: query.from, direction: query.direction, at: at === null ? undefined : new Date(at).toISOString(), stale, ...(counts && { counts }) }, now);
    });
  }
}

/** Also what a reader may not see: whether it exists is not told. */
const notFound = (from: string): Error => problem(404, 'asset_not_found', 'No asset with this URN is known.', { from: from.slice(0, 200) });

async function seedsOf(unit: Unit, tenant: TenantId, from: readonly Urn[]): Promise<Urn[]> {
  const repository = from.find((node) => kindOf(node) === 'repository');
  return repository ? runningCommits(unit, tenant, repository) : [];
}
