import { assetFact, type Cursor, type Fact, type PullContext, type PullDefinition, type PullPage, type WebhookConnector } from '@throughline/connectors';
import { urn } from '@throughline/domain';
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ConnectorRegistry } from '../src/connectors/registry.js';

/** What the scripted system answers; the cursor says which page. Replaced by each test. */
export type Script = (page: number, context: PullContext, config: Config) => PullPage | Promise<PullPage>;

const config = z.strictObject({
  account: z.string().default('acme'), token: z.string().optional(), webhookSecret: z.string().min(16).optional(), endpoint: z.url().optional(), organizations: z.array(z.string()).optional(),
}).refine(({ account, token }) => account !== 'needs-token' || token !== undefined, 'token is needed');
export type Config = z.infer<typeof config>;

export const pageOf = (cursor: Cursor): number => (typeof cursor?.['page'] === 'number' ? cursor['page'] : 0);

/** A page of a script: numbered, going on until `last`. */
export const page = (at: number, last: boolean, over: Partial<PullPage> = {}): PullPage =>
  ({ source: 'script:acme', facts: [], cursor: last ? null : { page: at + 1 }, more: !last, gaps: [], ...over });

export const teams = (from: number, count: number, over: Readonly<Record<string, unknown>> = {}): Fact[] => Array.from({ length: count }, (_, i) => assetFact(`team|${from + i}`, {
  urn: urn(`team:t${from + i}`), kind: 'team', attributes: over, observedAt: new Date().toISOString(),
}));

/** A system without a network: pages come from a script, events are signed like GitHub's with a time in the signature. */
export class ScriptedSystem {
  script: Script = (at) => page(at, true);
  readonly asked: { readonly page: number; readonly focus: string | undefined; readonly config: Config }[] = [];

  readonly definition: PullDefinition = {
    connector: {
      kind: 'script', everySeconds: 3600,
      pull: async (given, cursor, context) => {
        this.asked.push({ page: pageOf(cursor), focus: context.focus, config: given as Config });
        return this.script(pageOf(cursor), context, given as Config);
      },
    },
    config, secretFields: ['token', 'webhookSecret'], addressFields: ['endpoint'], defaultEverySeconds: 3600,
  };

  readonly webhook: WebhookConnector = {
    kind: 'script',
    verify: ({ headers, body, receivedAt }, secret) => {
      const at = Number(headers['x-at'] ?? 0);
      return headers['x-signature'] === sign(body.toString(), at, secret) && Math.abs((receivedAt?.getTime() ?? 0) - at) <= 300_000;
    },
    identify: ({ headers }) => ({ delivery: headers['x-delivery'] ?? '', name: 'event' }),
    map: ({ payload, config: known }) => {
      const { owner, refresh, scan } = payload as { owner?: string; refresh?: string[]; scan?: string };
      const owners = known?.['organizations'] as string[] | undefined;
      if (owner !== undefined && owners !== undefined && !owners.includes(owner)) return { facts: [], defaultBranches: [], ignored: `${owner} is none of this connector's organizations` };
      return { facts: [], defaultBranches: [], ignored: '', ...(refresh && { refresh }), ...(scan !== undefined && { scans: [{ key: 'alerts', format: 'sarif', fileName: 'alerts.json', body: scan, target: { repository: 'github.com/acme/pay' } }] }) };
    },
  };

  get registry(): ConnectorRegistry {
    return { pulls: { script: this.definition }, webhooks: { script: this.webhook } };
  }
}

export const sign = (body: string, at: number, secret: string): string => createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
