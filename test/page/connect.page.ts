/** The whole way in a browser: not connected, GoTo's consent, connected; and a person who may not. */
import { join } from 'node:path';
import { HostedConnector } from '../support/HostedConnector';
import { axeFindings, Browser, type OpenPage } from './Browser';
import { findChromium } from './findChromium';

const describePage = findChromium() === undefined ? describe.skip : describe;
if (findChromium() === undefined) console.log('skipped: no Chromium here; run bash .ci/chromium.sh');

const IMAGES = join(__dirname, '../../docs/images');
const KEY = 'e2e-key';

describePage('Authorize', () => {
  let connector: HostedConnector;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    connector = await HostedConnector.create();
    ({ origin } = await connector.start({ GOTO_PERSONAL_ACCESS_TOKEN: '' }));
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await connector.stop();
  });

  /** As the dashboard does: the key goes as a header, then the browser goes where it is told. */
  async function toConsent(): Promise<OpenPage> {
    const open = await browser.open(`${origin}/api/dashboard`, KEY, { viewport: { width: 900, height: 640 } });
    const answer = await open.page.evaluate(
      `fetch('/api/connection/authorize', { headers: { accept: 'application/json', 'x-functions-key': '${KEY}' } }).then((one) => one.json())`,
    );
    await open.page.goto((answer as { url: string }).url);
    await open.page.waitForSelector('text=GoTo, simulated');
    return open;
  }

  test.each([
    ['as an administrator of another GoTo account', 'This is another GoTo account', 'Sign out at myaccount.goto.com'],
    ['agree to nothing', 'You did not agree at GoTo', 'has to agree'],
  ])('%s: a page of its own says what to do, and nothing is connected', async (persona, title, toDo) => {
    const { page } = await toConsent();
    await page.click(`text=${persona}`);
    await page.waitForSelector(`h1:has-text("${title}")`);
    expect(await page.innerText('body')).toContain(toDo);
    expect(await axeFindings(page)).toEqual([]);
    expect(await (await connector.call('/api/health')).json()).toMatchObject({ connected: false });
    await page.context().close();
  });

  test('as an ordinary user: a page says who has to agree; as an administrator: connected', async () => {
    const refused = await toConsent();
    await refused.page.click('text=as an ordinary user');
    await refused.page.waitForSelector('h1:has-text("This person is no administrator")');
    expect(await axeFindings(refused.page)).toEqual([]);
    await refused.page.screenshot({ path: join(IMAGES, 'connect-wrong-role.png') });
    await refused.page.context().close();

    const { page, faults } = await toConsent();
    await page.screenshot({ path: join(IMAGES, 'connect-consent.png') });
    await page.click('text=as GoTo Sync, administrator');
    await page.waitForSelector('h1:has-text("Connected to GoTo")');
    expect(new URL(page.url()).origin).toBe(origin);
    expect(await axeFindings(page)).toEqual([]);
    // No script sees the cookie, and what is foreign is GoTo's own page alone.
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(faults.filter((fault) => !fault.includes('/oauth/authorize'))).toEqual([]);
    await page.screenshot({ path: join(IMAGES, 'connect-done.png') });
    expect(await (await connector.call('/api/health')).json()).toMatchObject({ connected: true });
    await page.click('a:has-text("Open the dashboard")');
    await page.waitForURL(/\/api\/dashboard/);
    await page.context().close();
  });
});
