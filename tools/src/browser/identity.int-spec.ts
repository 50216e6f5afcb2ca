import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { api, launchBrowser, openTab, platformUnderTest, violations, visit, type Platform, type Tab } from './browser.js';
import { EVAL, identityRepository, QUERY, QUERY_ELSEWHERE, REDIRECT, sarif, scanned } from './identity-world.js';

interface Finding { readonly id: string; readonly title: string; readonly tools: readonly string[]; readonly status: string; readonly mergedInto?: string | null }
interface Changes { readonly counts: Readonly<Record<string, number>>; readonly items: readonly { readonly kind: string; readonly finding: string }[] }

const repository = identityRepository();
let platform: Platform;
let browser: Browser;
let tab: Tab;
let scans: Awaited<ReturnType<typeof scanned>>[];
/** The query that two tools flag. */
let shared: Finding;
/** The finding that a split makes. */
let part = '';

beforeAll(async () => {
  platform = platformUnderTest();
  browser = await launchBrowser();
  tab = await openTab(browser, platform);
  scans = [
    await scanned(platform, repository, 1, sarif('semgrep', [QUERY, EVAL])),
    await scanned(platform, repository, 1, sarif('njsscan', [QUERY_ELSEWHERE, REDIRECT])),
    // The query's file was renamed, and the eval is gone.
    await scanned(platform, repository, 2, sarif('semgrep', [{ ...QUERY, path: 'src/shop/orders.js', line: 14 }])),
  ];
  const found = (await list()).find((one) => one.tools.length === 2);
  if (!found) throw new Error(`No finding of two tools in ${repository}: ${JSON.stringify(await list())}`);
  shared = found;
}, 240_000);

afterAll(async () => { await browser?.close(); });

const list = async (): Promise<readonly Finding[]> => (await api<{ items: Finding[] }>(platform, `/v1/findings?repository=${encodeURIComponent(repository)}`)).items;
const rows = (section: string): ReturnType<Tab['page']['locator']> => tab.page.locator(`#${section} tbody tr`);

/** Asked from here: the page's policy lets nobody evaluate text in it again and again. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
  throw new Error('It did not come to hold within 15 s.');
}

describe('What changed in this scan', () => {
  it('counts as the receipt does, lists as many findings as each count, and opens them', async () => {
    const [, , third] = scans;
    await visit(tab, platform, `/collect/scans/${third?.id}`);
    await tab.page.waitForSelector('.change-row');
    const { counts } = await api<Changes>(platform, `/v1/scans/${third?.id}/changes`);
    for (const kind of ['new', 'changed', 'reopened', 'absent', 'fixed']) {
      expect([kind, counts[kind]]).toEqual([kind, third?.counts[kind]]);
      const { items } = await api<Changes>(platform, `/v1/scans/${third?.id}/changes?kind=${kind}`);
      expect([kind, items.length]).toEqual([kind, counts[kind]]);
    }
    const told = await tab.page.locator('.change-kind b').allTextContents();
    const kinds = (await tab.page.locator('.change-kind').allTextContents()).slice(1).map((text) => text.replace(/^[\d,]+\s*/, ''));
    expect(kinds.map((kind, index) => [kind, Number(told[index])])).toEqual(kinds.map((kind) => [kind, counts[kind]]));
    await tab.page.click('.change-kind:has-text("absent")');
    await tab.page.waitForURL(/kind=absent/);
    await until(async () => await tab.page.locator('.change-row').count() === 1);
    expect(await tab.page.locator('.change-row').textContent()).toContain(EVAL.title);
    await tab.page.locator('.change-row a').first().click();
    await tab.page.waitForURL(/\/findings\//);
  });

  it('a renamed file is the same finding, told as moved with its reason', async () => {
    await visit(tab, platform, `/collect/scans/${scans[2]?.id}?kind=moved`);
    await tab.page.waitForSelector('.change-row');
    expect(await tab.page.locator('.change-row').textContent()).toMatch(/src\/shop\/orders\.js:14.*moved.*drift\/1/s);
  });

  it('is reached from the list of scans by its counts', async () => {
    await visit(tab, platform, '/collect/scans');
    await tab.page.waitForSelector('.counts a');
    await tab.page.locator(`a[href*="${scans[2]?.id}"]:has-text("absent")`).click();
    await tab.page.waitForSelector('#changes-title');
  });
});

describe('A finding of two tools', () => {
  it('shows all observations, why each is part of it, and the code of both side by side', async () => {
    await visit(tab, platform, `/findings/${shared.id}`);
    await tab.page.waitForSelector('#observations tbody tr');
    expect(await rows('observations').count()).toBe(2);
    const text = await tab.page.locator('#observations').textContent() ?? '';
    expect(text).toMatch(/almost certain|likely|possible/);
    expect(text).toMatch(/correlation\/1/);
    expect(await tab.page.locator('.code-sides figure').count()).toBe(2);
  });

  it('is split by the keyboard, with a reason that the platform insists on', async () => {
    await visit(tab, platform, `/findings/${shared.id}`);
    await tab.page.waitForSelector('#observations tbody tr');
    await tab.page.keyboard.press('s');
    await tab.page.waitForSelector('dialog[open] .choice-row');
    expect(await violations(tab.page)).toEqual([]);
    const box = tab.page.locator('.choice-row', { hasText: 'njsscan' }).locator('input');
    await box.focus();
    await tab.page.keyboard.press('Space');
    await tab.page.click('.reason-form .primary');
    expect(await tab.page.locator('.reason-foot .problem').textContent()).toMatch(/Say why/);
    await tab.page.fill('#reason-text', 'the other query on that line');
    await tab.page.keyboard.press('Tab');
    await tab.page.click('.reason-form .primary');
    await tab.page.waitForURL((url) => url.pathname.startsWith('/findings/') && !url.pathname.endsWith(shared.id), { timeout: 30_000 });
    part = new URL(tab.page.url()).pathname.split('/').at(-1) ?? '';
    await tab.page.waitForSelector('.warning-line:has-text("split from another finding")');
    await tab.page.waitForSelector('#observations tbody tr');
    expect(await rows('observations').count()).toBe(1);
  });

  it('stays split in later scans (C8), and its history says who and why', async () => {
    const again = await scanned(platform, repository, 3, sarif('njsscan', [{ ...QUERY_ELSEWHERE, path: 'src/shop/orders.js', line: 14 }, REDIRECT]));
    expect(again.counts).toMatchObject({ new: 0 });
    expect((await api<Finding>(platform, `/v1/findings/${shared.id}`)).tools).toEqual(['semgrep']);
    await visit(tab, platform, `/findings/${part}`);
    await tab.page.waitForSelector('.timeline > li');
    const entry = tab.page.locator('.timeline > li', { hasText: 'Split from' });
    expect(await entry.textContent()).toMatch(/“the other query on that line”/);
    expect(await entry.locator(`a[href$="/findings/${shared.id}"]`).count()).toBe(1);
    expect(await tab.page.locator('.timeline a[href*="/collect/scans/"]').count()).toBeGreaterThan(0);
  });

  it('is merged again; the one that is no more leads to it', async () => {
    await visit(tab, platform, `/findings/${shared.id}`);
    await tab.page.waitForSelector('#observations tbody tr');
    await tab.page.keyboard.press('m');
    await tab.page.waitForSelector('dialog[open] #merge-text');
    expect(await tab.page.evaluate<string>(`document.activeElement?.id ?? ""`)).toBe('merge-text');
    await tab.page.keyboard.type('Tainted');
    const choice = tab.page.locator('.choice-row', { hasText: QUERY_ELSEWHERE.title });
    await choice.waitFor();
    await choice.locator('input').check();
    expect(await violations(tab.page)).toEqual([]);
    await tab.page.fill('#reason-text', 'one query after all');
    await tab.page.click('.reason-form .primary');
    await tab.page.waitForSelector('dialog[open]', { state: 'detached', timeout: 30_000 });
    await until(async () => await rows('observations').count() === 2);
    expect(await tab.page.locator('#observations').textContent()).toMatch(/Merged by a person: “one query after all”/);
    await visit(tab, platform, `/findings/${part}`);
    await tab.page.locator('.warning-line:has-text("merged into another") a').click();
    await tab.page.waitForURL(new RegExp(`${shared.id}$`));
  });

  it('a rescan can be asked for; the page says what decides', async () => {
    await visit(tab, platform, `/findings/${shared.id}`);
    await tab.page.click('button:has-text("Ask for a rescan")');
    await tab.page.waitForSelector('.identity-actions [role=status]:has-text("scan")');
    expect(await tab.page.locator('button:has-text("Rescan asked for")').isDisabled()).toBe(true);
  });
});

describe('accessibility and geometry', () => {
  it.each([['light', 1440], ['dark', 1440], ['light', 360]] as const)('axe finds nothing and nothing is too wide: %s, %i px', async (colorScheme, width) => {
    const look = await openTab(browser, platform, { colorScheme, width });
    const found: string[] = [];
    for (const path of [`/findings/${shared.id}`, `/findings/${part}`, `/collect/scans/${scans[2]?.id}`, '/collect/scans']) {
      await visit(look, platform, path);
      if (width > 360) found.push(...(await violations(look.page)).map((one) => `${path} ${one}`));
      const over = await look.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      if (over > 0) found.push(`${path} is ${over} px too wide`);
    }
    await look.context.close();
    expect(found).toEqual([]);
  }, 120_000);

  it('no page threw, and the policy refused nothing', () => expect(tab.faults).toEqual([]));
});
