/** The page as a reader meets it: let in by a key, shown in words, and nothing from elsewhere. */
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { axeFindings, namelessControls, PHONE } from './Browser';
import { findChromium } from './findChromium';
import { SCROLL_TO_THE_END } from './SCROLL_TO_THE_END';
import { goTo, PageStage } from './PageStage';

const describePage = findChromium() === undefined ? describe.skip : describe;
if (findChromium() === undefined) console.log('skipped: no Chromium here; run bash .ci/chromium.sh');

const KEY = 'e2e-key';

let stage: PageStage;

describePage('the page', () => {
  let cycleId: string;
  beforeAll(async () => {
    stage = await PageStage.start();
    cycleId = await stage.sync({ mode: 'full' });
  });
  afterAll(() => stage.stop());

  /** Every view, and what shows that it is there. */
  const places = () =>
    [
      ['#/overview', '.chart-place canvas'],
      ['#/cycles', '.table-stacks'],
      [`#/cycles/${cycleId}`, '.rows-item'],
      ['#/log', '.rows-item'],
      ['#/person', '.empty'],
      [`#/person/${stage.entitled(0).id}`, '.story'],
      ['#/mapping', '.value'],
      ['#/connection', '.ways'],
      ['#/nowhere', '.empty'],
    ] as const;

  test('is served compressed with a strict policy, lets files be kept, and knows no other path', async () => {
    const shell = await fetch(stage.address, { headers: { 'accept-encoding': 'br' } });
    expect(shell.status).toBe(200);
    expect(shell.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
    expect(shell.headers.get('cache-control')).toBe('no-cache');
    const html = await shell.text();
    const script = /src="([^"]+\.js)"/.exec(html)?.[1] ?? '';
    const file = await fetch(new URL(script, stage.address), { headers: { 'accept-encoding': 'identity' } });
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect((await file.text()).length).toBeGreaterThan(10_000);
    for (const path of ['../main.js', '..%2f..%2fpackage.json', 'manifest.json', 'nothing.js'])
      expect((await fetch(`${stage.address}/${path}`)).status).toBe(404);
    const known = await fetch(stage.address, { headers: { 'if-none-match': shell.headers.get('etag') ?? '' } });
    expect(known.status).toBe(304);
  });

  test('asks for the key once, refuses a wrong one, and keeps the right one for the tab alone', async () => {
    const { page, faults } = await stage.browser.open(stage.address, null);
    await page.fill('input[name=key]', 'wrong');
    await page.click('button[type=submit]');
    await page.waitForSelector('text=This key is not accepted.');
    await page.fill('input[name=key]', KEY);
    await page.click('button[type=submit]');
    await page.waitForSelector('.hero');
    expect(await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')).toEqual([0, 1, '']);
    expect(page.url()).not.toContain(KEY);
    await page.reload();
    await page.waitForSelector('.hero');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['forced colours', { colorScheme: 'dark', forcedColors: 'active' }],
    ['on a phone', { colorScheme: 'light', viewport: PHONE }],
  ] as const)('every view is in order: %s', async (_name, options) => {
    const { page, faults } = await stage.open('#/overview', options);
    for (const [place, sign] of places()) {
      await goTo(page, place);
      await page.waitForSelector(sign);
      // Forced colours are the system's: there is nothing of them that axe could find.
      const axe = 'forcedColors' in options ? [] : await axeFindings(page);
      const found = { place, nameless: await namelessControls(page), axe };
      expect(found).toEqual({ place, nameless: [], axe: [] });
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect({ place, tooWide }).toEqual({ place, tooWide: 0 });
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('is walked with the keyboard: skip link, views, a row opens, Escape closes, the focus returns', async () => {
    const { page, faults } = await stage.open('#/log');
    await page.waitForSelector('.rows-item');
    const focused = (what: string): Promise<unknown> => page.evaluate(`document.activeElement.${what}`);
    await page.keyboard.press('Tab');
    expect(await focused('className')).toBe('skip');
    await page.keyboard.press('Enter');
    expect(await focused('id')).toBe('main');
    const seen: unknown[] = [];
    while (!seen.includes('link') && seen.length < 15) {
      await page.keyboard.press('Tab');
      seen.push(await focused('className'));
    }
    expect(seen).toContain('rows-scroller');
    const name = await focused('textContent');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    expect(await page.textContent('#drawer-title')).toBe(name);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(await focused('textContent')).toBe(name);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('100,000 entries stay smooth: few rows are in the page, and none is lost on the way down', async () => {
    const { page, faults } = await stage.open('#/overview');
    await page.waitForSelector('.hero');
    await feedLog(page, 100_000);
    await goTo(page, '#/log');
    await page.waitForSelector('.rows-item');
    // The page asks for more as the reader comes near the end: keep going there.
    const worst = await page.evaluate(SCROLL_TO_THE_END);
    expect(await page.textContent('.log-count')).toContain('100,000 entries');
    await page.waitForSelector('.rows-item:has-text("Person 99999")');
    expect(await page.locator('.rows-item').count()).toBeLessThan(60);
    expect(await page.evaluate('window.fed')).toBe(20);
    expect(worst).toBeLessThan(1_000);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('says when nothing answers, keeps what it knew, and goes on by itself; a hidden tab asks nothing', async () => {
    const { page, faults } = await stage.open('#/overview');
    await page.waitForSelector('.hero');
    await page.context().setOffline(true);
    await page.waitForSelector('.message:has-text("No connection")');
    expect(await page.locator('.hero').count()).toBe(1);
    await page.context().setOffline(false);
    await page.waitForSelector('.message:has-text("No connection")', { state: 'detached' });

    await page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => true })`);
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    // Whatever was under way is answered.
    await page.waitForTimeout(500);
    let requests = 0;
    page.on('request', () => (requests += 1));
    await page.waitForTimeout(4_000);
    expect(requests).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('weighs at most 110 KB as it is sent', async () => {
    const page = await (await fetch(stage.address)).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => found[1] ?? '');
    expect(files).toHaveLength(3);
    const weights = await Promise.all(files.map((file) => weightOf(new URL(file, stage.address))));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(110 * 1024);
  });
});

/** Bytes on the way. */
async function weightOf(url: URL): Promise<number> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}

/** Answers in the server's place with a log as long as wanted, 5,000 entries a page: too long to be made by cycles here, or to be sent. */
async function feedLog(page: Page, length: number): Promise<void> {
  const [template] = z
    .object({ value: z.array(z.looseObject({ sourceIdentity: z.looseObject({}) })) })
    .parse(await (await stage.connector.call('/api/auditLogs/provisioning?$top=1')).json()).value;
  await page.evaluate(`{
    const template = ${JSON.stringify(template)};
    const asIs = window.fetch;
    window.fed = 0;
    window.fetch = (path, init) => {
      if (!path.includes('/auditLogs/')) return asIs(path, init);
      const from = window.fed * 5000;
      window.fed += 1;
      const value = Array.from({ length: 5000 }, (_, index) => ({
        ...template,
        id: 'entry-' + (from + index),
        sourceIdentity: { ...template.sourceIdentity, displayName: 'Person ' + (from + index) },
      }));
      const more = from + 5000 < ${length} ? { '@odata.nextLink': '/api/auditLogs/provisioning?page=' + window.fed } : {};
      return Promise.resolve(new Response(JSON.stringify({ value, ...more })));
    };
  }`);
}
