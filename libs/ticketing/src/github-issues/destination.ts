import { Octokit } from 'octokit';
import { DestinationError, failureOf, renderMarkdown, renderTitle, type Destination, type ExternalTicket, type SafeHttp, type Ticket } from '../api/index.js';
import type { GithubIssuesConfig } from './config.js';

export interface GithubDependencies { readonly http: SafeHttp; readonly now: () => Date }

/** GitHub's own limits for an issue. */
const MAX_TITLE = 256;
const MAX_BODY = 65_536;

/**
 * GitHub Issues through Octokit. The marker stands in the body as an HTML comment. A possible earlier create is looked
 * for in the list of issues newest first (consistent at once), not in the search index (minutes behind).
 */
export function createGithubIssuesDestination(config: GithubIssuesConfig, dependencies: GithubDependencies): Destination {
  const octokit = new Octokit({ auth: config.token, baseUrl: config.baseUrl, userAgent: 'Throughline', request: { fetch: dependencies.http.fetch }, retry: { enabled: false }, throttle: { enabled: false } });
  // Redirects are not followed, and Octokit takes one for an answer: the issue or its repository was moved.
  octokit.hook.after('request', ({ status }) => {
    if (status >= 300) throw new DestinationError('gone', `GitHub answered ${status}: the issue or its repository was moved`);
  });
  const [owner = '', repo = ''] = config.repository.split('/');
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asDestinationError(error, dependencies.now());
    }
  };
  const content = (ticket: Ticket) => ({ title: renderTitle(ticket, MAX_TITLE), body: renderMarkdown(ticket, MAX_BODY), labels: [...config.labels, `risk: ${ticket.band}`] });
  const number = (key: string) => ({ owner, repo, issue_number: Number(key) });

  return {
    kind: 'github-issues',
    capabilities: { search: true, labels: true, maxTitle: MAX_TITLE, maxBody: MAX_BODY },
    find: (ticket) => call(async () => {
      // The newest 300 hold any create that an attempt of ours may have left behind.
      for (let page = 1; page <= 3; page++) {
        const { data } = await octokit.rest.issues.listForRepo({ owner, repo, state: 'all', sort: 'created', direction: 'desc', per_page: 100, page });
        const found = data.find((issue) => issue.body?.includes(`<!-- ${ticket.marker} -->`));
        if (found) return external(found);
        if (data.length < 100) return undefined;
      }
      return undefined;
    }),
    create: (ticket) => call(async () => external((await octokit.rest.issues.create({ owner, repo, ...content(ticket) })).data)),
    update: (key, ticket) => call(async () => external((await octokit.rest.issues.update({ ...number(key), ...content(ticket) })).data)),
    close: (key, ticket) => call(async () => {
      await octokit.rest.issues.createComment({ ...number(key), body: `Verified: ${ticket.proof || 'no scan shows these findings any more.'}` });
      return external((await octokit.rest.issues.update({ ...number(key), ...content(ticket), state: 'closed', state_reason: 'completed' })).data);
    }),
    reopen: (key, ticket) => call(async () => external((await octokit.rest.issues.update({ ...number(key), ...content(ticket), state: 'open' })).data)),
  };
}

function external(issue: { readonly number: number; readonly html_url: string; readonly state: string }): ExternalTicket {
  return { key: String(issue.number), url: issue.html_url, status: issue.state === 'closed' ? 'closed' : 'open' };
}

function asDestinationError(error: unknown, now: Date): Error {
  const known = findDestinationError(error);
  if (known) return known;
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number') return new DestinationError('retry', 'GitHub did not answer', undefined, { cause: error });
  return failureOf(error.status, `GitHub answered ${error.status}`, retryAfterOf(error), now);
}

/** Octokit wraps what its fetch threw as a cause. */
function findDestinationError(error: unknown): DestinationError | undefined {
  if (error instanceof DestinationError) return error;
  return error instanceof Error && error.cause !== undefined ? findDestinationError(error.cause) : undefined;
}

function retryAfterOf(error: object): string | undefined {
  if (!('response' in error) || typeof error.response !== 'object' || error.response === null || !('headers' in error.response)) return undefined;
  const headers = error.response.headers as Readonly<Record<string, string | undefined>>;
  // The primary limit has no retry-after; it says when it is over (seconds since 1970).
  const reset = headers['x-ratelimit-remaining'] === '0' ? headers['x-ratelimit-reset'] : undefined;
  return headers['retry-after'] ?? (reset === undefined ? undefined : new Date(Number(reset) * 1000).toUTCString());
}
