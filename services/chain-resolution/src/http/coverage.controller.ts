import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { isOneOf, kindOf } from '@throughline/domain';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, decodeCursor, page, problem, zodQuery } from '@throughline/service-kit';
import type { z } from 'zod';
import { coverageOf } from '../domain/coverage.js';
import type { HopCoverage } from '../domain/coverage.js';
import { HOPS, remedyOf } from '../domain/hops.js';
import { visibilityOf } from '../domain/restrict.js';
import { countHops, listMissing } from '../persistence/hops.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { presentAsset } from './present.js';
import { coverageQuery } from './schemas.js';
import { TenantCache } from './tenant-cache.js';
import { hiddenAmong } from './visibility.js';

type Shown = Record<string, unknown>;

/** How much of the chain is known, hop by hop, and what to do about the rest. */
@Controller('v1/trace/coverage')
export class CoverageController {
  readonly #counts = new TenantCache<HopCoverage[]>();

  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({
    summary: 'Coverage of each hop of the chain',
    description: 'Of how many assets each hop is known, by which method, how many by a verified attestation, and the step that closes it for the rest. Of exposure, the method is the answer. At most a minute old.',
    responses: { 200: { description: 'The hops' } },
  })
  async all(@Caller() caller: Caller): Promise<{ hops: HopCoverage[] }> {
    const hops = await this.#counts.of(caller.tenantId, this.clock.now(), () =>
      this.database.run([caller.tenantId], async (unit) => coverageOf(await countHops(unit, caller.tenantId))));
    return { hops };
  }

  @Get(':hop')
  @ApiZod({ summary: 'Assets that miss a hop', params: { hop: HOPS.join(', ') }, query: coverageQuery, responses: { 200: { description: 'A page of assets with reason and remedy' }, 404: { description: 'No such hop' } } })
  async missing(@Caller() caller: Caller, @Param('hop') hop: string, @Query(zodQuery(coverageQuery)) query: z.infer<typeof coverageQuery>): Promise<{ items: readonly Shown[]; next: string | null }> {
    if (!isOneOf(HOPS, hop)) throw problem(404, 'hop_not_found', `The hops are ${HOPS.join(', ')}.`);
    const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
    const now = this.clock.now();
    return this.database.run([caller.tenantId], async (unit) => {
      const { items, next } = page(await listMissing(unit, caller.tenantId, hop, after, query.limit + 1), query.limit, (row) => [row.asset]);
      const facts = await postgresGraph(unit, caller.tenantId, null).assets(items.map((row) => row.asset));
      const hidden = await hiddenAmong(unit, caller.tenantId, visibilityOf(caller.scopes), items.map((row) => row.asset));
      return {
        items: items.filter((row) => !hidden.has(row.asset)).map(({ asset, reason }): Shown => ({ asset, kind: kindOf(asset), name: presentAsset(asset, facts.get(asset), now)['name'], hop, reason, remedy: remedyOf(hop, asset) })), next,
      };
    });
  }
}
