import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** The running platform that the browser specs look at. */
export interface Platform { readonly url: string; readonly token: string }

/** Given by `npm test` as the home of a running platform, or by hand as an address and a token. Never a silent skip. */
export function platformUnderTest(env: NodeJS.ProcessEnv = process.env): Platform {
  const home = env['THROUGHLINE_TEST_PLATFORM'];
  if (env['THROUGHLINE_E2E_URL'] && env['THROUGHLINE_E2E_TOKEN']) return { url: env['THROUGHLINE_E2E_URL'].replace(/\/$/, ''), token: env['THROUGHLINE_E2E_TOKEN'] };
  if (!home) throw new Error('The browser specs need a running platform: run `npm test`, or set THROUGHLINE_E2E_URL and THROUGHLINE_E2E_TOKEN.');
  const endpoints = JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as { gateway: string };
  return { url: endpoints.gateway.replace(/\/$/, ''), token: readFileSync(join(home, 'admin-token'), 'utf8').trim() };
}

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? CANDIDATES.find((path) => existsSync(path));
  if (!executablePath) throw new Error('No Chromium was found. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'] });
}

/** A signed-in tab that remembers what must not happen: dialogs, page errors, refusals of the content policy. */
export interface Tab { readonly page: Page; readonly context: BrowserContext; readonly dialogs: string[]; readonly faults: string[] }

export async function openTab(browser: Browser, platform: Platform, options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number } = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1440, height: 900 }, colorScheme: options.colorScheme ?? 'light' });
  const page = await context.newPage();
  const dialogs: string[] = [];
  const faults: string[] = [];
  page.on('dialog', (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => { if (/Content Security Policy|Refused to/i.test(message.text())) faults.push(message.text()); });
  await page.goto(`${platform.url}/#token=${encodeURIComponent(platform.token)}`);
  await page.waitForSelector('h1');
  return { page, context, dialogs, faults };
}

/** Goes to a page of the console and waits until nothing is being loaded. */
export async function visit(tab: Tab, platform: Platform, path: string): Promise<void> {
  await tab.page.goto(platform.url + path);
  await tab.page.waitForSelector('h1');
  await tab.page.waitForSelector('.skeleton', { state: 'detached' });
}

export async function api<T>(platform: Platform, path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(platform.url + path, { ...init, headers: { authorization: `Bearer ${platform.token}`, ...init.headers as Record<string, string> } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return await answer.json() as T;
}

interface Violation { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 A and AA by axe; what it finds, in lines that name the element. The source goes in through the debugger, as the policy allows no other script. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = await page.evaluate<Violation[]>(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)`);
  return found.flatMap((one) => one.nodes.map((node) => `${one.id} (${one.impact}): ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 220)}`));
}
