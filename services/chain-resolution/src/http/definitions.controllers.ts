import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, page, problem, zodBody, zodQuery } from '@throughline/service-kit';
import type { Page } from '@throughline/service-kit';
import { z } from 'zod';
import type { Json } from '../domain/claims.js';
import type { DefinitionKind } from '../domain/definitions.js';
import { listDefinitions, listVersions, loadDefinition } from '../persistence/definitions.repository.js';
import type { StoredDefinition } from '../persistence/definitions.repository.js';
import { define } from '../resolution/define.js';
import { lockTenant } from '../resolution/observe.js';
import { DEFINITION_BODIES, definitionList, SLUG } from './schemas.js';

type Shown = Record<string, unknown>;

const deletion = z.strictObject({ reason: z.string().max(500).optional() });

const present = (definition: StoredDefinition): Shown => ({
  slug: definition.slug, ...definition.body, version: definition.version, author: definition.author, reason: definition.reason, updatedAt: definition.updatedAt.toISOString(),
});

/** The five kinds of the durable model have one set of routes each, with bodies of their own. */
function definitionsController(kind: DefinitionKind, one: string): Type {
  const body = DEFINITION_BODIES[kind];

  @Controller(`v1/${kind}`)
  class DefinitionsController {
    constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

    @Get()
    @ApiZod({ summary: `List ${kind}`, query: definitionList, responses: { 200: { description: `A page of ${kind}` } } })
    async list(@Caller() caller: Caller, @Query(zodQuery(definitionList)) query: z.infer<typeof definitionList>): Promise<Page<Shown>> {
      const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
      const rows = await this.database.run([caller.tenantId], (unit) => listDefinitions(unit, caller.tenantId, kind, after, query.limit + 1));
      const { items, next } = page(rows, query.limit, (row: StoredDefinition) => [row.slug]);
      return { items: items.map(present), next };
    }

    @Get(':slug')
    @ApiZod({ summary: `Read one of ${kind}`, params: { slug: 'Its slug' }, responses: { 200: { description: one }, 404: { description: 'Not known' } } })
    async get(@Caller() caller: Caller, @Param('slug') slug: string): Promise<Shown> {
      const found = await this.database.run([caller.tenantId], (unit) => loadDefinition(unit, caller.tenantId, kind, slug));
      if (!found || found.deleted) throw notFound(one, slug);
      return present(found);
    }

    @Get(':slug/history')
    @ApiZod({ summary: `Versions of one of ${kind}, newest first`, params: { slug: 'Its slug' }, query: definitionList, responses: { 200: { description: 'Who changed it, when and why' }, 404: { description: 'Never known' } } })
    async history(@Caller() caller: Caller, @Param('slug') slug: string, @Query(zodQuery(definitionList)) query: z.infer<typeof definitionList>): Promise<Page<Shown>> {
      const before = decodeCursor(query.cursor, 1)?.[0] ?? null;
      const rows = await this.database.run([caller.tenantId], (unit) => listVersions(unit, caller.tenantId, kind, slug, before === null ? null : Number(before), query.limit + 1));
      if (rows.length === 0 && before === null) throw notFound(one, slug);
      const { items, next } = page(rows, query.limit, (row: StoredDefinition) => [row.version]);
      return { items: items.map((row) => ({ ...present(row), deleted: row.deleted })), next };
    }

    @Put(':slug')
    @ApiZod({ summary: `Create or replace one of ${kind}`, params: { slug: 'Its slug' }, body, responses: { 200: { description: `The ${one} as stored, with its version` } } })
    async put(@Caller() caller: Caller, @Param('slug') slug: string, @Body(zodBody(body)) value: z.infer<typeof body>): Promise<Shown> {
      if (!SLUG.test(slug)) throw problem(400, 'invalid_slug', 'A slug has lower-case letters, digits, dot, dash and underscore, at most 63.');
      const { reason, ...kept } = value;
      return this.#write(caller, slug, kept, reason ?? '', false);
    }

    @Delete(':slug')
    @HttpCode(204)
    @ApiZod({ summary: `Delete one of ${kind}`, params: { slug: 'Its slug' }, query: deletion, responses: { 204: { description: 'Deleted; its versions are kept' }, 404: { description: 'Not known' } } })
    async remove(@Caller() caller: Caller, @Param('slug') slug: string, @Query(zodQuery(deletion)) query: z.infer<typeof deletion>): Promise<void> {
      await this.#write(caller, slug, {}, query.reason ?? '', true);
    }

    async #write(caller: Caller, slug: string, value: Json, reason: string, deleted: boolean): Promise<Shown> {
      const now = this.clock.now();
      return this.database.run([caller.tenantId], async (unit) => {
        await lockTenant(unit, caller.tenantId);
        const before = await loadDefinition(unit, caller.tenantId, kind, slug);
        if (deleted && (!before || before.deleted)) throw notFound(one, slug);
        const definition: StoredDefinition = { kind, slug, body: value, version: (before?.version ?? 0) + 1, author: caller.actor, reason, updatedAt: now, deleted };
        await define(unit, caller.tenantId, definition);
        const shownBefore = before && !before.deleted ? before.body : undefined;
        unit.announce(auditMessage(caller, `${deleted ? 'delete' : 'put'}.${one}`, slug, { reason, before: shownBefore, after: deleted ? undefined : value }, now));
        return present(definition);
      });
    }
  }
  Object.defineProperty(DefinitionsController, 'name', { value: `${kind.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}Controller` });
  return DefinitionsController;
}

const notFound = (one: string, slug: string): Error => problem(404, `${one}_not_found`, `There is no ${one} "${slug.slice(0, 63)}".`);

export const ApplicationsController = definitionsController('applications', 'application');
export const ServicesController = definitionsController('services', 'service');
export const TeamsController = definitionsController('teams', 'team');
export const EnvironmentsController = definitionsController('environments', 'environment');
export const OwnershipRulesController = definitionsController('ownership-rules', 'ownership-rule');
