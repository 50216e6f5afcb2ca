import { z } from 'zod';

export const githubIssuesConfig = z.strictObject({
  kind: z.literal('github-issues'),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/).describe('owner/name in which issues are opened.'),
  token: z.string().min(10).max(300).describe('Fine-grained token with Issues: read and write on that repository; write-only.'),
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.github.com').describe('API of a GitHub Enterprise Server, else GitHub.'),
  labels: z.array(z.string().min(1).max(50)).max(10).default(['throughline']).describe('Labels on every issue; the band is added.'),
});
export type GithubIssuesConfig = z.infer<typeof githubIssuesConfig>;
