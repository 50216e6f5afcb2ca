import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chain } from './chain/chain.js';
import { endToEnd } from './end-to-end.js';
import { identity } from './identity/identity.js';
import { table, writeResults, type BenchResult } from './results.js';
import { trace } from './trace.js';

/** `npm run bench` runs all, `npm run bench:<name>` one. */
const BENCHES: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = { 'end-to-end': endToEnd, chain, identity, trace };
const FILE = join(dirname(fileURLToPath(import.meta.url)), '../../../bench/results.json');

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; known: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) {
  console.log(`\n${name}`);
  const results = await BENCHES[name]?.() ?? [];
  if (results.length === 0) continue;
  console.log(table(results));
  writeResults(FILE, name, results);
}
process.exit(0);
