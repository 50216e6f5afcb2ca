import { Controller, Get, Inject, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import type { TenantId } from '@throughline/domain';
import type { Database, Unit } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, decodeCursor, encodeCursor, problem, zodQuery } from '@throughline/service-kit';
import type { z } from 'zod';
import { CHANGE_KINDS, countListed, joinsOf, listChanges, scanOfLedger, type ChangeKind, type ListedChange, type ScanOfLedger } from '../persistence/changes.repository.js';
import { introducedOnBranch, introducedOnDefault } from '../persistence/completion.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { presentChange, presentCounts } from './changes.presenter.js';
import { changesAnswer, changesQuery } from './schemas.js';

type ChangesQuery = z.infer<typeof changesQuery>;
const NOWHERE = { rank: 0, id: '00000000-0000-0000-0000-000000000000' };
const INTRODUCED_RANK = CHANGE_KINDS.indexOf('introduced') + 1;

@Controller('/v1/scans')
export class ScansController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get(':id/changes')
  @ApiZod({
    summary: 'What changed in this scan',
    description: 'Without `kind` each finding once, under the kind that says most; with it all of that kind. `counts` are the receipt\'s. `moved` and `joined` are mostly among `changed`, `fixed` are among `absent`; `introduced` compares with the default line as it is now.',
    params: { id: 'Scan' }, query: changesQuery, responses: { 200: { description: 'Findings with their change; counts', schema: changesAnswer } },
  })
  changes(@Caller() caller: Caller, @Param('id', ParseUUIDPipe) id: string, @Query(zodQuery(changesQuery)) query: ChangesQuery): Promise<z.infer<typeof changesAnswer>> {
    return this.database.run([caller.tenantId as TenantId], async (unit) => {
      const scan = await scanOfLedger(unit, id);
      if (scan === undefined) throw problem(404, 'scan_not_applied', 'No scan with this id was applied: it is on its way, was refused, or is the same as an earlier one (see `duplicateOf` of its receipt).');
      const introduced = await introducedBy(unit, scan, query);
      const rows = query.kind === 'introduced' ? introduced.slice(0, query.limit + 1) : await listChanges(unit, id, query.kind, afterOf(query), query.limit + 1);
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      const known = await loadKnown(unit, shown.map((one) => one.findingId));
      const joins = Map.groupBy(await joinsOf(unit, shown.map((one) => one.findingId), id), (join) => join.findingId);
      return {
        scan: id, completed: scan.completed, decidesAbsence: scan.applied, counts: presentCounts(scan.counts, await countListed(unit, id), introduced.length),
        items: shown.map((one) => presentChange(one, known.get(one.findingId), joins.get(one.findingId)?.[0], scan)),
        next: rows.length > query.limit && last ? encodeCursor([last.rank, last.findingId]) : null,
      };
    });
  }
}

/** What the scan shows and the default line does not, in order of id, after the cursor when it is asked for. */
async function introducedBy(unit: Unit, scan: ScanOfLedger, query: ChangesQuery): Promise<readonly ListedChange[]> {
  const ids = scan.defaultLine ? await introducedOnDefault(unit, [scan.scanId]) : await introducedOnBranch(unit, [scan]);
  const after = query.kind === 'introduced' ? afterOf(query).id : NOWHERE.id;
  return (ids.get(scan.scanId) ?? []).filter((id) => id > after).map((findingId) => ({ findingId, kind: 'introduced' as ChangeKind, rank: INTRODUCED_RANK }));
}

function afterOf({ cursor }: ChangesQuery): typeof NOWHERE {
  const values = decodeCursor(cursor, 2);
  if (!values) return NOWHERE;
  const [rank, id] = values;
  if (!Number.isSafeInteger(rank) || !/^[0-9a-f-]{36}$/.test(String(id))) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
  return { rank: Number(rank), id: String(id) };
}
