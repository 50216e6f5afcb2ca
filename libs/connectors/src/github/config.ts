import { z } from 'zod';
import { ALERT_KINDS, type AlertKind } from './scopes.js';

const login = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'a login of an organization or user');

/**
 * `appId` with `privateKey` (a GitHub App) or `token` (a person's or service's own) lets us read; without either only
 * webhooks are taken. Secrets are optional, or a configuration that was read could not be sent back.
 */
export const githubConfig = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).max(500).default('https://api.github.com').describe('Address of the REST API; `https://<host>/api/v3` of a GitHub Enterprise Server.'),
  appId: z.coerce.string().regex(/^\d{1,20}$/, 'the number on the page of the App').optional().describe('Id of the GitHub App.'),
  privateKey: z.string().min(100).max(10_000).optional().describe('Private key of the App, PEM; write-only.'),
  installations: z.array(z.strictObject({ id: z.number().int().positive().describe('Id of the installation.'), organization: login })).max(200).optional()
    .describe('Installations to read; absent: all that the App has.'),
  token: z.string().min(10).max(500).optional().describe('Token to read with instead of an App; write-only.'),
  organizations: z.array(login).max(200).optional().describe('Only these owners are read, and only their events are taken; absent: all.'),
  alerts: z.array(z.enum(ALERT_KINDS)).max(ALERT_KINDS.length).optional().describe('Alerts to read; absent: all. Leave out what pipelines upload by themselves, or it is counted twice.'),
  webhookSecret: z.string().min(16, 'at least 16 characters').max(500).optional().describe('Secret of the webhook; write-only.'),
});
export type GithubConfig = z.infer<typeof githubConfig>;

/** Kinds of alerts that are left out. */
export const unreadAlerts = ({ alerts }: GithubConfig): readonly AlertKind[] => (alerts === undefined ? [] : ALERT_KINDS.filter((kind) => !alerts.includes(kind)));

export const githubSecretFields = ['privateKey', 'token', 'webhookSecret'] as const;

/** Lower-case logins that events may be of; undefined: of anybody. */
export function ownersOf(config: Readonly<Record<string, unknown>> | undefined): ReadonlySet<string> | undefined {
  const parsed = githubConfig.partial().pick({ organizations: true, installations: true }).safeParse({ organizations: config?.['organizations'], installations: config?.['installations'] });
  if (!parsed.success) return undefined;
  const { organizations = [], installations = [] } = parsed.data;
  const logins = [...organizations, ...installations.map(({ organization }) => organization)].map((name) => name.toLowerCase());
  return logins.length === 0 ? undefined : new Set(logins);
}
