/** What is seen stays true while others act, and can be read wherever it is read. */
import type { Page } from 'playwright-core';
import { findChromium } from './findChromium';
import { PHONE } from './Browser';
import { goTo, PageStage, press, sayYes } from './PageStage';

const describePage = findChromium() === undefined ? describe.skip : describe;

describePage('at the help desk', () => {
  let stage: PageStage;
  beforeAll(async () => {
    stage = await PageStage.start({
      REMOVAL_LIMIT_COUNT: '2',
      REMOVAL_LIMIT_PERCENT: '5',
      START_WITH_PLAN: 'true',
    });
  });
  afterAll(() => stage.stop());

  /** Whoever is blocked is entitled no more: the next one is the first then. */
  const block = (): void => {
    stage.world.directory.changeUser(stage.entitled(0).id, { accountEnabled: false });
  };

  test('the first plan is one step away, is no plan of nothing, and is applied', async () => {
    await stage.sync({ mode: 'full' });
    const { page, faults } = await stage.open();
    await page.waitForSelector('tbody tr:has-text("Nothing: it is a plan")');
    // Nobody has counted yet: that is not to read as nobody.
    await page.waitForSelector('.tile:has-text("In scope") .tile-value:has-text("–")');
    await page.click('.message a:has-text("Look who and why")');
    await page.waitForSelector('.rows-item');
    await press(page, 'Apply');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("Apply cycle: succeeded")');
    await page.waitForSelector('.bar-state:has-text("Active")');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a plan that a younger one replaced, and one that somebody else decided about, say so at once', async () => {
    for (let count = 0; count < 3; count += 1) block();
    const first = await stage.sync();
    const [one, other] = [await stage.open(`#/cycles/${first}`), await stage.open(`#/cycles/${first}`)];
    await one.page.waitForSelector('.rows-item:has-text("Awaits approval")');
    await press(one.page, 'Approve');
    block();
    const second = await stage.sync();
    await sayYes(one.page);
    await one.page.waitForSelector('.notice:has-text("A younger cycle plans the removals anew")');
    await one.page.waitForSelector('h1:has-text("superseded")', { timeout: 2_000 });
    await one.page.waitForSelector('.rows-item:has-text("Superseded")');
    await one.page.waitForSelector('dd:has-text("3 left to a later cycle")');
    expect(await one.page.locator('fluent-button:has-text("Approve")').count()).toBe(0);

    for (const { page } of [one, other]) {
      await goTo(page, `#/cycles/${second}`);
      await page.waitForSelector('.rows-item:has-text("Awaits approval")');
    }
    await press(one.page, 'Approve');
    await press(other.page, 'Reject');
    await sayYes(one.page);
    await one.page.waitForSelector('h1:has-text("applying"), h1:has-text("closing"), h1:has-text("succeeded")');
    await sayYes(other.page);
    await other.page.waitForSelector('.notice:has-text("It was approved.")');
    await other.page.waitForSelector('fluent-button:has-text("Reject")', { state: 'detached', timeout: 2_000 });
    await one.page.waitForSelector('h1:has-text("succeeded")');
    await one.page.waitForSelector('.bar-state:has-text("Active")', { timeout: 3_000 });
    await one.page.waitForSelector('.message:has-text("They are removed only after somebody has looked at the plan")');
    expect([...one.faults, ...other.faults]).toEqual([]);
    for (const { page } of [one, other]) await page.context().close();
  });

  test('a plan that was rejected waits for nobody, and its people are said to be left alone', async () => {
    for (let count = 0; count < 3; count += 1) block();
    const { page, faults } = await stage.open(`#/cycles/${await stage.sync()}`);
    await page.waitForSelector('.rows-item:has-text("Awaits approval")');
    await press(page, 'Reject');
    await sayYes(page);
    await page.waitForSelector('.hero:has-text("An admin rejected its removals")');
    await page.waitForSelector('.rows-item:has-text("Rejected")');
    expect(await page.locator('.rows-item:has-text("Awaits approval")').count()).toBe(0);
    await goTo(page, '#/overview');
    await page.waitForSelector('tbody tr:has-text("Rejected")');
    expect(await page.locator('.message').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('another view begins at its top, and the way back leads to where one was', async () => {
    const { page, faults } = await stage.open('#/mapping');
    await page.waitForSelector('[aria-label="Rules of the mapping"]');
    await page.waitForSelector('.value');
    await page.evaluate('scrollTo(0, 400)');
    await page.click('nav a:has-text("Connection")');
    await page.waitForSelector('[aria-label="Licences"]');
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.goBack();
    await page.waitForSelector('.value');
    expect(await page.evaluate('scrollY')).toBeGreaterThan(200);
    // What is typed into a filter changes the address, and moves nothing.
    await goTo(page, '#/log');
    await page.waitForSelector('.rows-item');
    await page.setViewportSize({ width: 1280, height: 400 });
    await page.evaluate('scrollTo(0, 100)');
    await page.selectOption('.filters select >> nth=1', 'success');
    await page.waitForSelector('.log-count:has-text("entries")');
    expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('what could not be read is said to be as last read, and what to do is about the service that failed', async () => {
    const { id } = stage.entitled(5);
    const { entra } = stage.connector.stack;
    entra.addFault({ match: '/v1.0/', kind: 'status', status: 403, times: Number.MAX_SAFE_INTEGER });
    const { page, faults } = await stage.open(`#/person/${id}`);
    await page.waitForSelector('.story h3:has-text("When last read: in Entra, and may sign in")');
    await page.waitForSelector('.hero-warn');
    await page.waitForSelector('.message:has-text("Microsoft Graph, give the managed identity its permissions")');
    entra.clearFaults();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('on a phone no column is cut off, no expression is a column of letters, no tab is broken', async () => {
    const { page, faults } = await stage.open('#/log', { viewport: PHONE });
    await page.waitForSelector('.rows-item');
    const table = await boxOf(page, '.rows');
    const status = await boxOf(page, '.rows-item >> nth=0 >> .status');
    // Nor is a name.
    const isCut = `[...document.querySelectorAll('.rows-item .link')].some((name) => name.scrollWidth > name.clientWidth)`;
    expect(await page.evaluate(isCut)).toBe(false);
    expect(status.x + status.width).toBeLessThanOrEqual(table.x + table.width);
    await page.click('.rows-item .link');
    await page.waitForSelector('#tab-steps');
    expect((await boxOf(page, '#tab-advice')).height).toBeLessThan(60);
    await page.keyboard.press('Escape');
    await goTo(page, '#/mapping');
    await page.waitForSelector('code.expression');
    expect((await boxOf(page, 'code.expression >> nth=0')).width).toBeGreaterThan(200);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

async function boxOf(page: Page, selector: string): Promise<{ x: number; width: number; height: number }> {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not seen.`);
  return box;
}
