import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import { until } from '@throughline/testing';
import { startWorld, type Announced, type World } from './harness.js';
import { page, ScriptedSystem, teams } from './scripted-connector.js';

const OTHER = tenantId('00000000-0000-7000-8000-000000000002');

interface Shown {
  readonly cursor: { readonly state: string; readonly pages?: number; readonly until?: string; readonly failures?: number };
  readonly lastSuccess: string | null; readonly nextRun: string | null; readonly counts: Record<string, number>;
  readonly errors: readonly { code: string; message: string }[]; readonly gaps: readonly { code: string }[];
}

/** What chain-resolution holds after the records: the last inventory that is whole, with ordinals that count. */
function replay(records: readonly Announced[]): string[] {
  const bySequence = new Map<number, Announced['value'][]>();
  for (const { value } of records) bySequence.set(Number(value['sequence']), [...bySequence.get(Number(value['sequence'])) ?? [], value]);
  const whole = [...bySequence].sort(([a], [b]) => a - b).filter(([, parts]) => {
    const marker = parts.find((part) => Number(part['parts']) >= 0);
    const ordinals = new Set(parts.filter((part) => part !== marker).map((part) => part['ordinal']));
    return marker !== undefined && ordinals.size === marker['parts'] && ordinals.size === parts.length - 1;
  });
  const assets = whole.at(-1)?.[1].flatMap((part) => part['assets'] as { urn: string; attributes: string }[]) ?? [];
  return assets.map(({ urn, attributes }) => `${urn} ${attributes}`).sort();
}

describe('pulls', () => {
  const system = new ScriptedSystem();
  let world: World;
  let number = 0;
  let id = '';
  beforeAll(async () => { world = await startWorld({}, { registry: system.registry, pullLimits: { sliceMs: 400, pageMs: 2_000, maxFailures: 3 } }); });
  afterAll(() => world.close());
  afterEach(() => call('DELETE', `/${id}`));

  const call = async (method: string, path: string, body?: unknown, init: { tenant?: typeof OTHER } = {}) => {
    const response = await world.fetch(`/v1/connectors${path}`, { method, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }), ...init });
    return { status: response.status, body: (response.status === 204 ? {} : await response.json()) as Record<string, unknown> };
  };
  const shown = async (): Promise<Shown> => (await call('GET', `/${id}`)).body as unknown as Shown;
  /** A new connector, which is read at once; each test has its own and its own source. */
  const connect = async (over: object = {}): Promise<void> => {
    id = `script-${number += 1}`;
    system.asked.length = 0;
    expect(await call('PUT', `/${id}`, { kind: 'script', ...over })).toMatchObject({ status: 200 });
  };
  const source = (): string => `script:${id}`;
  const told = async (): Promise<Announced[]> => (await world.announced(TOPICS.assetObserved)).filter(({ value }) => value['source'] === source());
  const sizes = (records: readonly Announced[]) => records.map(({ value }) => [value['ordinal'], (value['assets'] as unknown[]).length, value['parts']]);
  const ended = (times = 1) => until(async () => { const one = await shown(); return (one.counts['pulls'] ?? 0) >= times ? one : undefined; }, { what: `${times} pulls to end`, timeoutMs: 30_000 });
  const again = async () => {
    const before = (await shown()).counts['pulls'] ?? 0;
    expect(await call('POST', `/${id}/sync`)).toMatchObject({ status: 202, body: { status: 'queued' } });
    return ended(before + 1);
  };

  it('goes on until there are no more pages, and says how it went', async () => {
    system.script = (at) => page(at, at === 2, { source: source(), facts: teams(at * 10, 3), gaps: at === 1 ? [{ scope: 'b', code: 'access_denied', reason: 'no right', remedy: 'grant it' }] : [] });
    await connect({ schedule: '2h' });
    const one = await ended();
    expect(system.asked.map((ask) => ask.page)).toEqual([0, 1, 2]);
    expect(one).toMatchObject({ cursor: { state: 'idle' }, counts: { pulls: 1, pages: 3, facts: 9, read: 9 }, errors: [], gaps: [{ scope: 'b', code: 'access_denied', reason: 'no right', remedy: 'grant it' }] });
    expect(Date.parse(one.nextRun ?? '') - Date.now()).toBeGreaterThan(115 * 60_000);
    expect(one.lastSuccess).not.toBeNull();
    expect(sizes(await told())).toEqual([[0, 3, -1], [0, 3, -1], [0, 3, -1]]);
  });

  it('a pull that sees the same again announces nothing, whatever the clock says', async () => {
    system.script = (at) => page(at, true, { source: source(), facts: teams(0, 5) });
    await connect();
    await ended();
    expect((await again()).counts).toMatchObject({ pulls: 2, facts: 5, read: 10 });
    system.script = (at) => page(at, true, { source: source(), facts: [...teams(0, 4), ...teams(4, 1, { name: 'renamed' })] });
    expect((await again()).counts).toMatchObject({ facts: 6 });
  });

  it('an inventory of 30,000 facts over 3 pages has one sequence, ordinals through, and one marker at its end', async () => {
    system.script = (at) => page(at, at === 2, { source: source(), facts: teams(at * 10_000, 10_000), snapshot: { scope: 'all', complete: true, last: at === 2 } });
    await connect();
    await ended();
    const records = await told();
    expect(records.map(({ value }) => value['ordinal'])).toEqual(Array.from({ length: records.length }, (_, i) => i));
    expect(new Set(records.map(({ value }) => `${String(value['observationId'])}|${String(value['sequence'])}`)).size).toBe(1);
    expect(records.slice(0, -1).every(({ value }) => value['parts'] === -1 && value['snapshotScope'] === 'all')).toBe(true);
    expect(records.at(-1)?.value).toMatchObject({ parts: records.length - 1, assets: [], snapshotComplete: true });
    expect(records.reduce((sum, { value }) => sum + (value['assets'] as unknown[]).length, 0)).toBe(30_000);
    expect(await world.sql('select 1 from ingestion.pulls')).toEqual([]);
  }, 60_000);

  it('an inventory of one page that is the same is not announced again; one that lacks something, or cannot be read whole, is', async () => {
    let facts = teams(0, 4);
    let complete = true;
    system.script = (at) => page(at, true, { source: source(), facts, snapshot: { scope: 'all', complete, last: true } });
    await connect();
    await ended();
    facts = teams(0, 4).reverse();
    await again();
    expect(sizes(await told())).toEqual([[0, 4, -1], [1, 0, 1]]);
    facts = teams(1, 3);
    await again();
    expect(sizes(await told()).slice(2)).toEqual([[0, 3, -1], [1, 0, 1]]);
    complete = false;
    await again();
    expect((await told()).at(-1)?.value).toMatchObject({ snapshotComplete: false, parts: 1 });
    await again();
    expect(await told()).toHaveLength(6);
  });

  it('an inventory of several pages that is the same announces nothing; one that differs anywhere is announced from its first page', async () => {
    let pages = [teams(0, 600), teams(600, 600), teams(1200, 600)];
    system.script = (at) => page(at, at === pages.length - 1, { source: source(), facts: pages[at] ?? [], snapshot: { scope: 'all', complete: true, last: at === pages.length - 1 } });
    await connect();
    await ended();
    const before = (await told()).length;
    pages = [teams(1500, 300).reverse(), ...Array.from({ length: 10 }, (_, i) => teams(i * 150, 150))];
    const same = await again();
    expect([(await told()).length, same.counts['facts'], same.counts['pages']]).toEqual([before, 1800, 14]);
    pages[10] = teams(1350, 149);
    await again();
    const records = (await told()).slice(before);
    expect(sizes(records)).toEqual([[0, 300, -1], ...Array.from({ length: 9 }, (_, i) => [i + 1, 150, -1]), [10, 149, -1], [11, 0, 11]]);
    expect(new Set(records.map(({ value }) => value['sequence'])).size).toBe(1);
    expect(await world.sql('select 1 from ingestion.held_pages')).toEqual([]);
  }, 60_000);

  it('whoever applies what is announced knows, after each pull, what the system held then', async () => {
    const chance = { at: Math.floor(Math.random() * 2 ** 31) };
    process.stderr.write(`seed ${chance.at}\n`);
    const random = (below: number): number => {
      chance.at = (chance.at * 48271) % 2147483647;
      return chance.at % below;
    };
    let pages: ReturnType<typeof teams>[] = [];
    let failing = -1;
    system.script = (at) => {
      if (at === failing) {
        failing = -1;
        throw new Error('half-failing');
      }
      return page(at, at === pages.length - 1, { source: source(), facts: pages[at] ?? [], snapshot: { scope: 'all', complete: true, last: at === pages.length - 1 } });
    };
    for (let round = 0; round < 8; round += 1) {
      const facts = Array.from({ length: 6 }, (_, i) => (random(5) === 0 ? [] : teams(i, 1, { level: random(8) === 0 ? 'b' : 'a' }))).flat();
      pages = Array.from({ length: 1 + random(4) }, () => []);
      for (const fact of facts) pages[random(pages.length)]?.push(fact);
      failing = random(4) === 0 ? random(pages.length) : -1;
      await (round === 0 ? connect().then(() => ended()) : again());
      expect([round, replay(await told())]).toEqual([round, facts.flatMap((fact) => ('asset' in fact ? [`${fact.asset.urn} ${JSON.stringify(fact.asset.attributes)}`] : [])).sort()]);
    }
  }, 90_000);

  it('a crash between a page and its commit repeats that page, with the same ordinals, and announces nothing twice', async () => {
    system.script = (at) => page(at, at === 2, { source: source(), facts: teams(at * 600, 600), snapshot: { scope: 'all', complete: true, last: at === 2 } });
    // The second page fails at the last statement before its commit, after everything else of it was written.
    await world.sql(`create function ingestion.crash() returns trigger language plpgsql as $$ begin
      if new.pages = 2 and (select count(*) from ingestion.connectors where connector_id = new.connector_id and errors = '[]') = 1 then raise exception 'the process died'; end if; return new; end $$`);
    await world.sql('create constraint trigger crash after update on ingestion.pulls deferrable initially deferred for each row execute function ingestion.crash()');
    await connect();
    await ended();
    await world.sql('drop trigger crash on ingestion.pulls');
    await world.sql('drop function ingestion.crash');
    expect(system.asked.map((ask) => ask.page)).toEqual([0, 1, 1, 2]);
    expect(sizes(await told())).toEqual([[0, 500, -1], [1, 100, -1], [2, 500, -1], [3, 100, -1], [4, 500, -1], [5, 100, -1], [6, 0, 6]]);
    expect(new Set((await told()).map(({ value }) => value['observationId'])).size).toBe(1);
  }, 60_000);

  it('a page that fails is told without secrets, tried again from the cursor, and the good end clears it', async () => {
    let failures = 0;
    system.script = (at, _context, { token }) => {
      if (at === 1 && failures < 1) {
        failures += 1;
        throw Object.assign(new Error(`the token ${String(token)} has no right`), { code: 'AccessDenied' });
      }
      return page(at, at === 1, { source: source(), facts: teams(at, 1) });
    };
    await connect({ token: 'very-secret-token' });
    const waiting = await until(async () => { const one = await shown(); return one.errors.length > 0 ? one : undefined; }, { what: 'the error' });
    expect(waiting).toMatchObject({ errors: [{ code: 'AccessDenied', message: 'the token [REDACTED] has no right' }], cursor: { state: 'waiting', pages: 1, failures: 1 } });
    expect((await ended()).errors).toEqual([]);
    expect(system.asked.map((ask) => ask.page)).toEqual([0, 1, 1]);
  }, 30_000);

  it('a page that never works ends the pull: what it left open is stale, not gone, and the next one begins at the start', async () => {
    system.script = (at) => {
      if (at === 1) throw new Error('the cursor is no longer known');
      return page(at, false, { source: source(), facts: teams(0, 2), snapshot: { scope: 'all', complete: true, last: false } });
    };
    await connect();
    const one = await until(async () => { const now = await shown(); return now.errors.length >= 3 && now.cursor.state === 'idle' ? now : undefined; }, { what: 'the pull to be given up', timeoutMs: 40_000 });
    expect(one.errors[0]?.message).toContain('3 times at page 2');
    expect(sizes(await told())).toEqual([[0, 2, -1], [1, 0, 1]]);
    expect((await told()).at(-1)?.value).toMatchObject({ snapshotComplete: false });
    expect(Date.parse(one.nextRun ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
  }, 60_000);

  it('waits as long as the system asks, and goes on from there', async () => {
    const waitUntil = new Date(Date.now() + 3_000);
    system.script = (at) => page(at, at === 1, { source: source(), facts: teams(at, 1), ...(at === 0 && { waitUntil }) });
    await connect();
    const waiting = await until(async () => { const one = await shown(); return one.cursor.state === 'waiting' ? one : undefined; }, { what: 'the wait' });
    expect([waiting.cursor.until, waiting.nextRun]).toEqual([waitUntil.toISOString(), waitUntil.toISOString()]);
    expect(await call('POST', `/${id}/sync`)).toMatchObject({ status: 202, body: { status: 'running' } });
    await ended();
    expect(Date.now()).toBeGreaterThanOrEqual(waitUntil.getTime());
    expect(system.asked).toHaveLength(2);
  }, 30_000);

  it('a long pull gives its slot back, and others run meanwhile', async () => {
    system.script = async (at, _context, { account }) => {
      await new Promise((resolve) => { setTimeout(resolve, account === 'long' ? 250 : 0); });
      return page(at, account === 'short' || at === 9, { source: account === 'short' ? 'script:short' : source(), facts: [] });
    };
    const long = ['long-1', 'long-2', 'long-3'];
    for (const one of long) await call('PUT', `/${one}`, { kind: 'script', account: 'long' });
    await connect({ account: 'short' });
    await ended();
    expect((await call('GET', '/long-1')).body).toMatchObject({ cursor: { state: 'running' }, nextRun: null });
    for (const one of long) await call('DELETE', `/${one}`);
  }, 30_000);

  it('a page that hangs is cut off', async () => {
    let hung = false;
    system.script = (at) => {
      if (hung) return page(at, true, { source: source() });
      hung = true;
      return new Promise(() => undefined);
    };
    await connect();
    await until(async () => (await shown()).errors[0]?.code === 'page_timeout', { what: 'the time to be over', timeoutMs: 20_000 });
    await ended();
  }, 40_000);

  it('a fact that no record can carry is left out and told, and its inventory is not complete', async () => {
    system.script = (at) => page(at, true, { source: source(), facts: [...teams(0, 1), ...teams(1, 1, { text: 'x'.repeat(900_000) })], snapshot: { scope: 'all', complete: true, last: true } });
    await connect();
    expect((await ended()).gaps).toMatchObject([{ code: 'too_large' }]);
    expect((await told()).map(({ value }) => [(value['assets'] as unknown[]).length, value['snapshotComplete']])).toEqual([[1, false], [0, false]]);
  });

  it('two workers with the same page store it once', async () => {
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => { release = resolve; });
    system.script = async (at) => {
      if (at === 0) {
        if (system.asked.filter((ask) => ask.page === 0).length >= 2) release();
        await both;
      }
      return page(at, at === 2, { source: source(), facts: teams(at * 10, 10), snapshot: { scope: 'all', complete: true, last: at === 2 } });
    };
    await connect();
    await until(() => Promise.resolve(system.asked.length === 1), { what: 'the first worker' });
    // As if the lease had run out while the first worker still holds the page.
    await world.sql("update ingestion.due_work set due_at = now() where kind = 'connector.pull' and key = $1", [id]);
    await ended();
    expect(sizes(await told())).toEqual([[0, 10, -1], [1, 10, -1], [2, 10, -1], [3, 0, 3]]);
    expect((await world.sql("select 1 from ingestion.due_work where kind = 'connector.pull' and key = $1", [id]))).toHaveLength(1);
  }, 30_000);

  it('saving it anew throws away what is in hand and begins at the start', async () => {
    let slow = true;
    system.script = async (at, _context, { account }) => {
      if (slow && at === 1) await new Promise((resolve) => { setTimeout(resolve, 700); });
      return page(at, at === 2, { source: source(), facts: teams(at, 1, { account }) });
    };
    await connect({ account: 'first' });
    await until(() => Promise.resolve(system.asked.length === 2), { what: 'the second page' });
    slow = false;
    await call('PUT', `/${id}`, { kind: 'script', account: 'second' });
    await ended();
    const accounts = (await told()).map(({ value }) => JSON.parse((value['assets'] as { attributes: string }[])[0]?.attributes ?? '{}') as { account: string });
    expect(accounts.map(({ account }) => account)).toEqual(['first', 'second', 'second', 'second']);
  }, 30_000);

  it('goes on after a restart from the page that was stored last', async () => {
    let blocked = true;
    system.script = async (at, { signal }) => {
      if (at === 1 && blocked) await new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(new Error('stopped'))); });
      return page(at, at === 2, { source: source(), facts: teams(at * 10, 10), snapshot: { scope: 'all', complete: true, last: at === 2 } });
    };
    await connect();
    await until(() => Promise.resolve(system.asked.length === 2), { what: 'the second page' });
    blocked = false;
    await world.restart();
    const one = await ended();
    expect([one.errors, system.asked.map((ask) => ask.page)]).toEqual([[], [0, 1, 1, 2]]);
    expect(sizes(await told())).toEqual([[0, 10, -1], [1, 10, -1], [2, 10, -1], [3, 0, 3]]);
  }, 40_000);

  it('what one pull leaves is what the next begins with, until the connector is saved anew', async () => {
    const seen: unknown[] = [];
    system.script = (at, { memory }) => {
      seen.push([at, memory ?? null]);
      return { ...page(at, true, { source: source() }), cursor: { page: at + 7 }, memory: { since: at } };
    };
    await connect();
    await ended();
    await again();
    await call('PUT', `/${id}`, { kind: 'script' });
    await ended(3);
    expect(seen).toEqual([[0, null], [7, { since: 0 }], [0, null]]);
  });

  it('one that goes on to watch counts as done, and a sync wakes it', async () => {
    let looks = 0;
    system.script = (at) => {
      looks += 1;
      return page(at, at === 2, { source: source(), facts: teams(at, 1), ...(at === 1 && { settled: true, waitUntil: new Date(Date.now() + 3_600_000) }) });
    };
    await connect();
    const settled = await ended();
    expect([looks, settled.cursor.state, settled.errors, settled.lastSuccess !== null]).toEqual([2, 'idle', [], true]);
    expect(await call('POST', `/${id}/sync`)).toMatchObject({ status: 202, body: { status: 'queued' } });
    await until(() => Promise.resolve(looks === 3), { what: 'the look' });
    await until(async () => (await shown()).cursor.pages === undefined, { what: 'the end' });
    expect((await shown()).counts).toMatchObject({ pulls: 1, pages: 3 });
  });

  describe('configuration', () => {
    it('gives the connector its defaults and its secrets, keeps those that a PUT leaves out, and shows names only', async () => {
      await connect({ token: 'very-secret-token' });
      await ended();
      expect(system.asked[0]?.config).toEqual({ account: 'acme', token: 'very-secret-token' });
      const { body } = await call('PUT', `/${id}`, { kind: 'script', account: 'needs-token', webhookSecret: 'a-webhook-secret-x' });
      expect(body).toMatchObject({ config: { account: 'needs-token' }, secrets: ['token', 'webhookSecret'], webhook: `/v1/webhooks/script/${id}` });
      expect(JSON.stringify([body, await world.sql('select * from ingestion.connectors'), await world.announced(TOPICS.auditRecorded)])).not.toContain('very-secret');
    });

    it('56: an address of another tenant must be public; one of the installation may be private but never link-local', async () => {
      const put = (endpoint: string, tenant?: typeof OTHER) => call('PUT', '/guarded', { kind: 'script', endpoint }, tenant && { tenant });
      for (const endpoint of ['http://169.254.169.254/', 'http://[::ffff:a9fe:a9fe]/', 'http://0.0.0.0:80/', 'ftp://a.example/', 'http://user:pw@a.example/']) {
        expect([endpoint, await put(endpoint)]).toMatchObject([endpoint, { status: 400 }]);
      }
      expect(await put('http://127.0.0.1:4566', OTHER)).toMatchObject({ status: 400, body: { code: 'address_refused' } });
      expect(await put('http://127.0.0.1:4566')).toMatchObject({ status: 200 });
      await call('DELETE', '/guarded');
    });

    it('56: what a pull asks is judged when it connects', async () => {
      let refused = '';
      system.script = async (at, { fetch }) => {
        refused = await fetch('http://127.0.0.1:1/latest').then(() => 'asked', (error: Error) => error.name);
        return page(at, true, { source: source() });
      };
      await connect();
      await ended();
      expect(refused).toBe('AddressRefused');
    });

    it('does not send kept secrets to a changed address', async () => {
      await connect({ token: 'very-secret-token', endpoint: 'https://one.example' });
      expect(await call('PUT', `/${id}`, { kind: 'script', endpoint: 'https://two.example' })).toMatchObject({ status: 400, body: { code: 'secrets_needed' } });
      expect(await call('PUT', `/${id}`, { kind: 'script', endpoint: 'https://two.example', token: 'very-secret-token' })).toMatchObject({ status: 200 });
    });
  });
});
