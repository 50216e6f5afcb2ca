import { Controller, Get, HttpCode, Inject, Param, Query, Redirect } from '@nestjs/common';
import { isUuid } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, decodeCursor, page, problem, zodQuery, type Caller as CallerType } from '@throughline/service-kit';
import type { z } from 'zod';
import { findingById, listFindings, type FindingView, type SortName } from '../persistence/finding-query.repository.js';
import { historyOf, type HistoryCursor } from '../persistence/history-query.repository.js';
import { decidersOf } from '../application/deciders.js';
import { presentDetail, presentExplanation, presentItem } from './finding.presenter.js';
import { findingListQuery, historyQuery } from './finding.schemas.js';
import { presentCreation, presentHistory } from './history.presenter.js';

type ListQuery = z.infer<typeof findingListQuery>;
const ID = { id: 'Finding id.' };

@Controller('v1/findings')
export class FindingsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({ summary: 'Findings, worst first', description: 'Keyset pages over the risk table; filters combine with and.', query: findingListQuery, responses: { 200: { description: '{items, next}' } } })
  async list(@Caller() caller: CallerType, @Query(zodQuery(findingListQuery)) query: ListQuery): Promise<object> {
    const { limit, cursor, sort, ...filter } = query;
    const name = sort.replace(/^-/, '') as SortName;
    const values = decodeCursor(cursor, 3);
    if (values && values[0] !== sort) throw problem(400, 'invalid_cursor', 'The cursor belongs to another order; start again without it.');
    const after = values ? [String(values[1]), uuidOf(values[2])] as const : null;
    const request = { filter, sort: name, descending: sort.startsWith('-'), after, limit };
    const rows = await this.database.run([caller.tenantId], (unit) => listFindings(unit, caller.tenantId, request)).catch(asBadCursor);
    const { items, next } = page(rows, limit, (row) => [sort, row.sortKey, row.findingId]);
    return { items: items.map(presentItem), next };
  }

  @Get(':id')
  @ApiZod({ summary: 'One finding, whole', params: ID, responses: { 200: { description: 'The finding with description, code flow, fix, owner and clock.' } } })
  async one(@Caller() caller: CallerType, @Param('id') id: string): Promise<object> {
    return presentDetail(await this.#view(caller, id));
  }

  @Get(':id/explanation')
  @ApiZod({ summary: 'Why the score is what it is', description: 'Factors whose contributions sum to the score, the SSVC decision beside it, and counterfactuals.', params: ID, responses: { 200: { description: '{score, band, formulaVersion, factors, ssvc, counterfactuals}' } } })
  async explanation(@Caller() caller: CallerType, @Param('id') id: string): Promise<object> {
    return presentExplanation(await this.#view(caller, id));
  }

  @Get(':id/history')
  @ApiZod({
    summary: 'Who changed what, when and why; newest first', description: 'Evidence, identity (merges and splits), score, decisions and tickets. `scan` is the receipt that caused it, `finding` the one it was merged into or split from.',
    params: ID, query: historyQuery, responses: { 200: { description: '{items: [{at, who, what, why, cause, scan, finding, ticket, changes}], next}' } },
  })
  async history(@Caller() caller: CallerType, @Param('id') id: string, @Query(zodQuery(historyQuery)) query: z.infer<typeof historyQuery>): Promise<object> {
    const view = await this.#view(caller, id);
    const after = cursorOf(query.cursor);
    return this.database.run([caller.tenantId], async (unit) => {
      const rows = await historyOf(unit, caller.tenantId, { id, fixId: view.fixId, since: view.firstJudgedAt }, after, query.limit + 1);
      const { items, next } = page(rows, query.limit, (row) => [row.at, row.source, row.version, row.findingVersion]);
      const deciders = await decidersOf(unit, view, items);
      return { items: [...items.map((row) => presentHistory(row, deciders.get(row))), ...(next === null ? [presentCreation(view)] : [])], next };
    });
  }

  @Get(':id/trace')
  @HttpCode(307)
  @Redirect()
  @ApiZod({ summary: 'Its trace', description: 'Redirects to /v1/trace from the version that was judged; services do not join over services.', params: ID, responses: { 307: { description: 'Location: /v1/trace?from=…&direction=forward' } } })
  async trace(@Caller() caller: CallerType, @Param('id') id: string): Promise<{ url: string; statusCode: number }> {
    const { finding } = await this.#view(caller, id);
    return { url: `/v1/trace?from=${encodeURIComponent(finding.versionUrn || finding.asset)}&direction=forward`, statusCode: 307 };
  }

  /** 404 for another tenant's finding as for none: the query and row-level security both say so. */
  async #view(caller: CallerType, id: string): Promise<FindingView> {
    const view = isUuid(id) ? await this.database.run([caller.tenantId], (unit) => findingById(unit, caller.tenantId, id)) : undefined;
    if (view === undefined) throw problem(404, 'finding_not_found', 'No finding has this id.');
    return view;
  }
}

function uuidOf(value: unknown): string {
  if (!isUuid(value)) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
  return value;
}

function cursorOf(cursor: string | undefined): HistoryCursor | null {
  const values = decodeCursor(cursor, 4);
  if (!values) return null;
  const [at, source, version, findingVersion] = values;
  if (!Number.isFinite(Date.parse(String(at))) || !Number.isSafeInteger(version) || !Number.isSafeInteger(findingVersion)) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
  return [String(at), String(source), Number(version), Number(findingVersion)];
}

/** A forged cursor whose value is not of the column's type fails in the cast (class 22): the client's mistake, not ours. */
function asBadCursor(error: unknown): never {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('22')) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
  throw error;
}
