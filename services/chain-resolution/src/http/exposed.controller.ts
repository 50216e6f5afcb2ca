import { Controller, Get, Inject, Query } from '@nestjs/common';
import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Database, Unit } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, decodeCursor, page, problem, zodQuery } from '@throughline/service-kit';
import type { Page } from '@throughline/service-kit';
import type { z } from 'zod';
import { exposedService } from '../domain/exposed.js';
import type { ExposurePeriod } from '../domain/exposure-timeline.js';
import { runningSpans, whileRunning } from '../domain/running-spans.js';
import type { ServiceState } from '../domain/service-state.js';
import { visibilityOf } from '../domain/restrict.js';
import { nameOf } from '../domain/structure.js';
import { exposedSince, listExposed } from '../persistence/exposed.repository.js';
import { imagesBuiltFrom } from '../persistence/blast-radius.repository.js';
import { loadExposurePeriods, loadRunning } from '../persistence/exposure-periods.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { loadServicesOf } from '../persistence/judgement.repository.js';
import { exposedQuery, exposureHistoryQuery } from './schemas.js';
import { resolveStart } from './start.js';
import { hiddenAmong } from './visibility.js';

type Shown = Record<string, unknown>;

/** What the internet reaches, now and over time. */
@Controller('v1/trace')
export class ExposedController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get('exposed')
  @ApiZod({
    summary: 'Services that the internet reaches',
    description: 'Each with the path that proves it, since when, what runs there and whose it is. `audience` says to whom a limited one is open; `assumed` names facts that nobody observed.',
    query: exposedQuery, responses: { 200: { description: 'A page of services' } },
  })
  async exposed(@Caller() caller: Caller, @Query(zodQuery(exposedQuery)) query: z.infer<typeof exposedQuery>): Promise<Page<Shown>> {
    const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
    return this.database.run([caller.tenantId], async (unit) => {
      const { items, next } = page(await listExposed(unit, caller.tenantId, { ...query, visible: visibilityOf(caller.scopes) }, after, query.limit + 1), query.limit, (state: ServiceState) => [state.service]);
      const services = items.map((state) => state.service);
      const since = await exposedSince(unit, caller.tenantId, services);
      const facts = await postgresGraph(unit, caller.tenantId, null).assets(services);
      return {
        items: items.map((state): Shown => {
          const { service, exposure, ...rest } = exposedService(state);
          return { service, name: nameOf(service, facts.get(service)?.attributes ?? {}), exposure, since: since.get(service)?.toISOString() ?? null, ...rest };
        }), next,
      };
    });
  }

  @Get('exposure-history')
  @ApiZod({
    summary: 'From when to when a service was exposed',
    description: 'Periods of valid time without gaps, oldest first; `to` null: still. Of a repository, commit, image or image name: the parts in which a service ran it.',
    query: exposureHistoryQuery, responses: { 200: { description: 'The periods' }, 404: { description: 'No such asset' } },
  })
  async history(@Caller() caller: Caller, @Query(zodQuery(exposureHistoryQuery)) query: z.infer<typeof exposureHistoryQuery>): Promise<readonly Shown[]> {
    return this.database.run([caller.tenantId], async (unit) => {
      const nodes = await resolveStart(unit, caller.tenantId, query.asset);
      const known = await postgresGraph(unit, caller.tenantId, null).assets(nodes);
      const visible = visibilityOf(caller.scopes);
      const hidden = await hiddenAmong(unit, caller.tenantId, visible, nodes);
      if (known.size === 0 || nodes.every((node) => hidden.has(node))) throw problem(404, 'asset_not_found', 'No asset with this URN is known.');
      const periods = await periodsOf(unit, caller.tenantId, nodes.filter((node) => !hidden.has(node)));
      const others = await hiddenAmong(unit, caller.tenantId, visible, [...new Set(periods.map((period) => period.service))]);
      return periods.filter((period) => !others.has(period.service)).map(({ service, exposure, from, to }): Shown => ({ service, exposure, from: new Date(from).toISOString(), to: to === null ? null : new Date(to).toISOString() }));
    });
  }
}

const CODE: ReadonlySet<string> = new Set(['repository', 'commit', 'image-name']);
const MAX_IMAGES = 2000;

/** Of services their periods; of code the parts in which a service ran an image of it; of what gathers services (endpoints, applications) theirs. */
async function periodsOf(unit: Unit, tenant: TenantId, nodes: readonly Urn[]): Promise<ExposurePeriod[]> {
  const services = nodes.filter((node) => kindOf(node) === 'service');
  const built = await imagesBuiltFrom(unit, tenant, nodes.filter((node) => CODE.has(kindOf(node))), MAX_IMAGES);
  const { outer, inner } = await loadRunning(unit, tenant, [...nodes.filter((node) => kindOf(node) === 'image'), ...built]);
  const spans = runningSpans(outer, inner);
  const gathered = await loadServicesOf(unit, tenant, nodes.filter((node) => !CODE.has(kindOf(node)) && !['service', 'image'].includes(kindOf(node))));
  const whole = new Set([...services, ...gathered]);
  const periods = await loadExposurePeriods(unit, tenant, [...new Set([...whole, ...spans.keys()])]);
  return [...periods.filter((period) => whole.has(period.service)), ...whileRunning(periods.filter((period) => !whole.has(period.service)), spans)];
}
