import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';
import { page, ScriptedSystem, sign, teams } from './scripted-connector.js';

const SECRET = 'a-webhook-secret-of-this-test';

describe('webhooks of any kind', () => {
  const system = new ScriptedSystem();
  let world: World;
  let delivery = 0;
  beforeAll(async () => {
    world = await startWorld({ PUBLIC_URL: 'https://throughline.example/' }, { registry: system.registry });
    expect(await put({ webhookSecret: SECRET, organizations: ['acme'] })).toMatchObject({ webhook: 'https://throughline.example/v1/webhooks/script/hooked' });
    await until(async () => (await counts())['pulls'], { what: 'the first pull' });
  });
  afterAll(() => world.close());

  const put = async (body: object) => (await world.fetch('/v1/connectors/hooked', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'script', ...body }) })).json();
  const shown = async () => (await world.fetch('/v1/connectors/hooked')).json() as Promise<{ counts: Record<string, number>; lastSuccess: string; errors: { code: string }[] }>;
  const counts = async () => (await shown()).counts;
  const deliver = async (payload: object, over: { delivery?: string; at?: number; secret?: string } = {}) => {
    const body = JSON.stringify(payload);
    const at = over.at ?? Date.now();
    const headers = { 'x-delivery': over.delivery ?? `d-${delivery += 1}`, 'x-at': String(at), 'x-signature': sign(body, at, over.secret ?? SECRET) };
    const response = await fetch(new URL('/v1/webhooks/script/hooked', world.url), { method: 'POST', headers, body });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  const focuses = () => system.asked.flatMap(({ focus }) => focus ?? []);

  it('54: a signed time older than 300 s is 401; a seen id is answered and has no effect', async () => {
    expect((await deliver({}, { at: Date.now() - 301_000 })).status).toBe(401);
    expect((await deliver({}, { at: Date.now() + 301_000 })).status).toBe(401);
    expect((await deliver({}, { secret: '' })).status).toBe(401);
    expect(await deliver({}, { delivery: 'seen' })).toMatchObject({ status: 202, body: { result: 'applied' } });
    expect(await deliver({}, { delivery: 'seen' })).toMatchObject({ status: 202, body: { result: 'repeated' } });
  });

  it('an event of an owner that is not the connector\'s is ignored, says so, and is counted', async () => {
    const before = await counts();
    expect(await deliver({ owner: 'other-tenant', refresh: ['x'] })).toMatchObject({ status: 202, body: { result: 'ignored', reason: "other-tenant is none of this connector's organizations" } });
    const after = await counts();
    expect([after['ignored'], after['deliveries']]).toEqual([(before['ignored'] ?? 0) + 1, (before['deliveries'] ?? 0) + 1]);
    expect(focuses()).toEqual([]);
  });

  it('an event that only says what changed has that scope read within seconds, a burst of them once', async () => {
    system.script = (at, { focus }) => page(at, at === 1, { source: 'script:acme', facts: focus === undefined ? [] : teams(at, 1, { focus }), snapshot: { scope: focus ?? 'all', complete: true, last: at === 1 } });
    const { lastSuccess } = await shown();
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver({ owner: 'acme', refresh: ['service/pay', 'service/web'] })));
    expect(answers.map(({ body }) => body['refresh'])).toEqual(answers.map(() => ['service/pay', 'service/web']));
    const before = Date.now();
    await until(async () => (await counts())['refreshes'] === 2, { what: 'both scopes' });
    expect(Date.now() - before).toBeLessThan(15_000);
    expect(focuses().sort()).toEqual(['service/pay', 'service/pay', 'service/web', 'service/web']);
    const told = (await world.announced(TOPICS.assetObserved)).map(({ value }) => [value['snapshotScope'], value['parts']]);
    expect(told.sort()).toEqual([['service/pay', -1], ['service/pay', -1], ['service/pay', 2], ['service/web', -1], ['service/web', -1], ['service/web', 2]]);
    // It was not everything that was read.
    expect((await shown()).lastSuccess).toBe(lastSuccess);
    expect(await world.sql("select 1 from ingestion.due_work where kind = 'connector.refresh'")).toEqual([]);
  }, 30_000);

  it('a scope that changes while it is read is read once more', async () => {
    system.asked.length = 0;
    let events = 0;
    system.script = async (at, { focus }) => {
      if (focus === 'busy' && events < 1) {
        events += 1;
        expect((await deliver({ owner: 'acme', refresh: ['busy'] })).status).toBe(202);
      }
      return page(at, true, { source: 'script:busy' });
    };
    const before = (await counts())['refreshes'] ?? 0;
    await deliver({ owner: 'acme', refresh: ['busy'] });
    await until(async () => (await counts())['refreshes'] === before + 2, { what: 'the second look', timeoutMs: 20_000 });
    await until(async () => (await world.sql("select 1 from ingestion.due_work where kind = 'connector.refresh'")).length === 0, { what: 'the work to be done' });
  }, 40_000);

  describe('reports', () => {
    const sarif = (rule: string) => JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'alerts' } }, results: [{ ruleId: rule, message: { text: rule } }] }] });
    const scans = () => world.sql<{ actor: string; format: string; duplicate_of: string | null; file_name: string }>("select actor, format, duplicate_of, file_name from ingestion.scans where actor = 'connector:hooked' order by sequence");

    it('come in as uploads of the connector; the same list is one scan, and one that returned to an earlier state is a new one', async () => {
      for (const state of ['a', 'a', 'b', 'a']) expect(await deliver({ owner: 'acme', scan: sarif(state) })).toMatchObject({ status: 202 });
      expect(await scans()).toEqual(Array.from({ length: 3 }, () => ({ actor: 'connector:hooked', format: 'sarif', duplicate_of: null, file_name: 'alerts.json' })));
      expect((await world.announced(TOPICS.scanReceived)).map(({ value }) => [value['actor'], (value['target'] as { repository: string }).repository])).toEqual(Array.from({ length: 3 }, () => ['connector:hooked', 'github.com/acme/pay']));
      expect((await counts())['scans']).toBe(3);
    });

    it('54: a replayed delivery does not bring an old list back', async () => {
      const before = (await scans()).length;
      await deliver({ owner: 'acme', scan: sarif('old') }, { delivery: 'old' });
      await deliver({ owner: 'acme', scan: sarif('new') });
      expect(await deliver({ owner: 'acme', scan: sarif('old') }, { delivery: 'old' })).toMatchObject({ body: { result: 'repeated' } });
      expect(await scans()).toHaveLength(before + 2);
    });

    it('of a pull are taken once, though their page comes again after a crash; a refused one stops nothing', async () => {
      const before = (await scans()).length;
      system.script = (at) => page(at, true, { source: 'script:acme', scans: [
        { key: 'pulled', format: 'sarif', fileName: 'pulled.json', body: sarif('pulled'), target: { repository: 'github.com/acme/pay', branch: 'main' } },
        { key: 'cut', format: 'sarif', fileName: 'cut.json', body: '{"cut', target: {} }, { key: 'where', format: 'sarif', fileName: 'where.json', body: '{}', target: { nonsense: 'x' } },
      ] });
      await world.sql("create function ingestion.crash() returns trigger language plpgsql as $$ begin if new.pages = 1 and (select errors from ingestion.connectors where connector_id = new.connector_id) = '[]' then raise exception 'the process died'; end if; return new; end $$");
      await world.sql('create trigger crash before update on ingestion.pulls for each row execute function ingestion.crash()');
      const pulls = (await counts())['pulls'] ?? 0;
      await world.fetch('/v1/connectors/hooked/sync', { method: 'POST' });
      await until(async () => ((await counts())['pulls'] ?? 0) > pulls, { what: 'the pull', timeoutMs: 20_000 });
      await world.sql('drop trigger crash on ingestion.pulls');
      expect((await scans()).slice(before).map((scan) => [scan.file_name, scan.duplicate_of === null])).toEqual(expect.arrayContaining([['pulled.json', true]]));
      expect((await world.announced(TOPICS.scanReceived)).filter(({ value }) => value['fileName'] === 'pulled.json')).toHaveLength(1);
      expect((await shown()).errors.map(({ code }) => code).sort()).toEqual(['scan_target', 'truncated']);
    }, 40_000);
  });
});
