// CPU and wall time of dedup for each finding, new and unchanged, on a real Postgres: `node bench/dedup.mjs [findings] [parts a batch]`.
// Needs the engines of @throughline/testing and built packages.
import { AvroCodec, newId, TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT, systemClock } from '@throughline/domain';
import { createDatabase } from '@throughline/persistence';
import { createDatabase as createTestDatabase } from '@throughline/testing';
import { handleObserved } from '../dist/consumers/finding-observed.handler.js';
import { DEFAULT_POLICY } from '../dist/domain/policy.js';

const findings = Number(process.argv[2] ?? 20_000);
const partsInBatch = Number(process.argv[3] ?? 10);
const asset = 'repo:github.com/acme/bench';

const base = { ordinal: 0, description: 'x'.repeat(200), severity: { original: 'error', normalized: 'high', rule: 'r' }, cvss: [], weaknesses: ['CWE-95'], codeFlow: [], fingerprints: {}, secret: null, suppressions: [], references: ['https://example.com/rule'], remediation: 'use a safe call instead', reachability: '', detectedAt: '', attributes: {} };
const sast = (i, shift) => ({ ...base, ordinal: i, class: 'sast', title: `Finding ${i}`, rule: { tool: 'bench', id: `rule-${i % 50}`, name: 'rule', helpUri: '' }, identifiers: [], component: null, location: { path: `src/dir${i % 97}/file${i % 1009}.ts`, startLine: (i % 500) + shift, endLine: (i % 500) + shift, startColumn: 1, endColumn: 20, snippet: `const value${i} = eval(input${i}); // some code of usual length`, symbol: '', url: '', method: '', parameter: '', resource: '' }, fingerprints: { 'matchBasedId/v1': `${i}`.padStart(64, 'a') } });
const pkg = (i) => ({ ...base, ordinal: i, class: 'sca', title: `CVE ${i}`, rule: { tool: 'bench', id: `CVE-2024-${i}`, name: '', helpUri: '' }, identifiers: [`CVE-2024-${i}`, `GHSA-${i}`], location: null, component: { purl: `pkg:npm/p${i % 3000}@1.${i}.0`, name: `p${i}`, version: `1.${i}.0`, ecosystem: 'npm', fixedVersions: ['2.0.0'], dependencyPath: [], filePath: 'package-lock.json', layer: '' } });

function* batches(sequence, shift = 0) {
  const receivedAt = new Date(Date.UTC(2026, 0, 1) + sequence * 1000).toISOString();
  const header = { scanId: newId(), tenantId: DEFAULT_TENANT, sequence, tool: 'bench', toolVersion: '1', format: 'sarif', scope: `${asset}||bench||default`, receivedAt, scannedAt: receivedAt, target: { asset, version: `commit:${sequence}`, line: 'default', defaultLine: true, path: '', category: '', application: '', service: '', repository: 'github.com/acme/bench', branch: '', commit: `c${sequence}`, image: '', url: '', account: '', environment: '', build: '', pullRequest: '', base: '' } };
  const parts = Math.ceil(findings / 200);
  let batch = [];
  for (let part = 0; part < parts; part += 1) {
    const drafts = Array.from({ length: Math.min(200, findings - part * 200) }, (_, i) => { const n = part * 200 + i; return n % 2 ? pkg(n) : sast(n, shift); });
    batch.push(record(header, part, drafts, null));
    if (batch.length === partsInBatch) { yield batch; batch = []; }
  }
  yield [...batch, record(header, -1, [], { parts, reported: findings, observed: findings, quarantined: 0, coverage: 'complete', rejected: '', problems: [] })];
}
const record = (header, ordinal, drafts, marker) => ({ topic: TOPICS.findingObserved, partition: 0, offset: 0n, timestamp: 0, key: '', eventId: '', tenantId: DEFAULT_TENANT, headers: {}, value: { header, ordinal, drafts, marker } });

const test = await createTestDatabase({ services: ['dedup'] });
const codec = new AvroCodec({ registry: { idOf: async () => 1 } });
await codec.prepare([TOPICS.findingChanged, TOPICS.scanCompleted]);
const database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec, pool: 2 });



const statements = new Map();
function time(unit) {
  const query = unit.query.bind(unit);
  unit.query = async (sql, parameters, options) => {
    const from = performance.now();
    const result = await query(sql, parameters, options);
    const name = options?.name ?? sql.slice(0, 40);
    statements.set(name, (statements.get(name) ?? 0) + performance.now() - from);
    return result;
  };
}

const rows = [];
async function measure(name, sequence, shift) {
  let announced = 0;
  let wall = 0;
  let spent = 0;
  for (const batch of batches(sequence, shift)) {
    const cpu = process.cpuUsage();
    const from = performance.now();
    await database.run([DEFAULT_TENANT], (unit) => {
      const announce = unit.announce.bind(unit);
      if (process.env.STATEMENTS) time(unit);
      unit.announce = (...messages) => { announced += messages.length; announce(...messages); };
      return handleObserved(batch, unit, { clock: systemClock, newId, policy: DEFAULT_POLICY });
    });
    wall += performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    spent += user + system;
  }
  rows.push({ step: name, findings, records: announced, 'cpu µs/finding': +(spent / findings).toFixed(1), 'wall µs/finding': +((wall * 1000) / findings).toFixed(1), 'wall s': +(wall / 1000).toFixed(2) });
  if (statements.size > 0) console.log(name, [...statements].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([key, ms]) => `${key} ${((ms * 1000) / findings).toFixed(1)} µs`).join(', '));
  statements.clear();
}
await measure('new', 1, 0);
await measure('unchanged, another commit', 2, 0);
await measure('unchanged again', 3, 0);
await measure('half of them shifted by 7 lines', 4, 7);
console.table(rows);
await database.close();
await test.drop();
process.exit(0);
