import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { plainContext, type PullPage } from '@throughline/connectors/api';
import { configFor } from '../../test/aws/world.js';
import { jsonError, query, scripted, type Answer, type Scripted } from '../../test/aws/scripted.js';
import { pullPage } from './connector.js';

const ACCOUNT = '111122223333';
const keys = '<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials>';

// the clients are loaded while the first test runs
jest.setTimeout(30_000);

let aws: Scripted | undefined;
afterEach(() => aws?.stop());

/** An empty account whose CloudTrail answers as given, and a clock that the test moves. */
async function watched(events: () => Answer) {
  aws = await scripted(({ operation, parameters }) => {
    if (operation === 'AssumeRole') return query('AssumeRole', keys);
    if (operation === 'LookupEvents') return events();
    return /^Describe(Load|Target)/.test(operation) ? query(operation, '') : parameters['Version'] === '2016-11-15' ? { xml: `<${operation}Response/>` } : { json: {} };
  });
  const config = configFor(aws.url, [ACCOUNT], ['eu-central-1'], { watch: { everySeconds: 60 }, externalId: 'watch' });
  let now = Date.UTC(2026, 0, 1);
  let page: PullPage | undefined;
  const next = async (seconds = 0): Promise<PullPage> => {
    now += seconds * 1000;
    page = await pullPage(config, page?.cursor ?? null, plainContext({ clock: { now: () => new Date(now) } }), { maxAttempts: 1 });
    return page;
  };
  while ((await next()).waitUntil === undefined);
  aws.asked.length = 0;
  return { next, asked: aws.asked, settled: page as PullPage | undefined };
}

const event = (EventId: string, EventSource: string, EventName: string, more: object = {}) => ({ EventId, EventSource, EventName, CloudTrailEvent: JSON.stringify({ eventSource: EventSource, ...more }) });

describe('the watch between two pulls', () => {
  it('waits, looks, reads what changed and only that, and waits again', async () => {
    let events: object[] = [];
    const { next, asked, settled } = await watched(() => ({ json: { Events: events } }));
    expect(settled).toMatchObject({ more: true, settled: true, waitUntil: new Date(Date.UTC(2026, 0, 1, 0, 1)) });
    expect(await next(60)).toMatchObject({ facts: [], waitUntil: new Date(Date.UTC(2026, 0, 1, 0, 2)) });
    events = [event('1', 'ec2.amazonaws.com', 'AuthorizeSecurityGroupIngress'), event('2', 'iam.amazonaws.com', 'CreateUser'), event('3', 'ecs.amazonaws.com', 'UpdateService', { errorCode: 'AccessDenied' })];
    const looked = await next(60);
    expect([looked.waitUntil, looked.more]).toEqual([undefined, true]);
    const read = await next();
    expect([read.snapshot, read.waitUntil]).toEqual([{ scope: 'ec2', complete: true, last: true }, new Date(Date.UTC(2026, 0, 1, 0, 3))]);
    asked.length = 0;
    // CloudTrail shows the same event again: it was seen
    expect((await next(60)).waitUntil).toBeDefined();
    expect(asked.map(({ operation }) => operation)).toEqual(['LookupEvents']);
  });

  it('ends when the next full pull is due, and leaves what it knows', async () => {
    const { next } = await watched(() => ({ json: { Events: [] } }));
    expect(await next(900)).toMatchObject({ more: false, cursor: null, memory: { finished: { [`aws:${ACCOUNT}/eu-central-1|ecr-content`]: expect.any(String) } } });
  });

  it('whoever asks before its time wants everything', async () => {
    const { next } = await watched(() => ({ json: { Events: [] } }));
    expect((await next(5)).snapshot).toMatchObject({ scope: 'ecs' });
  });

  it('goes on without the right to look, and says so', async () => {
    const { next } = await watched(() => jsonError('AccessDeniedException', 403));
    expect(await next(60)).toMatchObject({ more: true, gaps: [{ scope: `aws:${ACCOUNT}/eu-central-1|changes`, code: 'access_denied', remedy: expect.stringContaining('cloudtrail:LookupEvents') }] });
  });
});
