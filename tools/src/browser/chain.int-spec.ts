import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { api, launchBrowser, openTab, platformUnderTest, violations, visit, type Platform, type Tab } from './browser.js';
import { tellStory, WORLD } from './chain-world.js';

interface Exposed { readonly service: string; readonly name: string; readonly exposure: string }

let platform: Platform;
let browser: Browser;
let tab: Tab;
let exposed: readonly Exposed[];

beforeAll(async () => {
  platform = platformUnderTest();
  browser = await launchBrowser();
  tab = await openTab(browser, platform);
  await tellStory(platform);
  exposed = (await api<{ items: Exposed[] }>(platform, '/v1/trace/exposed?limit=500')).items;
}, 240_000);

afterAll(async () => { await browser?.close(); });

const traceOf = (urn: string, more = ''): string => `/trace?from=${encodeURIComponent(urn)}${more}`;
const inPicture = (selector: string): Locator => tab.page.locator(`.trace-canvas ${selector}`);
const focused = (): Promise<string> => tab.page.evaluate<string>(`document.activeElement?.getAttribute('data-item') ?? ''`);
const press = async (key: string): Promise<void> => tab.page.keyboard.press(key);

describe('the trace as a picture', () => {
  it('E5, E6: a proof, a guess and a gap each look like what they are, by line, badge and word', async () => {
    await visit(tab, platform, traceOf(WORLD.repository));
    await tab.page.waitForSelector('.trace-canvas .trace-node');
    expect(await inPicture('.line-badge.verified .pill').first().textContent()).toBe('✓');
    expect(await inPicture('.line-badge.verified .sr').first().textContent()).toMatch(/verified by .*signed attestation/);
    expect(await inPicture('.line.inferred').count()).toBeGreaterThan(0);
    expect(await inPicture('.line-badge.inferred .pill').first().textContent()).toMatch(/^≈ 0\.\d\d$/);
    const dashes = (style: string): Promise<string> => tab.page.evaluate<string>(`getComputedStyle(document.querySelector('.trace-canvas .line.${style}')).strokeDasharray`);
    expect(await dashes('verified')).toBe('none');
    expect(await dashes('inferred')).not.toBe('none');
    expect(await tab.page.locator('.lead').textContent()).toMatch(/guess/);
  });

  it('E4: an index and its platform digests are one image with their count', async () => {
    const logical = inPicture('.trace-node.logical');
    expect(await logical.count()).toBe(1);
    expect(await logical.first().textContent()).toMatch(/2 platforms/);
    expect(await logical.first().getAttribute('title')).toBe(WORLD.proven);
  });

  it('E8: a missing hop stands in its column with its reason, and its remedy can be copied', async () => {
    await visit(tab, platform, traceOf(WORLD.services.cron, '&direction=backward'));
    const gap = inPicture('.trace-gap').filter({ hasText: 'No build is known' });
    await gap.waitFor();
    const [left, build] = await Promise.all([gap.boundingBox(), inPicture('.trace-column').nth(1).boundingBox()]);
    expect(Math.abs((left?.x ?? 0) - (build?.x ?? -100))).toBeLessThan(2);
    await gap.click();
    await tab.page.waitForSelector('aside.side .command');
    expect(await tab.page.locator('aside.side').textContent()).toMatch(/attest-build-provenance/);
    expect(await tab.page.locator('aside.side .command .copy').count()).toBeGreaterThan(0);
    expect(tab.page.url()).toContain('select=gap');
  });

  it('is walked by the arrow keys, and focus shows the evidence', async () => {
    await visit(tab, platform, traceOf(WORLD.repository));
    const subject = inPicture('.subject-node');
    await subject.focus();
    await press('ArrowRight');
    const [from, to] = (await focused()).split('\n');
    expect(from).toBe(WORLD.repository);
    await press('ArrowRight');
    expect(await focused()).toBe(to);
    await press('ArrowLeft');
    await press('ArrowLeft');
    expect(await focused()).toBe(WORLD.repository);
    await inPicture('.line-badge.verified').first().focus();
    await press('ArrowLeft');
    await press('ArrowRight');
    await tab.page.waitForSelector('#trace-card');
    await inPicture('.line-badge.verified').first().focus();
    await tab.page.waitForFunction(`/signed attestation/.test(document.querySelector('#trace-card')?.textContent ?? '')`);
    await press('Escape');
    await tab.page.waitForSelector('#trace-card', { state: 'detached' });
    await press('Enter');
    await tab.page.waitForSelector('aside.side .link-facts');
    expect(await tab.page.locator('aside.side').textContent()).toMatch(/100\s%/);
  });

  it('has the same as a list, and the address holds the view', async () => {
    await visit(tab, platform, traceOf(WORLD.repository));
    await tab.page.waitForSelector('.trace-canvas');
    await press('v');
    await tab.page.waitForURL(/view=list/);
    const words = (await tab.page.locator('table .trust').allTextContents()).join(' ');
    expect(words).toMatch(/Verified/);
    expect(words).toMatch(/Inferred/);
    expect(await tab.page.locator('table').textContent()).toMatch(/signed attestation/);
    await tab.page.reload();
    await tab.page.waitForSelector('table .trust');
  });
});

describe('a trace that is large, or partly closed to the reader', () => {
  const node = (urn: string, kind: string, over: object = {}): object => ({ urn, kind, name: urn.split(':').at(-1), attributes: {}, ...over });
  const edge = (from: string, to: string): object => ({ from, to, kind: 'runs-as', method: 'api', verified: false, confidence: 0.98, evidence: {}, validFrom: '2026-01-01T00:00:00Z', validTo: null });
  /** The console alone is looked at: the answer is made here. */
  async function answered(body: { readonly nodes: readonly object[]; readonly links: readonly object[] }, look: (tab: Tab) => Promise<void>): Promise<void> {
    const other = await openTab(browser, platform);
    await other.page.route(/\/v1\/trace\?/, (route) => route.fulfill({ json: { paths: [], gaps: [], exposure: 'unknown', owner: null, services: [], partial: false, ...body } }));
    await look(other);
    expect(other.faults).toEqual([]);
    await other.context.close();
  }

  it('draws 2,000 nodes as at most 60 boxes, and opens a stack in place and in the address', async () => {
    const tasks = Array.from({ length: 2000 }, (_, n) => `task:big/${String(n).padStart(4, '0')}`);
    await answered({ nodes: [node('image:r/big@sha256:1', 'image'), ...tasks.map((urn) => node(urn, 'task'))], links: tasks.map((urn) => edge('image:r/big@sha256:1', urn)) }, async (other) => {
      await visit(other, platform, traceOf('image:r/big@sha256:1', '&hops=all'));
      await other.page.waitForSelector('.trace-stack');
      expect(await other.page.locator('.trace-canvas button[data-item]:not(.line-badge)').count()).toBeLessThanOrEqual(60);
      expect(await other.page.locator('.trace-stack').textContent()).toMatch(/\+1995 tasks/);
      await other.page.click('.trace-stack');
      await other.page.waitForURL(/open=stack-3-task/);
      await other.page.waitForFunction(`/\\+1955 tasks/.test(document.querySelector('.trace-stack')?.textContent ?? '')`);
    });
  });

  it('R7: what the reader may not see is there, locked, with its kind: no gap, and no name', async () => {
    await answered({ nodes: [node('image:r/a@sha256:1', 'image'), node('service:secret/name', 'service', { restricted: true })], links: [edge('image:r/a@sha256:1', 'service:secret/name')] }, async (other) => {
      await visit(other, platform, traceOf('image:r/a@sha256:1'));
      await other.page.waitForSelector('.trace-node.restricted');
      expect(await other.page.locator('.trace-node.restricted').textContent()).toMatch(/Restricted service/);
      expect(await other.page.locator('.trace-node.restricted').getAttribute('title')).toBeNull();
      expect(await other.page.locator('.trace-gap').count()).toBe(0);
      await other.page.click('.trace-node.restricted');
      await other.page.waitForSelector('aside.side');
      expect(await other.page.locator('aside.side').textContent()).not.toMatch(/secret/);
    });
  });
});

describe('the trace over time', () => {
  it('E11: shows the chain as it was before the roll-out, by slider, key and address', async () => {
    await visit(tab, platform, traceOf(WORLD.services.web, '&direction=backward'));
    await tab.page.waitForSelector('.as-of-tick');
    expect(await inPicture('.trace-node.logical').count()).toBe(1);
    const before = new Date(Date.parse(WORLD.rolledOut) - 3_600_000).toISOString().slice(0, 19);
    await visit(tab, platform, traceOf(WORLD.services.web, `&direction=backward&at=${before}Z`));
    await tab.page.waitForSelector('.trace-page.past');
    expect(await tab.page.locator('.as-of').textContent()).toMatch(/As it was on/);
    const running = await inPicture('.trace-edge').count();
    expect(running).toBeGreaterThan(0);
    expect(await inPicture(`.trace-node[title="${WORLD.before}"]`).count()).toBe(1);
    expect(await inPicture(`.trace-node[title="${WORLD.proven}"]`).count()).toBe(0);
    await press(']');
    await tab.page.waitForFunction(`!location.search.includes(${JSON.stringify(before)})`);
    await tab.page.click('.as-of button:text-is("Now")');
    await tab.page.waitForSelector('.trace-page:not(.past)');
  });

  it('says from when to when something was exposed', async () => {
    const [first] = exposed;
    await visit(tab, platform, traceOf(first?.service ?? '', '&direction=backward&span=365'));
    await tab.page.waitForSelector('.periods li');
    expect(await tab.page.locator('.periods').textContent()).toMatch(/exposed to (the internet|a limited public) from \d+ \w+ \d{4} (until now|to)/);
    expect(await tab.page.locator('.as-of-band').count()).toBeGreaterThan(0);
  });
});

describe('the pages of the chain', () => {
  it('what the internet reaches: every service with its way in, filtered by the address', async () => {
    await visit(tab, platform, '/trace/exposed');
    await tab.page.waitForSelector('.exposed-table tbody tr');
    expect(await tab.page.locator('.exposed-table tbody tr').count()).toBe(exposed.length);
    expect(await tab.page.locator('.way').first().textContent()).toMatch(/→/);
    await tab.page.click('.filters button:text-is("Internet")');
    await tab.page.waitForURL(/exposure=internet/);
    await tab.page.waitForFunction(`document.querySelectorAll('.exposed-table tbody tr').length === ${exposed.filter((one) => one.exposure === 'internet').length}`);
    await tab.page.locator('.exposed-table tbody a').first().click();
    await tab.page.waitForSelector('.trace-canvas .trace-node');
    expect(tab.page.url()).toContain('direction=backward');
  });

  it('coverage leads to the assets that miss a hop', async () => {
    await visit(tab, platform, '/collect/coverage');
    await tab.page.waitForSelector('.hop-bar');
    expect(await tab.page.locator('.hop').count()).toBeGreaterThanOrEqual(6);
    const link = tab.page.locator('.hop-figures a').first();
    expect(await link.textContent()).toMatch(/^[\d,]+ \w+ miss(es)? it$/);
    await link.click();
    await tab.page.waitForSelector('table tbody tr');
    // The counts may be a minute old, the list is of now.
    const hop = new URL(tab.page.url()).pathname.split('/').at(-1) ?? '';
    const missing = (await api<{ items: readonly { asset: string }[] }>(platform, `/v1/trace/coverage/${hop}?limit=500`)).items;
    expect(missing.map((one) => one.asset)).toContain(WORLD.unknown);
    expect(await tab.page.locator('table tbody tr').count()).toBe(missing.length);
    expect(await tab.page.locator('.command').count()).toBeGreaterThan(0);
  });

  it('the blast radius of a repository: counts that open their lists, and the map', async () => {
    const { counts } = await api<{ counts: Record<string, number> }>(platform, `/v1/trace/blast-radius?from=${encodeURIComponent(WORLD.repository)}`);
    await visit(tab, platform, `/trace/blast-radius?from=${encodeURIComponent(WORLD.repository)}`);
    await tab.page.waitForSelector('.count-tile');
    const tile = tab.page.locator('.count-tile').filter({ hasText: /images?/ });
    expect(Number(await tile.locator('.count-number').textContent())).toBe(counts['images']);
    await tile.click();
    await tab.page.waitForURL(/show=images/);
    expect(await tab.page.locator('section[aria-label=Images] tbody tr').count()).toBeGreaterThan(0);
    await tab.page.waitForSelector('.blast-map .trace-node');
  });

  it('the explorer finds an asset by part of its name, and takes what is pasted', async () => {
    await visit(tab, platform, '/trace');
    await tab.page.fill('#trace-from', 'story-batch');
    await tab.page.waitForSelector('.asset-rows li');
    expect((await tab.page.locator('.asset-rows').textContent()) ?? '').toMatch(/story-batch/);
    expect(tab.page.url()).toContain('q=story-batch');
    await tab.page.fill('#trace-from', WORLD.repository);
    await press('Enter');
    await tab.page.waitForSelector('.trace-canvas .subject-node');
  });

  it('a connector is set up, its secret never comes back, and it goes again', async () => {
    const secret = 'e2e-secret-0123456789';
    await visit(tab, platform, '/collect/connect?kind=github');
    await tab.page.fill('#connector-id', 'Not a slug');
    await tab.page.click('button[type=submit]');
    expect(await tab.page.locator('.problem').textContent()).toMatch(/slug/);
    await tab.page.fill('#connector-id', 'e2e-github');
    await tab.page.fill('[id="field-webhookSecret"]', secret);
    await tab.page.click('button[type=submit]');
    await tab.page.waitForURL(/\/collect\/connectors\/e2e-github/);
    await tab.page.waitForSelector('text=stored, never shown');
    expect(await tab.page.content()).not.toContain(secret);
    expect(await tab.page.locator('section[aria-labelledby=permissions-title]').count()).toBe(1);
    await visit(tab, platform, '/collect/connectors');
    expect(await tab.page.locator('.connectors-table').textContent()).toMatch(/e2e-github/);
    await visit(tab, platform, '/collect/connectors/e2e-github');
    await tab.page.click('button:text-is("Delete")');
    await tab.page.click('button:text-is("Delete e2e-github")');
    await tab.page.waitForURL(/\/collect\/connectors$/);
    await tab.page.waitForFunction(`!document.querySelector('.connectors-table')?.textContent?.includes('e2e-github')`);
  });

  it('the provenance page tells whom we believe and what was signed', async () => {
    await visit(tab, platform, `/collect/provenance?image=${encodeURIComponent(WORLD.proven)}`);
    await tab.page.waitForSelector('.attestation-list .trust.verified');
    expect(await tab.page.inputValue('#policy-keys')).toMatch(/e2e-story/);
    expect(await tab.page.locator('.attestation-list').textContent()).toMatch(/release\.yml/);
  });
});

describe('for everybody', () => {
  const pages = (): string[] => [traceOf(WORLD.repository), traceOf(WORLD.repository, '&view=list'), '/trace?q=story', '/trace/exposed', `/trace/blast-radius?from=${encodeURIComponent(WORLD.repository)}`, '/collect/coverage', '/collect/coverage/build', '/collect/connectors', '/collect/connectors/github', '/collect/connect?kind=aws', `/collect/provenance?image=${encodeURIComponent(WORLD.proven)}`];

  it.each(['light', 'dark'] as const)('axe finds nothing in %s', async (colorScheme) => {
    const look = await openTab(browser, platform, { colorScheme });
    const found: string[] = [];
    for (const path of pages()) {
      await visit(look, platform, path);
      found.push(...(await violations(look.page)).map((one) => `${path} ${one}`));
    }
    await look.context.close();
    expect(found).toEqual([]);
  }, 240_000);

  it('fits 360 px without sideways scrolling, and moves nothing once it is shown', async () => {
    const look = await openTab(browser, platform, { width: 360 });
    const wrong: string[] = [];
    for (const path of pages()) {
      await visit(look, platform, path);
      const over = await look.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      if (over > 0) wrong.push(`${path}: ${over} px too wide`);
    }
    await look.context.close();
    const desk = await openTab(browser, platform);
    for (const path of ['/trace/exposed', '/collect/coverage', '/collect/connectors']) {
      await visit(desk, platform, path);
      const shift = await desk.page.evaluate<number>(`new Promise((resolve) => { let total = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) total += entry.value; }).observe({ type: 'layout-shift', buffered: true }); setTimeout(() => resolve(total), 300); })`);
      if (shift >= 0.02) wrong.push(`${path}: shifts by ${shift}`);
    }
    await desk.context.close();
    expect(wrong).toEqual([]);
  }, 240_000);
});

it('no page threw, and the policy refused nothing', () => expect(tab.faults).toEqual([]));
