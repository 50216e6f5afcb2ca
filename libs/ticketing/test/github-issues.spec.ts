import { describe, expect, it } from '@jest/globals';
import { markerOf, type SafeHttp, type Ticket } from '../src/api/index.js';
import { githubIssuesConfig } from '../src/github-issues/config.js';
import { createGithubIssuesDestination } from '../src/github-issues/destination.js';

const now = new Date('2026-03-01T12:00:00Z');
const ticket = (change: Partial<Ticket> = {}): Ticket => ({
  id: 't-1', version: 1, marker: markerOf('t-1'), title: 'Upgrade log4j-core', fix: { kind: 'upgrade', title: 'Upgrade log4j-core', detail: '' }, team: 'payments', ownerSource: 'CODEOWNERS', application: 'shop', service: 'pay',
  repository: 'github.com/acme/pay', band: 'act', score: 97, dueAt: '', exposure: 'internet', findings: [], link: 'https://throughline.test/fixes/1', proof: '', ...change,
});

interface Issue { number: number; title: string; body: string; state: string; labels: string[]; comments: string[] }
type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> };

/** Issues of one repository, as far as the destination asks for them; what is in `next` is answered first. */
function tracker() {
  const issues: Issue[] = [];
  const next: (Answer | 'silence')[] = [];
  const asked: string[] = [];
  const shown = (issue: Issue) => ({ number: issue.number, html_url: `https://github.com/acme/pay/issues/${issue.number}`, state: issue.state, body: issue.body, title: issue.title });
  const answer = (method: string, url: URL, body: Partial<Issue>): Answer => {
    const number = Number(/issues\/(\d+)/.exec(url.pathname)?.[1] ?? 0);
    const issue = issues.find((one) => one.number === number);
    if (number === 0 && method === 'POST') {
      const made = { number: issues.length + 1, title: body.title ?? '', body: body.body ?? '', state: 'open', labels: body.labels ?? [], comments: [] };
      issues.push(made);
      return { status: 201, body: shown(made) };
    }
    if (number === 0) {
      const page = Number(url.searchParams.get('page'));
      return { status: 200, body: issues.toReversed().slice((page - 1) * 100, page * 100).map(shown) };
    }
    if (issue === undefined) return { status: 410, body: { message: 'This issue was deleted' } };
    if (method === 'POST') issue.comments.push(body.body ?? '');
    else Object.assign(issue, body);
    return { status: 200, body: shown(issue) };
  };
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    asked.push(`${init.method ?? 'GET'} ${url.pathname}`);
    const planned = next.shift();
    const given = typeof planned === 'object' ? planned : answer(init.method ?? 'GET', url, JSON.parse(typeof init.body === 'string' ? init.body : '{}') as Partial<Issue>);
    // Done, and the answer is lost on its way.
    if (planned === 'silence') throw new TypeError('terminated');
    return new Response(JSON.stringify(given.body), { status: given.status, headers: { 'content-type': 'application/json', ...given.headers } });
  };
  const config = githubIssuesConfig.parse({ kind: 'github-issues', repository: 'acme/pay', token: 'ghp_0123456789' });
  return { issues, next, asked, destination: createGithubIssuesDestination(config, { http: { fetch } as unknown as SafeHttp, now: () => now }) };
}

describe('an issue on GitHub', () => {
  it('is opened with title, labels and marker, brought up to date, closed with its proof and opened again', async () => {
    const { destination, issues } = tracker();
    expect(await destination.create(ticket())).toEqual({ key: '1', url: 'https://github.com/acme/pay/issues/1', status: 'open' });
    expect(issues[0]).toMatchObject({ labels: ['throughline', 'risk: act'], body: expect.stringContaining('<!-- throughline:t-1 -->') });
    await destination.update('1', ticket({ title: 'Upgrade log4j-core to 2.17.1', band: 'track' }));
    expect(issues[0]).toMatchObject({ title: expect.stringContaining('2.17.1'), labels: ['throughline', 'risk: track'] });
    expect(await destination.close('1', ticket({ proof: 'scan s-9' }))).toMatchObject({ status: 'closed' });
    expect(issues[0]?.comments).toEqual(['Verified: scan s-9']);
    expect(await destination.reopen('1', ticket())).toMatchObject({ status: 'open' });
  });

  it('35, 39: one whose answer was lost is found by its marker, not made twice', async () => {
    const { destination, issues, next } = tracker();
    next.push('silence');
    await expect(destination.create(ticket())).rejects.toMatchObject({ kind: 'retry' });
    expect(await destination.find(ticket())).toMatchObject({ key: '1' });
    expect(await destination.find(ticket({ marker: markerOf('t-10') }))).toBeUndefined();
    expect(issues).toHaveLength(1);
  });

  it('is found among the newest 300 of any state, in at most three requests', async () => {
    const { destination, issues, asked } = tracker();
    await destination.create(ticket());
    for (let number = 2; number <= 290; number += 1) issues.push({ number, title: '', body: '', state: 'closed', labels: [], comments: [] });
    asked.length = 0;
    expect(await destination.find(ticket())).toMatchObject({ key: '1' });
    for (let number = 291; number <= 400; number += 1) issues.push({ number, title: '', body: '', state: 'closed', labels: [], comments: [] });
    expect(await destination.find(ticket())).toBeUndefined();
    expect(asked).toHaveLength(6);
  });

  it.each([
    ['34: a fault of GitHub is worth another try', { status: 502, body: {} }, { kind: 'retry' }],
    ['36: a limit says for how long to wait', { status: 429, body: {}, headers: { 'retry-after': '30' } }, { kind: 'retry', retryAfterMs: 30_000 }],
    ['36: the primary limit says until when', { status: 403, body: {}, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now.getTime() / 1000 + 90) } }, { kind: 'retry', retryAfterMs: 90_000 }],
    ['37: a revoked token parks the destination', { status: 401, body: {} }, { kind: 'auth' }],
    ['37: a right that was taken away does too', { status: 403, body: {} }, { kind: 'auth' }],
    ['content that GitHub refuses is not tried again', { status: 422, body: {} }, { kind: 'rejected' }],
    ['38: a transferred issue is gone, whatever the redirect says', { status: 301, body: { message: 'Moved Permanently' }, headers: { location: 'https://api.github.com/repositories/1/issues/1' } }, { kind: 'gone' }],
  ] as const)('%s', async (_name, answer, expected) => {
    const { destination, next } = tracker();
    next.push(answer);
    await expect(destination.update('1', ticket())).rejects.toMatchObject(expected);
  });

  it('38: one that was deleted is gone, and one that was closed by hand stays closed', async () => {
    const { destination, issues } = tracker();
    await expect(destination.update('7', ticket())).rejects.toMatchObject({ kind: 'gone' });
    await destination.create(ticket());
    Object.assign(issues[0] as Issue, { state: 'closed' });
    expect(await destination.update('1', ticket({ version: 2 }))).toMatchObject({ status: 'closed' });
  });

  it('names the token in no error', async () => {
    const { destination, next } = tracker();
    next.push({ status: 401, body: { message: 'Bad credentials' } });
    const error: unknown = await destination.create(ticket()).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('ghp_');
  });
});
