// Pictures of every page against the mock, for a designer's eye: node dev/look.mjs [folder] [filter]
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startMock } from './mock.mjs';

const folder = process.argv[2] ?? 'shots';
const filter = new RegExp(process.argv[3] ?? '.');
const PAY = encodeURIComponent('repo:github.com/acme/pay');
const PAGES = [
  ['today', '/today'], ['findings', '/findings'], ['filtered', '/findings?band=act&exposed=yes,unknown'], ['finding', '/findings/01930000-0000-7000-8000-000000000000'], ['finding-sast', '/findings/01930000-0000-7000-8000-000000000001'],
  ['trace', `/trace?from=${PAY}`], ['trace-hops', `/trace?from=${PAY}&hops=all`], ['trace-back', `/trace?from=${encodeURIComponent('endpoint:pay.acme.example')}&direction=backward`], ['trace-start', '/trace'],
  ['scans', '/collect/scans'], ['scan', '/collect/scans/01930000-0000-7000-8000-000000000903'], ['scan-all', '/collect/scans/01930000-0000-7000-8000-000000000908'], ['connectors', '/collect/connectors'], ['dead-letters', '/collect/dead-letters'], ['inventory', '/inventory/services'], ['setup', '/setup'], ['admin', '/admin'], ['sign-in', '/sign-in'], ['lost', '/findings/nope'],
];
/** What a click or a key opens. */
const STATES = [
  ['peek', '/findings', async (page) => { await page.keyboard.press('j'); await page.keyboard.press('x'); await page.keyboard.press('Space'); }],
  ['palette', '/findings', async (page) => { await page.keyboard.press('Control+k'); await page.keyboard.type('lodash'); }],
  ['keys', '/today', (page) => page.keyboard.press('?')],
  ['filter', '/findings', (page) => page.click('.choice summary')],
  ['split', '/findings/01930000-0000-7000-8000-000000000001', async (page) => { await page.keyboard.press('s'); await page.locator('.choice-row').nth(1).click(); await page.click('.reason-form .primary'); }],
  ['merge', '/findings/01930000-0000-7000-8000-000000000001', (page) => page.keyboard.press('m')],
  ['panel', `/trace?from=${PAY}`, (page) => page.click('.trace-node.subject-node')],
  ['edge', `/trace?from=${PAY}`, (page) => page.locator('.trace-hit').nth(2).click({ force: true })],
  ['past', `/trace?from=${PAY}&at=${new Date(Date.now() - 15 * 86_400_000).toISOString().slice(0, 19)}Z`, async () => undefined],
];
const VIEWS = [['light', 1440, 900, 'light'], ['dark', 1440, 900, 'dark'], ['narrow', 360, 780, 'light']];

mkdirSync(folder, { recursive: true });
const mock = await startMock();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'] });
for (const world of ['few', 'many', 'none']) {
  for (const [view, width, height, scheme] of VIEWS) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 1 });
    const page = await context.newPage();
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type()) && !/404|401/.test(message.text())) console.log(world, view, page.url(), message.text()); });
    page.on('pageerror', (error) => console.log(world, view, page.url(), 'ERROR', error.message));
    await page.goto(`${mock.url}/#token=${world}`);
    for (const [name, path] of PAGES) {
      const shot = `${world}-${view}-${name}`;
      if (!filter.test(shot)) continue;
      await page.goto(mock.url + path);
      await page.waitForLoadState('networkidle');
      await page.waitForTimeout(250);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) console.log(shot, `is ${wide} px too wide`);
      await page.screenshot({ path: `${folder}/${shot}.png`, fullPage: !/many-.*-findings/.test(shot) });
    }
    for (const [name, path, act] of STATES) {
      const shot = `${world}-${view}-${name}`;
      if (world === 'none' || !filter.test(shot)) continue;
      await page.goto(mock.url + path);
      await page.waitForLoadState('networkidle');
      await act(page);
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${folder}/${shot}.png` });
    }
    await context.close();
  }
}
await browser.close();
await mock.close();
