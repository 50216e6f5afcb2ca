import { afterEach, describe, expect, it } from '@jest/globals';
import { scriptedServer, testIo, type Reply, type Seen, type TestIo } from '../../test/scripted.js';
import { run } from '../run.js';

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function call(args: readonly string[], answer: (seen: Seen, index: number) => Reply): Promise<{ code: number; seen: Seen[]; io: TestIo }> {
  const server = await scriptedServer(answer);
  close = server.close;
  const io = testIo({ variables: { THROUGHLINE_URL: server.url } });
  return { code: await run(args, io), seen: server.seen, io };
}

const example = { kind: 'merge', findings: [{ id: 'f1', title: 'Use of eval' }, { id: 'f2', title: 'Code \u001b[2Jinjection' }], why: { rule: 'same-line', recipe: 'correlation/1', fields: ['path', 'startLine'], confidence: 0.88 } };
const answer = (state: string, over: object = {}): Reply => ({ body: { id: 'r1', kind: 'dry-run', state, examined: 1200, merges: 0, splits: 0, unchanged: 1200, ambiguous: 0, examples: [], ...over } });

describe('recipes', () => {
  it('lists them', async () => {
    const { code, io } = await call(['recipes'], () => ({ body: { items: [{ name: 'code/1', classes: ['sast'], purpose: 'A flaw in a file.' }, { name: 'drift/1', classes: [], purpose: 'What moved.' }], next: null } }));
    expect(code).toBe(0);
    expect(io.out()).toBe('RECIPE   CLASSES  PURPOSE\ncode/1   sast     A flaw in a file.\ndrift/1  all      What moved.\n');
  });
});

describe('recipes dry-run', () => {
  it('tries a policy and shows examples with their reason', async () => {
    const { code, seen, io } = await call(['recipes', 'dry-run', '--correlation', '0.8', '--drift', 'off'], () => answer('done', { merges: 1, unchanged: 1198, ambiguous: 2, examples: [example] }));
    expect(code).toBe(0);
    expect(seen).toMatchObject([{ method: 'POST', path: '/v1/recipes/dry-run' }]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ policy: { correlation: { enabled: true, minConfidence: 0.8 }, drift: { enabled: false, minConfidence: 0 } } });
    expect(io.out()).toBe([
      '1200 findings examined: 1 merge and 0 splits would be made; 1198 unchanged', '2 results fit several findings and stay where they are',
      '  merge  f1 ← f2  Use of eval', '         correlation/1: same-line (path, startLine), confidence 0.88', '',
    ].join('\n'));
  });

  it('waits for the result of a long one', async () => {
    const { code, seen, io } = await call(['recipes', 'dry-run', '--json'], (_seen, index) => (index === 0 ? { status: 202, ...answer('running') } : answer(index < 3 ? 'running' : 'done')));
    expect(code).toBe(0);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/recipes/dry-run', ...Array.from({ length: 3 }, () => 'GET /v1/recipes/dry-run/r1')]);
    expect(JSON.parse(io.out())).toMatchObject({ state: 'done', examined: 1200 });
  });

  it.each([['1.5'], ['-1'], ['much'], ['']])('refuses %j as a confidence', async (text) => {
    const { code, seen } = await call(['recipes', 'dry-run', `--correlation=${text}`], () => answer('done'));
    expect([code, seen.length]).toEqual([2, 0]);
  });
});

describe('recipes apply', () => {
  it('needs a reason, says what it did, and gives up waiting with 3', async () => {
    expect((await call(['recipes', 'apply'], () => answer('done'))).code).toBe(2);
    await close();
    const { seen, io } = await call(['recipes', 'apply', '--reason', 'correlation/2'], () => answer('done', { kind: 'apply', merges: 2, splits: 1, unchanged: 1195 }));
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ reason: 'correlation/2' });
    expect(io.out()).toBe('1200 findings examined: 2 merges and 1 split were made; 1195 unchanged\n');
    await close();
    const late = await call(['recipes', 'apply', '--reason', 'x', '--timeout', '1'], () => answer('running', { kind: 'apply' }));
    expect([late.code, late.io.err()]).toEqual([3, expect.stringContaining('It goes on')]);
  });
});
