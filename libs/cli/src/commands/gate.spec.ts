import { afterEach, describe, expect, it } from '@jest/globals';
import { scriptedServer, testIo, type Reply, type Seen, type TestIo } from '../../test/scripted.js';
import { run } from '../run.js';

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function call(args: readonly string[], answer: (seen: Seen, index: number) => Reply | 'hang up', variables: Record<string, string> = {}): Promise<{ code: number; seen: Seen[]; io: TestIo }> {
  const server = await scriptedServer(answer);
  close = server.close;
  const io = testIo({ variables: { THROUGHLINE_URL: server.url, ...variables } });
  return { code: await run(args, io), seen: server.seen, io };
}

const reason = { finding: 'f1', title: 'SQL injection in | a `table`', rule: 'block: new flaw in band act', effect: 'block', score: 91.25, band: 'act', owner: 'payments', fix: 'x1', howToRequestException: 'POST /v1/exceptions {…}' };
const verdict = (word: string, reasons: object[] = []): Reply => ({ body: { verdict: word, reasons, policyVersion: '3' } });
const asked = ['gate', '--scan', 's1', '--scan', 's2'];

describe('gate', () => {
  it.each([['pass', 0], ['warn', 0], ['block', 1]])('%s ends with %d', async (word, code) => {
    const called = await call([...asked, '--base', 'abc1234', '--stage', 'deploy'], () => verdict(word, word === 'pass' ? [] : [reason]));
    expect(called.code).toBe(code);
    expect(JSON.parse(called.seen[0]?.body ?? '')).toEqual({ scans: ['s1', 's2'], base: 'abc1234', stage: 'deploy', waitSeconds: 120 });
  });

  it('judges the commit of the CI system when nothing is named', async () => {
    const sha = 'ffac537e6cbbf934b08745a378932722df287a53';
    const { seen } = await call(['gate'], () => verdict('pass'), { CIRCLECI: 'true', CIRCLE_SHA1: sha });
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ commit: sha, stage: 'build' });
    await close();
    expect((await call(['gate'], () => verdict('pass'))).code).toBe(2);
    await close();
    expect((await call([...asked, '--commit', sha], () => verdict('pass'))).code).toBe(2);
  });

  it('asks again while it is pending, then fails closed unless told otherwise', async () => {
    const late = await call([...asked, '--wait', '3'], () => verdict('pending'));
    expect([late.code, late.seen.length]).toEqual([3, 3]);
    await close();
    const soon = await call([...asked, '--wait', '3'], (_seen, index) => verdict(index === 1 ? 'block' : 'pending', [reason]));
    expect([soon.code, soon.seen.length]).toEqual([1, 2]);
    await close();
    expect((await call([...asked, '--wait', '0', '--fail-open'], () => verdict('pending'))).code).toBe(0);
  });

  it('a platform that is not reached: 3, or 0 with --fail-open; a wrong token is never hidden', async () => {
    expect((await call(asked, () => 'hang up')).code).toBe(3);
    await close();
    const open = await call([...asked, '--fail-open'], () => ({ status: 503 }));
    expect([open.code, open.io.err()]).toEqual([0, expect.stringContaining('the build passes')]);
    await close();
    expect((await call([...asked, '--fail-open'], () => ({ status: 401, body: {} }))).code).toBe(2);
  });

  it('a base that differs from the upload is a wrong call, not a block', async () => {
    const called = await call(asked, () => ({ status: 409, body: { code: 'base_differs', detail: 'Scan s1 was uploaded with the base x.' } }));
    expect([called.code, called.io.err()]).toEqual([2, expect.stringContaining('uploaded with the base')]);
  });

  it('prints text, Markdown that reports cannot break, and SARIF', async () => {
    const text = await call(asked, () => verdict('block', [reason]));
    expect(text.io.out()).toBe('block  1 new flaw (policy 3)\n  block 91.3 SQL injection in | a `table` team payments\n        finding f1; block: new flaw in band act\n        exception: POST /v1/exceptions {…}\n');
    await close();
    const markdown = await call([...asked, '--format', 'markdown'], () => verdict('block', [reason]));
    expect(markdown.io.out().split('\n').at(-2)).toBe('| block | 91.3 | SQL injection in \\| a \\`table\\` | payments | block: new flaw in band act | `f1` |');
    await close();
    const sarif = await call([...asked, '--format', 'sarif'], () => verdict('block', [reason]));
    expect(JSON.parse(sarif.io.out())).toMatchObject({ version: '2.1.0', runs: [{ results: [{ ruleId: reason.rule, ruleIndex: 0, level: 'error', properties: { finding: 'f1' } }] }] });
    await close();
    expect((await call([...asked, '--format', 'xml'], () => verdict('pass'))).code).toBe(2);
  });
});

describe('observe', () => {
  const request = { source: 'test:1', facts: [{ asset: { urn: 'repo:a.example/b/c', kind: 'repository', attributes: {} }, observedAt: '2026-01-01T00:00:00Z' }] };
  const send = async (words: readonly string[], stdin: string): Promise<{ code: number; seen: Seen[]; io: TestIo }> => {
    const server = await scriptedServer(() => ({ status: 202, body: { facts: 1, announced: 1, repeated: false, flags: [] } }));
    close = server.close;
    const io = testIo({ stdin, variables: { THROUGHLINE_URL: server.url } });
    return { code: await run([...words, '-'], io), seen: server.seen, io };
  };
  it.each([[['observe']], [['collect', 'send']]])('%j sends the requests of a facts file in their order', async (words) => {
    const snapshot = { ...request, snapshot: { scope: 'all', complete: true } };
    const { code, seen, io } = await send(words, JSON.stringify({ format: 'throughline-facts/1', requests: [request, snapshot], gaps: [] }));
    expect([code, seen.map(({ path, body }) => [path, JSON.parse(body)])]).toEqual([0, [['/v1/observations/assets', request], ['/v1/observations/assets', snapshot]]]);
    expect(io.out()).toBe('taken: 2 facts in 2 parts, 2 of them news\n');
  });
  it.each([['{}'], ['no json'], ['[]'], ['{"requests":[{"source":1}]}']])('refuses %s before anything is sent', async (text) => {
    const { code, seen } = await send(['observe'], text);
    expect([code, seen.length]).toEqual([2, 0]);
  });
});
