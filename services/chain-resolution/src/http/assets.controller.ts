import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { parseUrn } from '@throughline/domain';
import type { Clock } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CLOCK, DATABASE, decodeCursor, page, problem, zodQuery } from '@throughline/service-kit';
import type { Page } from '@throughline/service-kit';
import type { z } from 'zod';
import type { Asset } from '../domain/assets.js';
import { visibilityOf } from '../domain/restrict.js';
import { listAssets } from '../persistence/asset-lists.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { loadContexts } from '../persistence/judgement.repository.js';
import { presentAsset } from './present.js';
import { assetQuery } from './schemas.js';
import { hiddenAmong } from './visibility.js';

type Shown = Record<string, unknown>;

/** Nodes of the chain. */
@Controller('v1/assets')
export class AssetsController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'Assets', query: assetQuery, responses: { 200: { description: 'A page of assets' } } })
  async list(@Caller() caller: Caller, @Query(zodQuery(assetQuery)) query: z.infer<typeof assetQuery>): Promise<Page<Shown>> {
    const after = String(decodeCursor(query.cursor, 1)?.[0] ?? '');
    return this.database.run([caller.tenantId], async (unit) => {
      const { items, next } = page(await listAssets(unit, caller.tenantId, query, after, query.limit + 1), query.limit, (asset: Asset) => [asset.urn]);
      const hidden = await hiddenAmong(unit, caller.tenantId, visibilityOf(caller.scopes), items.map((asset) => asset.urn));
      return { items: items.filter((asset) => !hidden.has(asset.urn)).map((asset) => this.#present(asset)), next };
    });
  }

  /** A URN has slashes: they may come encoded or as they are. */
  @Get('*')
  @ApiZod({ summary: 'An asset with its context', params: { '*': 'URN or ARN; slashes may be encoded' }, responses: { 200: { description: 'The asset' }, 404: { description: 'No such asset' } } })
  async get(@Caller() caller: Caller, @Param() params: Record<string, string | string[]>): Promise<Shown> {
    const given = params['*'] ?? '';
    const node = parseUrn(decoded(Array.isArray(given) ? given.join('/') : given));
    if (!node) throw problem(400, 'invalid_urn', 'This is neither a URN nor an ARN.');
    return this.database.run([caller.tenantId], async (unit) => {
      const asset = (await postgresGraph(unit, caller.tenantId, null).assets([node])).get(node);
      const hidden = await hiddenAmong(unit, caller.tenantId, visibilityOf(caller.scopes), [node]);
      if (!asset || hidden.has(node)) throw problem(404, 'asset_not_found', 'No asset with this URN is known.');
      const context = (await loadContexts(unit, caller.tenantId, [node])).get(node);
      return { ...this.#present(asset), context: context ? { version: context.version, ...context.body } : null };
    });
  }

  #present(asset: Asset): Shown {
    const { attributes, ...rest } = presentAsset(asset.urn, asset, this.clock.now());
    return { ...rest, attributes, resolved: asset.resolved, firstSeen: new Date(asset.firstSeen).toISOString(), lastSeen: new Date(asset.lastSeen).toISOString(), retiredAt: asset.retiredAt === null ? null : new Date(asset.retiredAt).toISOString() };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
