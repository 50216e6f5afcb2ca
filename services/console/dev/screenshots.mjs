// Refreshes the pictures of the README from a running platform:
// THROUGHLINE_URL=http://127.0.0.1:8080 THROUGHLINE_TOKEN=$(cat .throughline/admin-token) node services/console/dev/screenshots.mjs
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const url = (process.env.THROUGHLINE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const token = process.env.THROUGHLINE_TOKEN;
if (!token) throw new Error('Set THROUGHLINE_TOKEN to an API token of the platform (it is printed at the start).');
const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../../../docs/images');

async function api(path) {
  const answer = await fetch(`${url}/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.json();
}

const worst = (await api('/findings?exposed=yes&deployed=yes&limit=1')).items[0];
if (!worst) throw new Error('The platform has no exposed finding; start it with its sample world.');
const service = (await api('/trace/exposed?limit=1')).items[0];
if (!service) throw new Error('The platform has no exposed service; start it with its sample world.');
const identifier = (await api('/findings?exposed=yes&deployed=yes&limit=100')).items.flatMap((finding) => finding.identifiers).find((id) => id.startsWith('CVE-'));
const joined = (await api('/scans?limit=100')).items.filter((scan) => scan.counts.changed > 0 && scan.counts.new > 0).sort((a, b) => b.counts.changed - a.counts.changed)[0];
if (!joined) throw new Error('No scan changed a known finding; start the platform with its sample world.');
const repository = encodeURIComponent(`repo:${worst.repository}`);
const PICTURES = [
  ['today', '/today', 'light', 960, '.rows'], ['today-dark', '/today', 'dark', 960, '.rows'], ['findings', '/findings', 'light', 800, '.virtual-row'],
  ['finding', `/findings/${worst.id}`, 'light', 1000, '.strip'], ['trace', `/trace?from=${repository}`, 'light', 800, '.trace-node'], ['trace-dark', `/trace?from=${encodeURIComponent(service.service)}&direction=backward`, 'dark', 800, '.trace-node'],
  ['exposed', '/trace/exposed', 'light', 560, '.way'], ['blast-radius', `/trace/blast-radius?identifier=${identifier}`, 'light', 1000, '.trace-node'], ['coverage', '/collect/coverage', 'light', 1000, '.hop-bar'],
  ['scan', `/collect/scans/${joined.id}`, 'light', 900, '.change-row'], ['connectors', '/collect/connectors', 'light', 560, '.connectors-table'], ['provenance', '/collect/provenance', 'light', 900, '.attestation-list'],
];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'] });
for (const [name, path, colorScheme, height, drawn] of PICTURES) {
  const page = await browser.newPage({ viewport: { width: 1440, height }, colorScheme });
  await page.goto(`${url}/#token=${encodeURIComponent(token)}`);
  await page.waitForSelector('h1');
  await page.goto(url + path);
  await page.waitForLoadState('networkidle');
  await page.waitForSelector(drawn);
  await page.waitForSelector('.skeleton', { state: 'detached' });
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
