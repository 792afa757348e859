/** The page as a reader meets it: let in by a key, shown in words, and nothing from elsewhere. */
import { HostedConnector } from '../support/HostedConnector';
import { axeFindings, Browser, namelessControls, PHONE } from './Browser';
import { findChromium } from './findChromium';

const describePage = findChromium() === undefined ? describe.skip : describe;
if (findChromium() === undefined) console.log('skipped: no Chromium here; run bash .ci/chromium.sh');

const KEY = 'e2e-key';

describePage('the page', () => {
  let connector: HostedConnector;
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    connector = await HostedConnector.create();
    const host = await connector.start();
    address = `${host.origin}/api/dashboard`;
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await connector.stop();
  });

  test('is served compressed with a strict policy, lets files be kept, and knows no other path', async () => {
    const shell = await fetch(address, { headers: { 'accept-encoding': 'br' } });
    expect(shell.status).toBe(200);
    expect(shell.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
    expect(shell.headers.get('cache-control')).toBe('no-cache');
    const html = await shell.text();
    const script = /src="([^"]+\.js)"/.exec(html)?.[1] ?? '';
    const file = await fetch(new URL(script, address), { headers: { 'accept-encoding': 'identity' } });
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect((await file.text()).length).toBeGreaterThan(10_000);
    for (const path of ['../main.js', '..%2f..%2fpackage.json', 'manifest.json', 'nothing.js'])
      expect((await fetch(`${address}/${path}`)).status).toBe(404);
    const known = await fetch(address, { headers: { 'if-none-match': shell.headers.get('etag') ?? '' } });
    expect(known.status).toBe(304);
  });

  test('asks for the key once, refuses a wrong one, and keeps the right one for the tab alone', async () => {
    const { page, faults } = await browser.open(address, null);
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
    ['light', 'light', undefined],
    ['dark', 'dark', undefined],
    ['on a phone', 'light', PHONE],
  ] as const)('is in order: %s', async (_name, colorScheme, viewport) => {
    const { page, faults } = await browser.open(address, KEY, {
      colorScheme,
      ...(viewport === undefined ? {} : { viewport }),
    });
    await page.waitForSelector('.chart-place canvas');
    expect(await namelessControls(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
    await page.screenshot({ path: `/tmp/shot-page-${_name.replaceAll(' ', '-')}.png`, fullPage: true });
    await page.context().close();
  });
});
