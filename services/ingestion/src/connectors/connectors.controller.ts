import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { DEFAULT_TENANT, type Clock } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { cancelDue, scheduleDue, type Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodQuery, type CallerIdentity } from '@throughline/service-kit';
import { z } from 'zod';
import { CONNECTOR_SYNC } from '../due/kinds.js';
import { claimConnectorId, deleteConnector, findConnector, listConnectors, saveConnector, type ConnectorRow } from '../persistence/connector.repository.js';
import { KEYRING } from '../tokens.js';
import { CONNECTOR_KINDS, connectorBody, INSTALLATION_KINDS, SECRET_FIELDS, type ConnectorBody } from './schema.js';

const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const shown = z.object({
  id: z.string(), kind: z.string(), version: z.number(), config: z.record(z.string(), z.unknown()), secrets: z.array(z.string()), cursor: z.unknown(),
  lastSuccess: z.string().nullable(), counts: z.record(z.string(), z.number()), errors: z.array(z.unknown()), gaps: z.array(z.unknown()), updatedBy: z.string(), updatedAt: z.string(),
});

@Controller('v1/connectors')
@Roles('admin')
export class ConnectorsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'List connectors', query: listQuery, responses: { 200: { description: 'Connectors; secrets are never shown.', schema: z.object({ items: z.array(shown), next: z.string().nullable() }) } } })
  async list(@Caller() caller: CallerIdentity, @Query(zodQuery(listQuery)) query: z.infer<typeof listQuery>): Promise<object> {
    const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
    const rows = await this.database.run([caller.tenantId], (unit) => listConnectors(unit, caller.tenantId, after, query.limit));
    const { items, next } = page(rows, query.limit, (row) => [row.connector_id]);
    return { items: items.map(present), next };
  }

  @Get(':id')
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'One connector', params: { id: 'Connector id.' }, responses: { 200: { description: 'The connector.', schema: shown } } })
  async one(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<object> {
    return present(await this.#find(caller, id));
  }

  @Put(':id')
  @ApiZod({ summary: 'Create or replace a connector', params: { id: 'Connector id: a slug, unique in the installation.' }, body: connectorBody, responses: { 200: { description: 'Saved.', schema: shown } } })
  async put(@Caller() caller: CallerIdentity, @Param('id') id: string, @Body() given: unknown): Promise<object> {
    if (!ID.test(id)) throw problem(400, 'invalid_id', 'A connector id is a slug: letters, digits, dots, dashes, underscores.');
    const body = parseBody(given);
    if (INSTALLATION_KINDS.has(body.kind) && caller.tenantId !== DEFAULT_TENANT) {
      throw problem(403, 'installation_only', `Feeds speak for every tenant; only an admin of the installation may set ${body.kind}.`);
    }
    const names = SECRET_FIELDS[body.kind];
    const secrets = Object.fromEntries(Object.entries(body).filter(([name, value]) => names.includes(name) && value !== undefined));
    const config = Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name) && name !== 'kind'));
    const sealed = Object.keys(secrets).length === 0 ? null : await this.keyring.seal(caller.tenantId, secretContext(id), JSON.stringify(secrets));
    const now = this.clock.now();
    await this.database.run([caller.tenantId], async (unit) => {
      const definition = { tenantId: caller.tenantId, connectorId: id, kind: body.kind, config, secrets: sealed, actor: caller.actor, now };
      if (!(await claimConnectorId(unit, definition))) throw problem(409, 'connector_id_taken', 'This id stands for another connector; choose another one.');
      await saveConnector(unit, definition);
      if (INSTALLATION_KINDS.has(body.kind)) await scheduleDue(unit, { kind: CONNECTOR_SYNC, key: id, tenantId: caller.tenantId, dueAt: now });
      unit.announce(auditMessage(caller, 'connector.put', `connector:${id}`, { after: { kind: body.kind, ...config } }, now));
    });
    return present(await this.#find(caller, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiZod({ summary: 'Delete a connector', params: { id: 'Connector id.' }, responses: { 204: { description: 'Deleted.' } } })
  async delete(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<void> {
    await this.database.run([caller.tenantId], async (unit) => {
      if (!(await deleteConnector(unit, caller.tenantId, id))) throw notFound();
      await cancelDue(unit, CONNECTOR_SYNC, [id]);
      unit.announce(auditMessage(caller, 'connector.delete', `connector:${id}`, {}, this.clock.now()));
    });
  }

  @Post(':id/sync')
  @HttpCode(202)
  @ApiZod({ summary: 'Load now', params: { id: 'Connector id.' }, responses: { 202: { description: 'It runs as soon as a worker is free.' } } })
  async sync(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<object> {
    const found = await this.#find(caller, id);
    if (!INSTALLATION_KINDS.has(found.kind)) throw problem(409, 'nothing_to_pull', `A ${found.kind} connector takes webhooks; it has nothing to pull yet.`);
    await this.database.run([caller.tenantId], (unit) => scheduleDue(unit, { kind: CONNECTOR_SYNC, key: id, tenantId: caller.tenantId, dueAt: this.clock.now() }));
    return { id, status: 'queued', links: { self: `/v1/connectors/${id}` } };
  }

  async #find(caller: CallerIdentity, id: string): Promise<ConnectorRow> {
    const found = await this.database.run([caller.tenantId], (unit) => findConnector(unit, caller.tenantId, id));
    if (found === undefined) throw notFound();
    return found;
  }
}

/** Ties sealed secrets to their connector. */
export const secretContext = (connectorId: string): string => `connector|${connectorId}`;

const notFound = () => problem(404, 'connector_not_found', 'No connector has this id.');

function parseBody(given: unknown): ConnectorBody {
  const kind = typeof given === 'object' && given !== null && 'kind' in given ? given.kind : undefined;
  if (!CONNECTOR_KINDS.some((known) => known === kind)) {
    throw problem(400, 'unknown_kind', `There is no connector of the kind ${String(kind).slice(0, 40)} in this version; there are ${CONNECTOR_KINDS.join(', ')}.`);
  }
  const parsed = connectorBody.safeParse(given);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
  throw problem(400, 'invalid_body', `${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`, { errors });
}

function present(row: ConnectorRow): object {
  return {
    id: row.connector_id, kind: row.kind, version: Number(row.version), config: row.config,
    secrets: row.secrets === null ? [] : SECRET_FIELDS[row.kind as keyof typeof SECRET_FIELDS], cursor: row.cursor, lastSuccess: row.last_success?.toISOString() ?? null,
    counts: row.counts, errors: row.errors, gaps: row.gaps, updatedBy: row.updated_by, updatedAt: row.updated_at.toISOString(),
    ...(row.kind === 'github' && { webhook: `/v1/webhooks/github/${row.connector_id}` }),
  };
}
