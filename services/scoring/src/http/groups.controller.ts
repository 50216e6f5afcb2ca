import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { isUuid } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, DATABASE, decodeCursor, page, problem, zodQuery, type Caller as CallerType } from '@throughline/service-kit';
import type { Unit } from '@throughline/stream';
import type { z } from 'zod';
import { upgradeOf, type UpgradeNeed } from '../domain/fix.js';
import { findingById, membersOf, type FindingView } from '../persistence/finding-query.repository.js';
import { groupFacts, listGroups, upgradeNeeds, type GroupColumn, type GroupFacts } from '../persistence/group.repository.js';
import { presentItem } from './finding.presenter.js';
import { groupListQuery } from './finding.schemas.js';

type GroupQuery = z.infer<typeof groupListQuery>;
type Present = (id: string, worst: FindingView, facts: GroupFacts, needs: readonly UpgradeNeed[]) => object;

/** A list and a page of groups of findings: what issues and fixes share. */
async function listOf(database: Database, caller: CallerType, column: GroupColumn, query: GroupQuery, present: Present): Promise<object> {
  const { limit, cursor, sort: _sort, ...filter } = query;
  const values = decodeCursor(cursor, 2);
  if (values && (typeof values[0] !== 'number' || !Number.isInteger(values[0]) || !isUuid(values[1]))) throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave.');
  const after = values ? [Number(values[0]), String(values[1])] as const : null;
  return database.run([caller.tenantId], async (unit) => {
    const { items, next } = page(await listGroups(unit, caller.tenantId, column, filter, after, limit), limit, (row) => [row.score, row.worstFindingId]);
    const ids = items.map((item) => item.id);
    const facts = await groupFacts(unit, caller.tenantId, column, ids);
    const needs = await needsOf(unit, caller.tenantId, column, ids);
    const shown: object[] = [];
    for (const item of items) {
      const worst = await findingById(unit, caller.tenantId, item.worstFindingId);
      const known = facts.get(item.id);
      if (worst && known) shown.push(present(item.id, worst, known, needs.get(item.id) ?? []));
    }
    return { items: shown, next };
  });
}

/** Only fixes upgrade: an issue is one flaw, its fix is the finding's. */
const needsOf = async (unit: Unit, tenant: string, column: GroupColumn, ids: readonly string[]): Promise<ReadonlyMap<string, readonly UpgradeNeed[]>> =>
  (column === 'fix_id' ? upgradeNeeds(unit, tenant, ids) : new Map());

async function oneOf(database: Database, caller: CallerType, column: GroupColumn, id: string, present: Present): Promise<object> {
  const answer = !isUuid(id) ? undefined : await database.run([caller.tenantId], async (unit) => {
    const members = await membersOf(unit, caller.tenantId, column, id, 1000);
    const worst = members.find((member) => member.judgement.status !== 'fixed' && member.judgement.status !== 'retired') ?? members[0];
    const facts = (await groupFacts(unit, caller.tenantId, column, [id])).get(id);
    const needs = (await needsOf(unit, caller.tenantId, column, [id])).get(id) ?? [];
    return worst && facts && { ...present(id, worst, facts, needs), members: members.map(presentItem) };
  });
  if (!answer) throw problem(404, column === 'issue_id' ? 'issue_not_found' : 'fix_not_found', 'Nothing has this id.');
  return answer;
}

/** The risk of an issue is the highest of its members. */
const presentIssue: Present = (id, { finding, judgement }, facts) => ({
  id, title: finding.title, severity: finding.severity.normalized, score: judgement.score, band: judgement.band, identifiers: finding.identifiers, weaknesses: finding.weaknesses,
  worstFinding: finding.findingId, ...facts,
});

/** An upgrade names the version that repairs all its live findings; the worst one alone may need less. */
const presentFix: Present = (id, { finding, judgement, ticket }, facts, needs) => {
  const { kind, title, key, detail } = judgement.fix;
  const upgrade = kind === 'upgrade' && needs.length > 0 ? upgradeOf(needs) : null;
  return {
    id, kind, title, detail: upgrade?.detail ?? detail, key, score: judgement.score, band: judgement.band,
    component: finding.component && { purl: finding.component.purl, name: finding.component.name, fixedVersions: finding.component.fixedVersions },
    upgrade: upgrade && { installed: upgrade.installed, target: upgrade.target, withoutFix: upgrade.withoutFix }, worstFinding: finding.findingId, ticket, ...facts,
  };
};

@Controller('v1/issues')
export class IssuesController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({ summary: 'Issues: one flaw along the chain, worst first', description: 'Of live findings; the risk of an issue is the highest of its members that match the filter.', query: groupListQuery, responses: { 200: { description: '{items, next}' } } })
  list(@Caller() caller: CallerType, @Query(zodQuery(groupListQuery)) query: GroupQuery): Promise<object> {
    return listOf(this.database, caller, 'issue_id', query, presentIssue);
  }

  @Get(':id')
  @ApiZod({ summary: 'One issue with its findings', params: { id: 'Issue id.' }, responses: { 200: { description: 'The issue; `findings` ids of live ones, `members` the findings.' } } })
  one(@Caller() caller: CallerType, @Param('id') id: string): Promise<object> {
    return oneOf(this.database, caller, 'issue_id', id, presentIssue);
  }
}

@Controller('v1/fixes')
export class FixesController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({ summary: 'Fixes: one change and what it closes, worst first', query: groupListQuery, responses: { 200: { description: '{items, next}' } } })
  list(@Caller() caller: CallerType, @Query(zodQuery(groupListQuery)) query: GroupQuery): Promise<object> {
    return listOf(this.database, caller, 'fix_id', query, presentFix);
  }

  @Get(':id')
  @ApiZod({ summary: 'One fix with what it closes and its ticket', params: { id: 'Fix id.' }, responses: { 200: { description: 'The fix; `findings` ids of live ones, `members` the findings.' } } })
  one(@Caller() caller: CallerType, @Param('id') id: string): Promise<object> {
    return oneOf(this.database, caller, 'fix_id', id, presentFix);
  }
}
