// Cost of dedup against the length of a tenant's history: `node bench/history.mjs [--stored=100000,1000000] [--findings=4000] [--out=file]`.
// CPU (this process and its Postgres backends) of a new, an unchanged and a line-shifted result while so many findings of the
// tenant are stored. Needs the engines of @throughline/testing and built packages.
import { readFileSync, writeFileSync } from 'node:fs';
import { AvroCodec, newId, TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT, systemClock } from '@throughline/domain';
import { createDatabase } from '@throughline/persistence';
import { createDatabase as createTestDatabase } from '@throughline/testing';
import { handleObserved } from '../dist/consumers/finding-observed.handler.js';
import { DEFAULT_POLICY } from '../dist/domain/policy.js';
import { scanRecords } from './results.mjs';

const option = (name, value) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? value;
const sizes = option('stored', '100000,1000000').split(',').map(Number);
const findings = Number(option('findings', '4000'));
/** Stored through the handler; what is more is these rows again under other ids. */
const SEED = 10_000;
const MEASURED = 'repo:github.com/acme/measured';
const COPIED = ['asset', 'scope', 'scan', 'scan_part', 'finding', 'identity_key', 'occurrence'];
/** Clock ticks a second of /proc, which Linux fixes at 100 for user space. */
const TICK_MICROS = 10_000;

const test = await createTestDatabase({ services: ['dedup'] });
const codec = new AvroCodec({ registry: { idOf: async () => 1 } });
await codec.prepare([TOPICS.findingChanged, TOPICS.scanCompleted]);
const database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec, pool: 2 });
const run = (work) => database.run([DEFAULT_TENANT], work);

/** Applies a scan in batches, as the consumer gets them. */
async function apply(spec) {
  let announced = 0;
  for (const batch of scanRecords(spec)) {
    await run((unit) => {
      const announce = unit.announce.bind(unit);
      unit.announce = (...messages) => { announced += messages.length; announce(...messages); };
      return handleObserved(batch, unit, { clock: systemClock, newId, policy: DEFAULT_POLICY });
    });
  }
  return announced;
}

/** Every id inside of a row gets a number: the copies hang together as the originals do. Contents stay, so that hashes of code repeat as in forks. */
function copyOf({ name, type }) {
  const column = `t.${name}`;
  if (name === 'tenant_id' || name === 'content_hash') return column;
  if (type === 'uuid') return `md5(${column}::text || n)::uuid`;
  if (type === 'uuid[]') return `array(select md5(e::text || n)::uuid from unnest(${column}) e)`;
  if (name === 'occurrence_id') return `('x' || substr(md5(${column}::text || n), 1, 16))::bit(64)::bigint`;
  if (name === 'members') return `array(select ('x' || substr(md5(e::text || n), 1, 16))::bit(64)::bigint from unnest(${column}) e)`;
  return name === 'urn' ? `${column} || '-' || n` : column;
}

async function multiply(from, to) {
  for (const table of COPIED) {
    const columns = await run((unit) => unit.query("select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''", [`dedup.${table}`]));
    // Only the seed is copied: its asset is the one without a number.
    const seed = SEED_ROWS[table];
    await run((unit) => unit.query(`insert into ${table} (${columns.map(({ name }) => name).join(', ')}) select ${columns.map(copyOf).join(', ')} from ${table} t, generate_series($1::int, $2::int) n where ${seed}`, [from, to - 1]));
  }
}
const SCOPES = "(select scope_id from scope where name like 'repo:github.com/acme/history|%' and asset_id = (select asset_id from asset where urn = 'repo:github.com/acme/history'))";
const FINDINGS = "(select finding_id from finding where asset_id = (select asset_id from asset where urn = 'repo:github.com/acme/history'))";
const SEED_ROWS = {
  asset: "t.urn = 'repo:github.com/acme/history'", scope: `t.scope_id in ${SCOPES}`, scan: `t.scope_id in ${SCOPES}`, scan_part: `t.scan_id in (select scan_id from scan where scope_id in ${SCOPES})`,
  finding: `t.finding_id in ${FINDINGS}`, identity_key: `t.finding_id in ${FINDINGS}`, occurrence: `t.scope_id in ${SCOPES}`,
};

/** CPU of the backends that serve us; both are of the pool and live as long as we do. */
const backends = async () => (await run((unit) => unit.query('select pid from pg_stat_activity where datname = current_database() and usename = current_user'))).map(({ pid }) => pid);
function backendMicros(pids) {
  return pids.reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
  }, 0);
}

/** Rows of findings that were written since a transaction: a rewritten row carries the number of the one that wrote it. */
const newestWrite = async () => (await run((unit) => unit.query('select coalesce(max(xmin::text::bigint), 0)::text as newest from finding where asset_id = (select asset_id from asset where urn = $1)', [MEASURED])))[0].newest;
const writtenSince = async (newest) => (await run((unit) => unit.query('select count(*)::int as rows from finding where asset_id = (select asset_id from asset where urn = $1) and xmin::text::bigint > $2::bigint', [MEASURED, newest])))[0].rows;

async function measure(step, stored, spec) {
  const newest = await newestWrite();
  const pids = await backends();
  const [cpu, postgres, from] = [process.cpuUsage(), backendMicros(pids), performance.now()];
  const records = await apply(spec);
  const { user, system } = process.cpuUsage(cpu);
  const spent = { postgres: backendMicros(pids) - postgres, wall: performance.now() - from };
  return {
    stored, step, results: spec.findings, records, processMicros: (user + system) / spec.findings, postgresMicros: spent.postgres / spec.findings, wallMicros: (spent.wall * 1000) / spec.findings,
    findingRowsWritten: await writtenSince(newest),
  };
}

const rows = [];
await apply({ asset: 'repo:github.com/acme/history', findings: SEED, sequence: 1, shift: 0 });
let copies = 1;
let sequence = 10;
for (const stored of sizes) {
  const wanted = Math.max(1, Math.round(stored / SEED));
  const began = performance.now();
  for (; copies < wanted; copies = Math.min(wanted, copies + 10)) await multiply(copies, Math.min(wanted, copies + 10));
  console.log(`${stored} findings stored in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  // A new asset of its own for each size, warmed by a first scan of another: plans and caches are what they are in a running service.
  await apply({ asset: `repo:github.com/acme/warm-${stored}`, findings: 1000, sequence: sequence++, shift: 0 });
  await run((unit) => unit.query("update asset set urn = urn || '-' || $1 where urn = $2", [String(stored), MEASURED]));
  for (const [step, shift] of [['new', 0], ['unchanged', 0], ['lines shifted', 7]]) rows.push(await measure(step, stored, { asset: MEASURED, findings, sequence: sequence++, shift }));
}
console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? +value.toFixed(1) : value]))));
const out = option('out', '');
if (out) writeFileSync(out, JSON.stringify(rows));
await database.close();
await test.drop();
process.exit(0);
