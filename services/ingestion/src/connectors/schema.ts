import { z } from 'zod';
import { entryOf, type ConnectorRegistry } from './registry.js';

const http = z.url({ protocol: /^https?$/ }).max(2000);
const schedule = z.string().regex(/^\d{1,4}[mhd]$/, 'a number and m, h or d, e.g. 12h').optional().describe('How often to read; absent: as the kind does by default.');
const webhookSecret = z.string().min(16, 'at least 16 characters').max(500).optional().describe('Secret of the webhook; write-only.');

/** Feeds speak for the whole installation, so only its operator may point to them. */
const FEEDS = ['epss', 'kev', 'osv'] as const;
export const isFeed = (kind: string): boolean => FEEDS.some((feed) => feed === kind);

const feedBody = (kind: string): z.ZodObject => z.strictObject({
  kind: z.literal(kind),
  url: http.optional().describe('Address of the feed.'),
  file: z.string().min(1).max(1000).optional().describe('Path on the server; only for admins of the installation.'),
  schedule,
}).refine(({ url, file }) => (url === undefined) !== (file === undefined), 'give either url or file');

/** A kind that is only listened to has no configuration of its own. */
const listenerBody = (kind: string): z.ZodObject => z.strictObject({
  kind: z.literal(kind), webhookSecret,
  organizations: z.array(z.string().max(100)).max(100).optional().describe('Only events of these owners are taken; absent: all.'),
});

/** The bodies of `PUT /v1/connectors/{id}`, by kind. */
export function connectorBodies({ pulls, webhooks }: ConnectorRegistry): Readonly<Record<string, z.ZodObject>> {
  const pulled = Object.entries(pulls).map(([kind, { config }]) => [kind, config.safeExtend({ kind: z.literal(kind), schedule })] as const);
  const listened = Object.keys(webhooks).filter((kind) => entryOf(pulls, kind) === undefined).map((kind) => [kind, listenerBody(kind)] as const);
  return Object.fromEntries([...pulled, ...listened, ...FEEDS.map((kind) => [kind, feedBody(kind)] as const)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Fields that are sealed. */
export function secretFieldsOf({ pulls }: ConnectorRegistry, kind: string): readonly string[] {
  if (isFeed(kind)) return [];
  return entryOf(pulls, kind)?.secretFields ?? ['webhookSecret'];
}

/** Fields that say where the connector connects to. */
export const addressFieldsOf = ({ pulls }: ConnectorRegistry, kind: string): readonly string[] => (isFeed(kind) ? ['url'] : entryOf(pulls, kind)?.addressFields ?? []);

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds between two runs: as configured, else as given. */
export function intervalOf(configured: unknown, defaultMs = 86_400_000): number {
  const match = typeof configured === 'string' ? /^(\d{1,4})([mhd])$/.exec(configured) : null;
  return match === null ? defaultMs : Math.max(60_000, Number(match[1]) * (UNIT_MS[match[2] ?? 'd'] ?? 86_400_000));
}
