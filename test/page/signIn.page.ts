/** The page when people sign in with Entra in place of a function key. */
import { SignedInConnector } from '../support/SignedInConnector';
import { axeFindings, Browser } from './Browser';
import { findChromium } from './findChromium';
import { goTo, press, sayYes } from './PageStage';

const describePage = findChromium() === undefined ? describe.skip : describe;
if (findChromium() === undefined) console.log('skipped: no Chromium here; run bash .ci/chromium.sh');

const ID = '00000000-0000-4000-8000-000000000001';

describePage('signing in', () => {
  let stage: SignedInConnector;
  let browser: Browser;
  beforeAll(async () => {
    stage = await SignedInConnector.start();
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await stage.stop();
  });

  test('without a role the page says whom to ask; a Reader looks, and is told what acting takes; an Admin acts', async () => {
    const { easyAuth } = stage;
    const { page, faults } = await browser.open(`${easyAuth.origin}/api/dashboard#/connection`, null);
    await page.waitForSelector('a:has-text("Sign in")');
    expect(await page.locator('input').count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);

    easyAuth.next = { id: ID, roles: [] };
    await page.click('a:has-text("Sign in")');
    await page.waitForSelector('.message:has-text("You have no role here.")');
    expect(await page.textContent('.message')).toContain('can assign you Reader or Admin');
    expect(await axeFindings(page)).toEqual([]);

    await page.click('a:has-text("Sign out")');
    easyAuth.next = { id: ID, roles: ['Reader'] };
    await page.click('a:has-text("Sign in")');
    await page.waitForSelector('.hero');
    await page.waitForSelector('.role-note:has-text("Whatever changes something needs the Admin role.")');
    for (const [place, buttons] of [
      ['#/overview', ['Sync now', 'Plan only', 'Full cycle', 'Pause', 'Restart']],
      ['#/connection', ['Authorize']],
      [`#/person/${stage.somebody}`, ['Provision now', 'What would happen?']],
    ] as const) {
      await goTo(page, place);
      for (const button of buttons) {
        const said = await page.getAttribute(`fluent-button:has-text("${button}")`, 'aria-description');
        expect([button, said]).toEqual([button, 'Needs the Admin role.']);
      }
      expect(await axeFindings(page)).toEqual([]);
    }
    await goTo(page, '#/mapping');
    await page.waitForSelector('text=is looked at and used by an Admin');
    expect(await page.locator('#schema-file').count()).toBe(0);
    // What changes nothing works.
    await goTo(page, '#/connection');
    await press(page, 'Test connection');
    await page.waitForSelector('.checks');

    easyAuth.next = { id: ID, roles: ['Admin'] };
    await page.goto(`${easyAuth.origin}/.auth/login/aad?post_login_redirect_uri=/api/dashboard`);
    await page.waitForSelector('.hero');
    expect(await page.locator('.role-note').count()).toBe(0);
    await press(page, 'Pause');
    await sayYes(page);
    await page.waitForSelector('.bar-state:has-text("Paused")');
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
