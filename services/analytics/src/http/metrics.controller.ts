import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { ClickHouse } from '@throughline/clickhouse';
import type { Clock } from '@throughline/domain';
import { ApiZod, Caller, CLOCK, zodQuery, type Caller as CallerType } from '@throughline/service-kit';
import { z } from 'zod';
import { funnelOf } from '../domain/funnel.js';
import { freshness, funnelCells, rawResults } from '../persistence/funnel.repository.js';
import { CLICKHOUSE } from '../tokens.js';

const slug = z.string().max(200).optional();
const funnelQuery = z.strictObject({
  application: slug.describe('Application slug.'), service: slug.describe('Service slug.'), repository: slug.describe('host/owner/name.'), team: slug.describe('Team slug.'), environment: slug.describe('Environment slug.'),
  at: z.iso.datetime({ offset: true }).optional().describe('As it was shown then; absent: now.'),
});

/** Measures over the public topics; each comes with its coverage and its age. */
@Controller('v1/metrics')
export class MetricsController {
  constructor(@Inject(CLICKHOUSE) private readonly clickhouse: ClickHouse, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get('funnel')
  @ApiZod({
    summary: 'From raw results to what must be done now',
    description: 'raw → unique → deployed → exposed → reachable → act. A step removes only a proven no; `unknown` rows pass on and are counted. `coverage` is the share of findings entering a step whose fact is known. `dataAsOf` is the newest change counted.',
    query: funnelQuery, responses: { 200: { description: '{at, dataAsOf, steps: [{name, count, unknown}], coverage}' } },
  })
  async funnel(@Caller() caller: CallerType, @Query(zodQuery(funnelQuery)) query: z.infer<typeof funnelQuery>): Promise<object> {
    const filter = { tenantId: caller.tenantId, ...query };
    const [raw, cells, dataAsOf] = await Promise.all([rawResults(this.clickhouse, filter), funnelCells(this.clickhouse, filter), freshness(this.clickhouse, caller.tenantId)]);
    return { at: query.at ?? this.clock.now().toISOString(), dataAsOf, ...funnelOf(raw, cells) };
  }
}
