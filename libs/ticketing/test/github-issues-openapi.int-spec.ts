import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGithubOpenApi, type Peer } from '@throughline/testing';
import { markerOf, type Destination, type SafeHttp, type Ticket } from '../src/api/index.js';
import { githubIssuesConfig } from '../src/github-issues/config.js';
import { createGithubIssuesDestination } from '../src/github-issues/destination.js';

const ROUTES = ['/repos/{owner}/{repo}/issues', '/repos/{owner}/{repo}/issues/{issue_number}', '/repos/{owner}/{repo}/issues/{issue_number}/comments'] as const;
const ticket: Ticket = {
  id: 't-1', version: 1, marker: markerOf('t-1'), title: 'Upgrade log4j-core', fix: { kind: 'upgrade', title: 'Upgrade log4j-core', detail: 'x' }, team: 'payments', ownerSource: 'CODEOWNERS', application: 'shop', service: 'pay',
  repository: 'github.com/acme/pay', band: 'act', score: 97, dueAt: '2026-03-01T00:00:00Z', exposure: 'internet', findings: [], link: 'https://throughline.test/fixes/1', proof: 'scan s-9',
};

let github: Peer | undefined;
const statuses: number[] = [];

beforeAll(async () => { github = await startGithubOpenApi(ROUTES); }, 600_000);
afterAll(() => github?.stop());

function destination(over: object = {}): Destination {
  // GitHub's own media type is not among those that its description names.
  const asking = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(String(input), { ...init, headers: { ...init.headers as Record<string, string>, accept: 'application/json' } });
    statuses.push(response.status);
    return response;
  };
  const config = githubIssuesConfig.parse({ kind: 'github-issues', repository: 'octocat/hello', token: 'ghp_0123456789', baseUrl: github?.url, ...over });
  return createGithubIssuesDestination(config, { http: { fetch: asking } as unknown as SafeHttp, now: () => new Date() });
}

describe("requests under GitHub's own OpenAPI description", () => {
  it('look for, open, bring up to date, close and open again; its example of an issue is read', async () => {
    if (github === undefined) return;
    const tracker = destination();
    expect(await tracker.find(ticket)).toBeUndefined();
    expect(await tracker.create(ticket)).toEqual({ key: '1347', url: 'https://github.com/octocat/Hello-World/issues/1347', status: 'open' });
    for (const done of [await tracker.update('1347', ticket), await tracker.close('1347', ticket), await tracker.reopen('1347', ticket)]) expect(done.key).toBe('1347');
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
    expect(statuses).toHaveLength(6);
  });
  it('would be refused if they were wrong', async () => {
    if (github === undefined) return;
    await expect(destination().update('no-number', ticket)).rejects.toMatchObject({ kind: 'rejected' });
  });
});
