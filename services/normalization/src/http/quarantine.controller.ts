import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { TenantId } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, decodeCursor, page, zodQuery } from '@throughline/service-kit';
import { z } from 'zod';
import { listQuarantine } from '../persistence/quarantine.repository.js';
import { presentQuarantined } from './presenter.js';
import { quarantineAnswer, quarantineQuery } from './schemas.js';

const cursor = z.tuple([z.iso.datetime(), z.uuid()]);

@Controller('/v1/quarantine')
export class QuarantineController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({ summary: 'Results that could not be read: place, reason and a redacted excerpt, newest first', query: quarantineQuery, responses: { 200: { description: 'A page', schema: quarantineAnswer } } })
  async list(@Caller() caller: Caller, @Query(zodQuery(quarantineQuery)) query: z.infer<typeof quarantineQuery>): Promise<z.infer<typeof quarantineAnswer>> {
    const after = cursor.safeParse(decodeCursor(query.cursor, 2)).data;
    const rows = await this.database.run([caller.tenantId as TenantId], (unit) => listQuarantine(unit, caller.tenantId, { ...query, after }));
    const { items, next } = page(rows, query.limit, (row) => [row.createdAt, row.id]);
    return { items: items.map(presentQuarantined), next };
  }
}
