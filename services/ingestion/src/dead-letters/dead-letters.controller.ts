import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { TOPIC_CATALOGUE } from '@throughline/contracts';
import { isUuid, type Clock } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import type { Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodQuery, type CallerIdentity } from '@throughline/service-kit';
import { HEADERS } from '@throughline/stream';
import { z } from 'zod';
import { letterContext } from '../consumers/dead-letter.handler.js';
import { findDeadLetter, listDeadLetters, noteReplay, type DeadLetterRow } from '../persistence/dead-letter.repository.js';
import { KEYRING } from '../tokens.js';

const listing = listQuery.extend({ service: z.string().max(60).optional().describe('Service that gave up.'), code: z.string().max(100).optional().describe('Error code.') });
const shown = z.object({
  id: z.string(), service: z.string(), topic: z.string(), partition: z.number().nullable(), offset: z.string().nullable(), key: z.string(), code: z.string(),
  reason: z.string(), step: z.string(), replayable: z.boolean(), failedAt: z.string(), replays: z.number(), replayedAt: z.string().nullable(), replayedBy: z.string().nullable(),
});

@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'List records that could not be applied, newest first', query: listing, responses: { 200: { description: 'Dead letters; their bytes are not shown.', schema: z.object({ items: z.array(shown), next: z.string().nullable() }) } } })
  async list(@Caller() { tenantId }: CallerIdentity, @Query(zodQuery(listing)) query: z.infer<typeof listing>): Promise<object> {
    const [failedAt, id] = decodeCursor(query.cursor, 2) ?? [];
    if (query.cursor !== undefined && (Number.isNaN(Date.parse(String(failedAt))) || !isUuid(id))) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
    const before = query.cursor === undefined ? undefined : { failedAt: String(failedAt), id: String(id) };
    const rows = await this.database.run([tenantId], (unit) => listDeadLetters(unit, tenantId, { service: query.service, code: query.code, before, limit: query.limit }));
    const { items, next } = page(rows, query.limit, (row) => [row.failed_at.toISOString(), row.dead_letter_id]);
    return { items: items.map(present), next };
  }

  @Post(':id/replay')
  @HttpCode(202)
  @Roles('triager', 'admin')
  @ApiZod({ summary: 'Send the original record to its topic again', params: { id: 'Dead letter id.' }, responses: { 202: { description: 'It will be read again; a record that is older than what is stored has no effect.' } } })
  async replay(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<object> {
    const now = this.clock.now();
    await this.database.run([caller.tenantId], async (unit) => {
      const letter = isUuid(id) ? await findDeadLetter(unit, caller.tenantId, id) : undefined;
      if (letter === undefined) throw problem(404, 'dead_letter_not_found', 'No dead letter has this id.');
      if (letter.payload === null || !isReplayable(letter)) throw problem(409, 'not_replayable', 'The original bytes of this record are not kept, or its topic is not one of ours.');
      const value = await this.keyring.open(caller.tenantId, letterContext(id), letter.payload);
      unit.forward({ topic: letter.source_topic, key: letter.record_key, value, headers: { ...letter.headers, [HEADERS.redriven]: now.toISOString() } });
      await noteReplay(unit, caller.tenantId, id, caller.actor, now);
      unit.announce(auditMessage(caller, 'dead-letter.replay', `dead-letter:${id}`, { after: { topic: letter.source_topic } }, now));
    });
    return { id, status: 'queued' };
  }
}

const isReplayable = (row: DeadLetterRow): boolean => row.payload !== null && Object.hasOwn(TOPIC_CATALOGUE, row.source_topic);

function present(row: DeadLetterRow): object {
  return {
    id: row.dead_letter_id, service: row.service, topic: row.source_topic, partition: row.source_partition, offset: row.source_offset, key: row.record_key?.toString('utf8') ?? '',
    code: row.code, reason: row.reason, step: row.step, replayable: isReplayable(row), failedAt: row.failed_at.toISOString(), replays: row.replays,
    replayedAt: row.replayed_at?.toISOString() ?? null, replayedBy: row.replayed_by,
  };
}
