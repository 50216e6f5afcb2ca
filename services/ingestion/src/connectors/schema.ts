import { z } from 'zod';

const http = z.url({ protocol: /^https?$/ }).max(2000);

/** Kinds that exist, with their configuration. Secret fields are write-only: they are sealed and never given out. */
export const githubConfig = z.strictObject({
  kind: z.literal('github'),
  webhookSecret: z.string().min(16, 'at least 16 characters').max(500).optional().describe('Secret of the webhook; write-only.'),
  organizations: z.array(z.string().max(100)).max(100).optional().describe('Only events of these owners are taken; absent: all.'),
});
const feedFields = {
  url: http.optional().describe('Address of the feed.'),
  file: z.string().min(1).max(1000).optional().describe('Path on the server; only for admins of the installation.'),
  schedule: z.string().regex(/^\d{1,4}[mhd]$/, 'a number and m, h or d, e.g. 12h').optional().describe('How often to load; absent: once a day.'),
};
const oneSource = (value: { url?: string | undefined; file?: string | undefined }): boolean => (value.url === undefined) !== (value.file === undefined);
export const epssConfig = z.strictObject({ kind: z.literal('epss'), ...feedFields }).refine(oneSource, 'give either url or file');
export const kevConfig = z.strictObject({ kind: z.literal('kev'), ...feedFields }).refine(oneSource, 'give either url or file');

export const CONNECTOR_KINDS = ['github', 'epss', 'kev'] as const;
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

export const connectorBody = z.discriminatedUnion('kind', [githubConfig, epssConfig, kevConfig]);
export type ConnectorBody = z.infer<typeof connectorBody>;

/** Fields that are sealed. */
export const SECRET_FIELDS: Readonly<Record<ConnectorKind, readonly string[]>> = { github: ['webhookSecret'], epss: [], kev: [] };

/** Feeds speak for the whole installation, so only its operator may point to them. */
export const INSTALLATION_KINDS: ReadonlySet<string> = new Set(['epss', 'kev']);

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds between two loads. */
export function intervalOf(schedule: unknown): number {
  const match = /^(\d{1,4})([mhd])$/.exec(typeof schedule === 'string' ? schedule : '1d');
  return Math.max(60_000, Number(match?.[1] ?? 1) * (UNIT_MS[match?.[2] ?? 'd'] ?? 86_400_000));
}
