import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiZod, Caller, DATABASE, decodeCursor, listQuery, page, Roles, zodQuery, type Caller as CallerType, type Page } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import type { z } from 'zod';
import { listAudit, type AuditRow } from '../persistence/audit.repository.js';

/** The append-only, hash-chained log of the caller's tenant, newest first. */
@Controller('v1/audit')
@Roles('admin', 'approver')
export class AuditController {
  constructor(@Inject(DATABASE) private readonly store: StateStore) {}

  @Get()
  @ApiZod({ summary: 'Who did what, when and why', description: 'Each entry carries the hash of the one before; recomputing the chain shows any change.', query: listQuery, responses: { 200: { description: 'A page of entries' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(listQuery)) query: z.infer<typeof listQuery>): Promise<Page<object>> {
    const before = decodeCursor(query.cursor, 1)?.[0];
    const rows = await this.store.run([caller.tenantId], (unit) => listAudit(unit, query.limit + 1, typeof before === 'number' ? before : undefined));
    const { items, next } = page(rows, query.limit, (row) => [Number(row.sequence)]);
    return { items: items.map(present), next };
  }
}

function present(row: AuditRow): object {
  return { sequence: Number(row.sequence), id: row.audit_id, actor: row.actor, action: row.action, object: row.object, reason: row.reason, before: row.before, after: row.after, recordedAt: row.recorded_at, previousHash: row.previous_hash, hash: row.hash };
}
