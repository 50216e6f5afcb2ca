import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { api, launchBrowser, openTab, platformUnderTest, violations, visit, type Platform, type Tab } from './browser.js';
import { HOSTILE_TITLE, hostileSarif } from './hostile.js';

interface Item { readonly id: string; readonly title: string; readonly asset: string; readonly repository: string; readonly score: number }
interface List { readonly items: readonly Item[] }

let platform: Platform;
let browser: Browser;
let tab: Tab;
/** The worst finding that the internet reaches: the story that the sample world tells. */
let exposed: Item;

beforeAll(async () => {
  platform = platformUnderTest();
  browser = await launchBrowser();
  tab = await openTab(browser, platform);
  exposed = await worstExposed();
}, 240_000);

afterAll(async () => { await browser?.close(); });

/** The sample world is scored in the background: wait for its first exposed finding. */
async function worstExposed(): Promise<Item> {
  for (let tries = 0; tries < 60; tries += 1) {
    const [first] = (await api<List>(platform, '/v1/findings?exposed=yes&deployed=yes&limit=1')).items;
    if (first) return first;
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  }
  throw new Error('No exposed finding within a minute: is the sample world loaded?');
}

describe('Today', () => {
  it('shows the funnel and the ranked list, and a number opens its rows', async () => {
    await visit(tab, platform, '/today');
    await tab.page.waitForSelector('.funnel-step a');
    const steps = await tab.page.locator('.funnel-step .funnel-label').allTextContents();
    expect(steps).toEqual(expect.arrayContaining(['Reported', 'Unique', 'Deployed', 'Exposed', 'To act on']));
    const scores = (await tab.page.locator('.rows .band .score').allTextContents()).map(Number);
    expect(scores.length).toBeGreaterThan(0);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const unique = Number((await tab.page.locator('.funnel-step.unique .funnel-count').textContent())?.replaceAll(',', ''));
    await tab.page.click('.funnel-step.unique .funnel-count a');
    await tab.page.waitForSelector('.virtual-row');
    const shown = await tab.page.locator('.page-head .meta').textContent();
    if (unique < 100) expect(shown).toMatch(new RegExp(`^${unique} shown`));
    else expect(shown).toMatch(/shown/);
  });

  it('moves nothing once it is shown', async () => {
    await visit(tab, platform, '/today');
    const shift = await tab.page.evaluate<number>(`new Promise((resolve) => {
      let total = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) total += entry.value; }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(total), 300);
    })`);
    expect(shift).toBeLessThan(0.02);
  });
});

describe('Findings by keyboard', () => {
  it('moves, selects, peeks, filters and opens', async () => {
    await visit(tab, platform, '/findings');
    await tab.page.waitForSelector('.virtual-row');
    await tab.page.keyboard.press('j');
    await tab.page.waitForSelector('.frow.active');
    await tab.page.keyboard.press('x');
    expect(await tab.page.locator('.selection-bar').textContent()).toMatch(/1 finding selected/);
    await tab.page.keyboard.press('Space');
    await tab.page.waitForSelector('aside.side');
    expect(tab.page.url()).toContain('peek=');
    await tab.page.keyboard.press('Escape');
    await tab.page.waitForSelector('aside.side', { state: 'detached' });
    await tab.page.keyboard.press('/');
    expect(await tab.page.evaluate<string>('document.activeElement?.id')).toBe('filter-text');
    await tab.page.keyboard.press('Escape');
    const title = await tab.page.locator('.frow.active .title-link').textContent();
    await tab.page.keyboard.press('Enter');
    await tab.page.waitForURL(/\/findings\/[0-9a-f-]{36}/);
    await tab.page.waitForSelector('.finding-head h1');
    expect(await tab.page.locator('h1').textContent()).toBe(title);
  });

  it('goes by letters, shows its map, and finds by id', async () => {
    await visit(tab, platform, '/findings');
    await tab.page.keyboard.press('g');
    await tab.page.keyboard.press('t');
    await tab.page.waitForURL(/\/today/);
    await tab.page.keyboard.press('?');
    await tab.page.waitForSelector('dialog[open] .keymap');
    await tab.page.keyboard.press('Escape');
    await tab.page.waitForSelector('dialog[open]', { state: 'detached' });
    await tab.page.keyboard.press('Control+k');
    await tab.page.fill('.palette-input', exposed.id);
    await tab.page.keyboard.press('Enter');
    await tab.page.waitForURL(new RegExp(`/findings/${exposed.id}`));
  });
});

describe('A finding', () => {
  it('explains a score that adds up, and shows where it runs, the fix, the evidence and the history', async () => {
    await visit(tab, platform, `/findings/${exposed.id}`);
    await tab.page.waitForSelector('.waterfall tr.total');
    const points = (await tab.page.locator('.waterfall tbody tr:not(.total) td.num').allTextContents()).map((text) => Number(text.replace('−', '-').replace('+', '')));
    const total = Number(await tab.page.locator('.waterfall tr.total td.num').textContent());
    expect(points.reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 1);
    expect(total).toBeCloseTo(exposed.score, 1);
    for (const section of ['why', 'where', 'fix', 'evidence', 'history']) expect(await tab.page.locator(`section#${section} h2`).count()).toBe(1);
    expect(await tab.page.locator('.strip-node:not(.gap)').count()).toBeGreaterThan(0);
    expect(await tab.page.locator('.timeline li').count()).toBeGreaterThan(0);
  });

  it('says what failed and what to do when it does not exist', async () => {
    await visit(tab, platform, '/findings/00000000-0000-7000-8000-00000000dead');
    await tab.page.waitForSelector('[role=alert]');
    expect(await tab.page.locator('[role=alert]').textContent()).toMatch(/could not be read/);
  });
});

describe('Trace', () => {
  it('is drawn from the code to the internet, and back from the exposure to repository, build and team', async () => {
    const repository = `repo:${exposed.repository}`;
    await visit(tab, platform, `/trace?from=${encodeURIComponent(repository)}`);
    await tab.page.waitForSelector('.trace-node');
    expect(await tab.page.locator('.trace-column').allTextContents()).toHaveLength(5);
    expect(await tab.page.locator('.trace-node.subject-node').count()).toBe(1);
    expect(await tab.page.locator('.trace-edge').count()).toBeGreaterThan(2);
    expect(await tab.page.locator('.lead').textContent()).toMatch(/internet/i);
    const trace = await api<{ nodes: { urn: string; kind: string }[] }>(platform, `/v1/trace?from=${encodeURIComponent(repository)}&direction=forward`);
    const end = trace.nodes.find((node) => node.kind === 'endpoint') ?? trace.nodes.find((node) => node.kind === 'load-balancer');
    expect(end).toBeDefined();
    await visit(tab, platform, `/trace?from=${encodeURIComponent(end?.urn ?? '')}&direction=backward`);
    await tab.page.waitForSelector('.trace-node');
    const titles = (await tab.page.locator('.trace-node').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('title') ?? ''))).map((title) => title.split(':')[0]);
    expect(titles).toEqual(expect.arrayContaining(['repo', 'build', 'team']));
  });

  it('opens the evidence behind a node, turns with d, and looks at the past', async () => {
    await visit(tab, platform, `/trace?from=${encodeURIComponent(`repo:${exposed.repository}`)}`);
    await tab.page.waitForSelector('.trace-node');
    await tab.page.locator('.trace-node').first().click();
    await tab.page.waitForSelector('aside.side .facts');
    await tab.page.keyboard.press('Escape');
    await tab.page.waitForSelector('aside.side', { state: 'detached' });
    await tab.page.keyboard.press('d');
    await tab.page.waitForURL(/direction=backward/);
    await visit(tab, platform, `/trace?from=${encodeURIComponent(`repo:${exposed.repository}`)}&at=2020-01-01T00:00:00Z`);
    await tab.page.waitForSelector('.past-line');
  });
});

describe('FAULTS 58: stored XSS', () => {
  it('is refused by policy: no inline script or style, on any page', async () => {
    const answer = await fetch(`${platform.url}/findings/anything`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self'/);
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
  });

  it('is inert text in list, preview, finding and search', async () => {
    await api(platform, '/v1/scans?repository=github.com/acme/hostile&branch=main&commit=5858585858585858585858585858585858585858', { method: 'POST', body: hostileSarif(), headers: { 'content-type': 'application/json' } });
    const hostile = await untilFound();
    await visit(tab, platform, `/findings?q=${encodeURIComponent('onerror=alert(58)')}&status=all`);
    await tab.page.waitForSelector('.virtual-row');
    await tab.page.keyboard.press('j');
    await tab.page.keyboard.press('Space');
    await tab.page.waitForSelector('aside.side');
    expect(await tab.page.locator('aside.side h2').textContent()).toContain('onerror=alert(58)');
    await visit(tab, platform, `/findings/${hostile.id}`);
    await tab.page.waitForTimeout(500);
    expect(await tab.page.locator('h1').textContent()).toContain(HOSTILE_TITLE);
    const live = await tab.page.evaluate<number>(`[...document.querySelectorAll('a[href], img, script:not([src]), iframe, object, embed')].filter((one) => one.tagName !== 'A' || one.protocol === 'javascript:').length`);
    expect(live).toBe(0);
    expect(tab.dialogs).toEqual([]);
  });

  async function untilFound(): Promise<Item> {
    for (let tries = 0; tries < 60; tries += 1) {
      const [first] = (await api<List>(platform, `/v1/findings?q=${encodeURIComponent('onerror=alert(58)')}&limit=1`)).items;
      if (first) return first;
      await new Promise((resolve) => { setTimeout(resolve, 500); });
    }
    throw new Error('The hostile report was not scored within 30 s.');
  }
});

describe('accessibility', () => {
  const pages = (): string[] => ['/today', '/findings', `/findings/${exposed.id}`, `/trace?from=${encodeURIComponent(`repo:${exposed.repository}`)}`, '/trace', '/collect/scans', '/collect/connectors', '/collect/dead-letters', '/inventory/services', '/setup', '/admin', '/sign-in'];

  // Dark differs from light by its colours only: the pages that hold every one of them are enough.
  it.each([['light', 12], ['dark', 4]] as const)('axe finds nothing in %s', async (colorScheme, first) => {
    const look = await openTab(browser, platform, { colorScheme });
    const found: string[] = [];
    for (const path of pages().slice(0, first)) {
      await visit(look, platform, path);
      found.push(...(await violations(look.page)).map((one) => `${path} ${one}`));
    }
    await look.context.close();
    expect(found).toEqual([]);
  }, 240_000);

  it('fits 360 px without sideways scrolling', async () => {
    const look = await openTab(browser, platform, { width: 360 });
    const wide: string[] = [];
    for (const path of pages().slice(0, 7)) {
      await visit(look, platform, path);
      const over = await look.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      if (over > 0) wide.push(`${path}: ${over} px`);
    }
    await look.context.close();
    expect(wide).toEqual([]);
  }, 240_000);
});

it('no page threw, and the policy refused nothing', () => expect(tab.faults).toEqual([]));
