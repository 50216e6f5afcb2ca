import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CONFIG, DATABASE, decodeCursor, listQuery, page, problem, Roles, zodQuery, type CallerIdentity } from '@throughline/service-kit';
import { z } from 'zod';
import type { IngestionConfig } from '../config.js';
import { listConnectors } from '../persistence/connector.repository.js';
import { CONNECTOR_REGISTRY } from '../tokens.js';
import { ConnectorsService, type Known } from './connectors.service.js';
import { presentConnector } from './present.js';
import { REGISTRY, type ConnectorRegistry } from './registry.js';
import { connectorBodies } from './schema.js';

const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const bodies = Object.values(connectorBodies(REGISTRY));
const gap = z.object({ scope: z.string(), code: z.string(), reason: z.string(), remedy: z.string() });
const shown = z.object({
  id: z.string(), kind: z.string(), version: z.number(), config: z.record(z.string(), z.unknown()), secrets: z.array(z.string()).describe('Names of the secrets that are set.'),
  cursor: z.object({ state: z.enum(['idle', 'running', 'waiting']), pages: z.number().optional(), since: z.string().optional(), until: z.string().nullable().optional(), failures: z.number().optional() }).nullable(),
  lastSuccess: z.string().nullable(), nextRun: z.string().nullable(), counts: z.record(z.string(), z.number()), errors: z.array(z.object({ at: z.string(), code: z.string(), message: z.string() })),
  gaps: z.array(gap), updatedBy: z.string(), updatedAt: z.string(), webhook: z.string().optional().describe('Where the other system is to send its events.'),
});

@Controller('v1/connectors')
@Roles('admin')
export class ConnectorsController {
  constructor(
    @Inject(ConnectorsService) private readonly connectors: ConnectorsService, @Inject(DATABASE) private readonly database: Database,
    @Inject(CONNECTOR_REGISTRY) private readonly registry: ConnectorRegistry, @Inject(CONFIG) private readonly config: IngestionConfig,
  ) {}

  @Get()
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'List connectors', query: listQuery, responses: { 200: { description: 'Connectors; secrets are never shown.', schema: z.object({ items: z.array(shown), next: z.string().nullable() }) } } })
  async list(@Caller() { tenantId }: CallerIdentity, @Query(zodQuery(listQuery)) query: z.infer<typeof listQuery>): Promise<object> {
    const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
    const known = await this.database.run([tenantId], async (unit) => this.connectors.withProgress(unit, tenantId, await listConnectors(unit, tenantId, after, query.limit)));
    const { items, next } = page(known, query.limit, ({ row }) => [row.connector_id]);
    return { items: items.map((one) => this.#present(one)), next };
  }

  @Get(':id')
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin')
  @ApiZod({ summary: 'One connector', params: { id: 'Connector id.' }, responses: { 200: { description: 'The connector.', schema: shown } } })
  async one(@Caller() { tenantId }: CallerIdentity, @Param('id') id: string): Promise<object> {
    return this.#present(await this.connectors.find(tenantId, id));
  }

  @Put(':id')
  @ApiZod({
    summary: 'Create or replace a connector', params: { id: 'Connector id: a slug, unique in the installation.' }, body: z.union(bodies),
    description: 'Secrets are write-only, and one that is not given stays. A system that can be read is read at once.',
    responses: { 200: { description: 'Saved.', schema: shown } },
  })
  async put(@Caller() caller: CallerIdentity, @Param('id') id: string, @Body() given: unknown): Promise<object> {
    if (!ID.test(id)) throw problem(400, 'invalid_id', 'A connector id is a slug: letters, digits, dots, dashes, underscores.');
    await this.connectors.save(caller, id, given);
    return this.#present(await this.connectors.find(caller.tenantId, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiZod({ summary: 'Delete a connector', params: { id: 'Connector id.' }, responses: { 204: { description: 'Deleted.' } } })
  async delete(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<void> {
    await this.connectors.delete(caller, id);
  }

  @Post(':id/sync')
  @HttpCode(202)
  @ApiZod({ summary: 'Read now', params: { id: 'Connector id.' }, responses: { 202: { description: '`queued`: it runs as soon as a worker is free; `running`: a pull is under way and goes on.' }, 409: { description: 'The connector only takes webhooks.' } } })
  async sync(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<object> {
    return { id, status: await this.connectors.sync(caller, id), links: { self: `/v1/connectors/${id}` } };
  }

  #present({ row, progress }: Known): object {
    return presentConnector(row, progress, this.registry, this.config.PUBLIC_URL ?? '');
  }
}
