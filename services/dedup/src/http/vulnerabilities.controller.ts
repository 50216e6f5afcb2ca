import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, problem } from '@throughline/service-kit';
import { z } from 'zod';
import { aliasSets } from '../domain/aliases/alias-sets.js';
import { countKnownBy } from '../persistence/alias-cursor.repository.js';
import { edgesAt, edgesReached, loadAliases } from '../persistence/alias.repository.js';

const MAX_EDGES = 500;
const ID = /^[A-Z0-9][A-Z0-9._:+-]{1,79}$/;

export const vulnerabilityAnswer = z.object({
  id: z.string(),
  canonical: z.string().describe('The id that stands for the set.'),
  ids: z.array(z.string()).describe('All ids of the flaw, most authoritative first.'),
  edges: z.array(z.object({
    a: z.string().describe('The advisory whose record says so.'), b: z.string(), source: z.string(), since: z.string(), withdrawnAt: z.string().nullable(),
    unites: z.boolean().describe('False: withdrawn, or refused since it would make two CVEs one.'),
  })),
  findings: z.number().int().describe('Findings that are known by one of the ids.'),
});

@Controller('/v1/vulnerabilities')
export class VulnerabilitiesController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get(':id')
  @ApiZod({
    summary: 'The ids of a flaw, and which feed says that they are one',
    params: { id: 'CVE, GHSA or another id' }, responses: { 200: { description: 'Its alias set with provenance', schema: vulnerabilityAnswer } },
  })
  async one(@Caller() caller: Caller, @Param('id') given: string): Promise<z.infer<typeof vulnerabilityAnswer>> {
    const id = given.toUpperCase();
    if (!ID.test(id)) throw unknown(given.slice(0, 80));
    return this.database.run([caller.tenantId as TenantId], async (unit) => {
      const ids = (await loadAliases(unit, [id])).get(id) ?? [id];
      const refused = new Set(aliasSets(await edgesReached(unit, ids)).refused.map(({ a, b, source }) => `${a}|${b}|${source}`));
      const edges = (await edgesAt(unit, ids, MAX_EDGES)).map(({ withdrawnAt, ...edge }) => ({
        ...edge, withdrawnAt: withdrawnAt === '' ? null : withdrawnAt, unites: withdrawnAt === '' && !refused.has(`${edge.a}|${edge.b}|${edge.source}`),
      }));
      const findings = await countKnownBy(unit, caller.tenantId, ids);
      if (edges.length === 0 && findings === 0) throw unknown(id);
      return { id, canonical: ids[0] ?? id, ids: [...ids], edges, findings };
    });
  }
}

const unknown = (id: string): Error => problem(404, 'vulnerability_unknown', `No feed and no finding names ${id}.`);
