import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { localConfig } from '../src/config.js';
import { startEngines, type Engines } from '../src/engines/start-engines.js';
import { homePaths } from '../src/home/paths.js';
import { endOrphans } from '../src/process/orphans.js';

const home = mkdtempSync(join(tmpdir(), 'throughline-engines-'));
const paths = homePaths(home);
const { cache } = localConfig();
let engines: Engines | undefined;

afterAll(async () => {
  await engines?.stop();
  await endOrphans(home, [], 3000);
  rmSync(home, { recursive: true, force: true });
});

const signIn = async (from: Engines, username: string): Promise<string[]> => {
  const admin = new kafkajs.Kafka({
    brokers: [...from.kafka.brokers], logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 },
    sasl: { mechanism: 'scram-sha-512', username, password: from.secrets.kafka[username] ?? '' },
  }).admin();
  await admin.connect();
  const topics = await admin.listTopics();
  await admin.disconnect();
  return topics;
};

const ask = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql).finally(() => client.end());
  return rows;
};

const eventually = async <T>(work: () => Promise<T>, timeoutMs = 60_000): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
  }
};

const edit = (file: string, change: (value: never) => unknown): void => writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as never)));

describe('the embedded engines', () => {
  it('start with durability on, refuse what no grant allows, and come back after kill -9 on the same ports with their data', async () => {
    engines = await startEngines(home, { cache });
    await engines.registryReady;
    const { each, postgres, clickhouseUrl } = engines;
    expect(await ask(postgres.ownerUrl, "select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes') as s")).toEqual([{ s: 'ononon' }]);
    await expect(ask(postgres.urlFor('dedup'), 'create table public.mine (n int)')).rejects.toThrow(/permission denied/);
    await ask(postgres.ownerUrl, 'create table kept as select 7 as n');
    await fetch(clickhouseUrl, { method: 'POST', body: 'create table kept (n Int32) engine MergeTree order by n' });
    await fetch(clickhouseUrl, { method: 'POST', body: 'insert into kept values (8)' });
    expect(await signIn(engines, 'dedup')).toEqual([]);

    const pids = Object.values(each).map((engine) => engine.pid);
    for (const engine of Object.values(each)) engine.kill();
    await eventually(async () => { for (const engine of Object.values(each)) if (!engine.running || pids.includes(engine.pid) || engine.restarts === 0) throw new Error(`${engine.name} is not back`); });
    expect(await eventually(() => ask(postgres.ownerUrl, 'select n from kept'))).toEqual([{ n: 7 }]);
    expect(await (await fetch(`${clickhouseUrl}/?query=select+n+from+kept`)).text()).toBe('8\n');
    expect(await eventually(() => signIn(engines as Engines, 'dedup'))).toEqual([]);
  }, 180_000);

  it('start on a home that an older commit wrote, which knew fewer services', async () => {
    await engines?.stop();
    edit(paths.secrets, (value: { kafka: Record<string, string>; postgres: Record<string, string> }) => ({
      ...value, kafka: { ...value.kafka, gateway: undefined }, postgres: { ...value.postgres, tl_gateway: undefined },
    }));
    edit(join(paths.kafka, 'users.json'), (users: string[]) => users.filter((user) => user !== 'gateway'));
    engines = await startEngines(home, { cache });
    expect(await signIn(engines, 'gateway')).toEqual([]);
    expect(await ask(engines.postgres.urlFor('gateway'), 'select current_user as who')).toEqual([{ who: 'tl_gateway' }]);
    expect(await ask(engines.postgres.ownerUrl, 'select n from kept')).toEqual([{ n: 7 }]);
  }, 120_000);
});
