// p50 and p95 of traces on a large graph, both ways, now and as of a past time, through the service's own controller.
//   pnpm build && node bench/trace.mjs [--assets 1000000] [--traces 200] [--out file.json]
import { createDatabase as createTestDatabase } from '@throughline/testing';
import { createDatabase } from '@throughline/persistence';
import { DEFAULT_TENANT, systemClock } from '@throughline/domain';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { TraceController } from '../dist/http/trace.controller.js';
import { countHops } from '../dist/persistence/hops.repository.js';
import { fill, PER_REPOSITORY, START, VERSIONS } from './fleet.mjs';

const { values: options } = parseArgs({ options: { assets: { type: 'string', default: '1000000' }, traces: { type: 'string', default: '200' }, out: { type: 'string', default: '.test-results/bench-trace.json' } } });
const repositories = Math.ceil(Number(options.assets) / PER_REPOSITORY);
const tenant = DEFAULT_TENANT;
const HOUR = 3_600_000;
const WARM_UP = 20;
const EXPOSED = (r) => `web${Math.floor(r / 10)}.example.com`;
const service = (r) => `service:arn:aws:ecs:eu-central-1:111122223333:service/prod/s${r}`;
const PAST = new Date(START + 20.5 * HOUR).toISOString();
const CASES = {
  'repository forward': (r) => ({ from: `repo:github.com/acme/r${r}`, direction: 'forward' }),
  'commit forward': (r) => ({ from: `commit:github.com/acme/r${r}@${(r * 1000 + VERSIONS - 1).toString(16).padStart(40, '0')}`, direction: 'forward' }),
  'service backward': (r) => ({ from: service(r), direction: 'backward' }),
  'service backward, as of': (r) => ({ from: service(r), direction: 'backward', at: PAST }),
  'endpoint backward (10 services)': (r) => ({ from: `endpoint:${EXPOSED(r)}`, direction: 'backward' }),
};

const test = await createTestDatabase({ services: ['chain-resolution'] });
const begun = performance.now();
const tell = (what) => console.log(`  ${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${what}`);
console.log(`filling a graph of about ${options.assets} assets`);
const counts = await fill(test.adminUrl, tenant, repositories, tell);
tell(`${counts.assets} assets, ${counts.links} links, ${counts.hops} hop states, indexes`);

const database = await createDatabase({ url: test.urlFor('chain_resolution'), schema: 'chain_resolution', pool: 4 });
let statements = 0;
const counting = { run: (tenants, work) => database.run(tenants, (unit) => work({ ...unit, query: (...args) => { statements += 1; return unit.query(...args); } })) };
const controller = new TraceController(counting, systemClock);
const caller = { tenantId: tenant, actor: 'bench', name: 'bench', role: 'viewer', scopes: [] };
const share = (sorted, part) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1));

/** Processor time of the database's processes that serve us, in ms: unlike the clock it does not depend on who else is at work. */
async function databaseCpu() {
  const pids = await database.run([tenant], (unit) => unit.query('select pid from pg_stat_activity where datname = current_database()'));
  try {
    return pids.reduce((sum, { pid }) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) * 10;
    }, 0);
  } catch {
    return Number.NaN; // no /proc here
  }
}

const results = {};
for (const [name, of] of Object.entries(CASES)) {
  const times = [];
  let [queries, nodes] = [0, 0];
  let [cpu, served] = [process.cpuUsage(), 0];
  for (let i = 0; i < Number(options.traces) + WARM_UP; i += 1) {
    if (i === WARM_UP) [cpu, served] = [process.cpuUsage(), await databaseCpu()];
    const before = [performance.now(), statements];
    const answer = await controller.get(caller, of((i * 7919) % repositories));
    JSON.stringify(answer);
    if (i >= WARM_UP) times.push(performance.now() - before[0]);
    [queries, nodes] = [Math.max(queries, statements - before[1]), Math.max(nodes, answer.nodes.length)];
  }
  const used = process.cpuUsage(cpu);
  const serving = (await databaseCpu()) - served;
  times.sort((a, b) => a - b);
  results[name] = { p50: share(times, 0.5), p95: share(times, 0.95), max: share(times, 1), 'own CPU ms': Number(((used.user + used.system) / 1000 / times.length).toFixed(1)), 'database CPU ms': Number((serving / times.length).toFixed(1)), queries, nodes };
}
const coverage = [];
for (let i = 0; i < 5; i += 1) {
  const from = performance.now();
  await database.run([tenant], (unit) => countHops(unit, tenant));
  coverage.push(performance.now() - from);
}
console.table(results);
console.log(`coverage over ${counts.hops} hop states: ${Math.min(...coverage).toFixed(0)} to ${Math.max(...coverage).toFixed(0)} ms; load of the machine ${loadavg()[0].toFixed(1)}`);
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, JSON.stringify({ ...counts, load: loadavg()[0], coverageMs: Math.round(Math.max(...coverage)), results }, null, 2));
await database.close();
await test.drop();
