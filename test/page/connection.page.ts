/** From "not connected" to connected, as an administrator goes in the browser. */
import { axeFindings, namelessControls } from './Browser';
import { findChromium } from './findChromium';
import { PageStage, press } from './PageStage';

const describePage = findChromium() === undefined ? describe.skip : describe;

describePage('the connection', () => {
  let stage: PageStage;
  beforeAll(async () => {
    stage = await PageStage.startUnconnected();
  });
  afterAll(() => stage.stop());

  test('is missing: the page says so and what to do; authorized at GoTo, it is there', async () => {
    const { page, faults } = await stage.open('#/overview');
    await page.waitForSelector('h1:has-text("Not connected to GoTo")');
    await page.click('nav a:has-text("Connection")');
    await page.waitForSelector('.hero-bad');
    await press(page, 'Test connection');
    await page.waitForSelector('.checks li:has-text("because “Sign-in to GoTo” failed")');
    await page.waitForSelector('.notice-error:has-text("Something is missing")');
    expect(await page.textContent('main')).not.toContain('/api/connection/authorize');
    expect(await page.textContent('.copied')).toBe(`${new URL(stage.address).origin}/api/connection/callback`);
    expect(await namelessControls(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    expect(faults).toEqual([]);

    await press(page, 'Authorize');
    await page.click('button[value=administrator]');
    await page.waitForSelector('h1:has-text("Connected to GoTo")');
    await page.click('a:has-text("Open the dashboard")');
    await page.waitForSelector('.hero:not(.hero-bad)');
    await stage.sync({ mode: 'full' });
    expect(stage.accountOf(stage.entitled(0))?.licenseKeys).toHaveLength(1);
    // The only other host that was ever asked is GoTo, and only by going there.
    const { origin } = stage.world.goto;
    expect(faults.filter((fault) => !fault.startsWith(`foreign request: ${origin}/oauth/authorize`))).toEqual([]);
    await page.context().close();
  });
});
