// p50 and p95 of traces on a large graph, both ways, now and as of a past time.
//   pnpm build && node bench/trace.mjs [--assets 100000] [--traces 200] [--keep]
// The fleet: repositories with commits, builds and images; services that run the newest of them behind shared load balancers.
import { createDatabase as createTestDatabase } from '@throughline/testing';
import { createDatabase } from '@throughline/persistence';
import { DEFAULT_TENANT } from '@throughline/domain';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { modelOf } from '../dist/domain/model.js';
import { trace } from '../dist/domain/trace.js';
import { saveAssets } from '../dist/persistence/assets.repository.js';
import { postgresGraph } from '../dist/persistence/graph.repository.js';
import { saveBeliefs } from '../dist/persistence/links.repository.js';
import { presentTrace } from '../dist/http/present.js';

const { values: options } = parseArgs({ options: { assets: { type: 'string', default: '100000' }, traces: { type: 'string', default: '200' } } });
const wanted = Number(options.assets);
const PER_REPOSITORY = 150; // 48 commits, builds and images each, and what runs of them
const tenant = DEFAULT_TENANT;
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

const arn = (service, rest) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
const sha = (n) => n.toString(16).padStart(40, '0');
const digest = (n) => `sha256:${n.toString(16).padStart(64, '0')}`;

function* fleet() {
  const repositories = Math.ceil(wanted / PER_REPOSITORY);
  for (let r = 0; r < repositories; r += 1) yield* repository(r);
}

function* repository(r) {
  const repo = `repo:github.com/acme/r${r}`;
  const service = `service:${arn('ecs', `service/prod/s${r}`)}`;
  const group = `target-group:${arn('elasticloadbalancing', `targetgroup/s${r}/1`)}`;
  const balancerId = Math.floor(r / 10);
  const listener = `listener:${arn('elasticloadbalancing', `listener/app/web${balancerId}/1/2`)}`;
  const balancer = `lb:${arn('elasticloadbalancing', `loadbalancer/app/web${balancerId}/1`)}`;
  const rule = `listener-rule:${arn('elasticloadbalancing', `listener-rule/app/web${balancerId}/1/2/${r}`)}`;
  const assets = [[repo, { codeowners: { path: 'CODEOWNERS', text: `* @acme/team${r % 40}\n` } }], [service, { name: `s${r}`, desiredCount: 2, runningCount: 2, assignPublicIp: false, loadBalancers: ['x'] }], [group, { targets: [{ id: '10.0.0.1' }] }], [rule, {}]];
  const links = [];
  const link = (from, kind, to, at, method = 'api', validTo = null) => links.push({ from, kind, to, method, verified: method === 'attestation', confidence: 0.98, evidence: { source: 'bench' }, validFrom: start + at * hour, validTo: validTo === null ? null : start + validTo * hour });
  for (let i = 0; i < 48; i += 1) {
    const n = r * 1000 + i;
    const [commit, build, image] = [`commit:github.com/acme/r${r}@${sha(n)}`, `build:github.com/acme/r${r}/actions/runs/${n}`, `image:registry.example/acme/r${r}@${digest(n)}`];
    assets.push([commit, {}], [build, {}], [image, {}]);
    link(repo, 'contains', commit, i);
    link(commit, 'built-by', build, i);
    link(build, 'produced', image, i, 'attestation');
    link(image, 'part-of', `image-name:registry.example/acme/r${r}`, i);
    link(image, 'runs-as', service, i, 'deployment-record', i === 47 ? null : i + 1);
  }
  for (let t = 0; t < 2; t += 1) {
    const task = `task:${arn('ecs', `task/prod/s${r}t${t}`)}`;
    assets.push([task, {}]);
    link(`image:registry.example/acme/r${r}@${digest(r * 1000 + 47)}`, 'runs-as', task, 47);
    link(task, 'part-of', service, 47);
  }
  link(service, 'routes-to', group, 0);
  link(group, 'routes-to', rule, 0);
  link(rule, 'part-of', listener, 0);
  assets.push([`image-name:registry.example/acme/r${r}`, {}]);
  if (r % 10 === 0) {
    link(listener, 'listens-on', balancer, 0);
    link(balancer, 'resolves-to', `endpoint:web${balancerId}.example.com`, 0);
    assets.push([listener, { port: 443 }], [balancer, { scheme: 'internet-facing', type: 'application', securityGroups: ['sg-1'] }], [`endpoint:web${balancerId}.example.com`, {}]);
    if (r === 0) assets.push([`cloud-resource:${arn('ec2', 'security-group/sg-1')}`, { ingress: [{ protocol: '-1', cidrs: ['0.0.0.0/0'] }] }]);
  }
  yield { assets, links };
}

const test = await createTestDatabase({ services: ['chain-resolution'] });
const database = await createDatabase({ url: test.urlFor('chain_resolution'), schema: 'chain_resolution', pool: 4 });
let assets = 0;
let links = 0;
console.log(`loading about ${wanted} assets …`);
let pending = [];
const flush = async () => {
  const batch = pending;
  pending = [];
  await database.run([tenant], async (unit) => {
    await saveAssets(unit, tenant, batch.flatMap((one) => one.assets).map(([urn, attributes]) => ({ urn, attributes, resolved: true, firstSeen: start, lastSeen: start, retiredAt: null })));
    await saveBeliefs(unit, tenant, { ended: [], begun: batch.flatMap((one) => one.links) }, new Date(start));
  });
};
for (const one of fleet()) {
  assets += one.assets.length;
  links += one.links.length;
  pending.push(one);
  if (pending.length === 25) await flush();
}
await flush();
await database.run([tenant], (unit) => unit.query('select 1'));
const { default: pg } = await import('pg').catch(() => ({ default: undefined }));
if (pg) {
  const client = new pg.Client({ connectionString: test.adminUrl });
  await client.connect();
  await client.query('analyze chain_resolution.links; analyze chain_resolution.assets; analyze chain_resolution.asset_versions');
  await client.end();
}

const model = modelOf([], true);
const repositories = Math.ceil(wanted / PER_REPOSITORY);
const now = new Date();
const CASES = {
  'repository forward': (r) => [`repo:github.com/acme/r${r}`, 'forward', null],
  'commit forward': (r) => [`commit:github.com/acme/r${r}@${sha(r * 1000 + 47)}`, 'forward', null],
  'service backward': (r) => [`service:${arn('ecs', `service/prod/s${r}`)}`, 'backward', null],
  'service backward, as of': (r) => [`service:${arn('ecs', `service/prod/s${r}`)}`, 'backward', start + 20.5 * hour],
  'endpoint backward (10 services)': (r) => [`endpoint:web${Math.floor(r / 10)}.example.com`, 'backward', null],
};
const results = {};
for (const [name, of] of Object.entries(CASES)) {
  const times = [];
  let queries = 0;
  let nodes = 0;
  let cpu = process.cpuUsage();
  for (let i = 0; i < Number(options.traces) + 20; i += 1) {
    const [from, direction, at] = of((i * 7919) % repositories);
    if (i === 20) cpu = process.cpuUsage();
    const begun = performance.now();
    await database.run([tenant], async (unit) => {
      const graph = postgresGraph(unit, tenant, at);
      const answer = await trace(graph, { from: [from], direction, model });
      JSON.stringify(presentTrace(answer, { from, direction, at: undefined }, now));
      queries = Math.max(queries, graph.queries());
      nodes = Math.max(nodes, answer.nodes.length);
    });
    if (i >= 20) times.push(performance.now() - begun);
  }
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  results[name] = { p50: Number(at(0.5).toFixed(1)), p95: Number(at(0.95).toFixed(1)), max: Number(times.at(-1).toFixed(1)), 'own CPU ms': Number(((used.user + used.system) / 1000 / times.length).toFixed(1)), queries, nodes };
}
console.log(`${assets} assets, ${links} links`);
console.table(results);
mkdirSync('.test-results', { recursive: true });
writeFileSync('.test-results/bench-trace.json', JSON.stringify({ assets, links, results }, null, 2));
await database.close();
await test.drop();
