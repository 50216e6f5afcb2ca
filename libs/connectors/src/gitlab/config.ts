import { z } from 'zod';

const path = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, 'a full path, e.g. group/subgroup').max(255);

/** Configuration of the connector, without `kind` and `schedule`, which ingestion adds. `token` lets us read; without it only webhooks are taken. */
export const gitlabConfig = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).max(500).default('https://gitlab.com').describe('Address of the GitLab instance.'),
  token: z.string().min(10).max(500).optional().describe('Access token of a group, project or person with the scope read_api; write-only.'),
  groups: z.array(path).max(200).optional().describe('Only projects in these groups and their subgroups are read, and only their events are taken; absent: all that the token may see.'),
  lookbackDays: z.number().int().min(1).max(365).default(30).describe('How far back the first pull reads pipelines and deployments.'),
  maxTags: z.number().int().min(1).max(1000).default(100).describe('Tags that are read of one repository of the container registry; each costs a request.'),
  webhookSecret: z.string().min(16, 'at least 16 characters').max(500).optional().describe('Secret token of the webhook; write-only.'),
});
export type GitlabConfig = z.infer<typeof gitlabConfig>;
