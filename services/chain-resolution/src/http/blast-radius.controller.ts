import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { Urn } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, problem, zodQuery } from '@throughline/service-kit';
import type { z } from 'zod';
import { blastRadius } from '../domain/blast-radius.js';
import { visibilityOf } from '../domain/restrict.js';
import { nameOf } from '../domain/structure.js';
import { imagesBasedOn, imagesBuiltFrom, statesAround } from '../persistence/blast-radius.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { blastRadiusQuery } from './schemas.js';
import { resolveStart } from './start.js';
import { hiddenAmong } from './visibility.js';

/** What a flaw in some assets reaches. */
@Controller('v1/trace/blast-radius')
export class BlastRadiusController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({
    summary: 'Blast radius of commits, images, repositories, builds or base images',
    description: 'The images built from them or on them, the services that run those now, their environments, endpoints, applications and teams. Only links that may be claimed count; `partial` says that a cap cut the answer, `counts.restricted` how many services of other teams are left out.',
    query: blastRadiusQuery, responses: { 200: { description: 'Counts and lists' }, 404: { description: 'None of the assets is known' } },
  })
  async get(@Caller() caller: Caller, @Query(zodQuery(blastRadiusQuery)) query: z.infer<typeof blastRadiusQuery>): Promise<Record<string, unknown>> {
    return this.database.run([caller.tenantId], async (unit) => {
      const tenant = caller.tenantId;
      const graph = postgresGraph(unit, tenant, null);
      const named: Urn[] = [];
      for (const text of query.from) named.push(...await resolveStart(unit, tenant, text));
      const visible = visibilityOf(caller.scopes);
      const hidden = await hiddenAmong(unit, tenant, visible, named);
      const known = [...(await graph.assets(named)).keys()].filter((node) => !hidden.has(node));
      if (known.length === 0) throw problem(404, 'asset_not_found', 'No asset with these URNs is known.');
      const found = await blastRadius(graph, known, visible, {
        imagesBuiltFrom: (nodes, limit) => imagesBuiltFrom(unit, tenant, nodes, limit),
        imagesBasedOn: (images, limit) => imagesBasedOn(unit, tenant, images, limit),
        statesAround: (nodes, limit) => statesAround(unit, tenant, nodes, limit),
      });
      const { images, imageCount, services, environments, endpoints, applications, teams, repositories, byExposure, restricted, partial } = found;
      const others = await hiddenAmong(unit, tenant, visible, images.map((item) => item.image));
      const facts = await graph.assets(services.map((service) => service.service));
      return {
        from: known, partial,
        counts: {
          images: imageCount, runningImages: images.filter((image) => image.running).length, services: services.length, environments: environments.length,
          endpoints: endpoints.length, applications: applications.length, teams: teams.length, repositories: repositories.length, byExposure, restricted,
        },
        images: images.filter((item) => !others.has(item.image)), services: services.map((item) => ({ ...item, name: nameOf(item.service, facts.get(item.service)?.attributes ?? {}) })),
        environments, endpoints, applications, teams, repositories,
      };
    });
  }
}
