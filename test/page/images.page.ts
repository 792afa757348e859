/** Takes the pictures of docs/images: `IMAGES=1 npm run test:page -- images`, then `pngquant --ext .png --force --quality 80-98 docs/images/*.png`. Every view, light and dark, of a company of 420 people. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { HistoryAnswer } from '../../shared/api/answers/HistoryAnswer';
import { realClock } from '../../local/clock/StackClock';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { seeded } from '../../local/simulators/random/seeded';
import { buildWorld, newUser } from '../../local/simulators/world/buildWorld';
import { findChromium } from './findChromium';
import { goTo, PageStage, press } from './PageStage';

const FOLDER = join(__dirname, '../../docs/images');
const describeImages = process.env['IMAGES'] === undefined || findChromium() === undefined ? describe.skip : describe;
const SIZE = { people: 420, groups: 24, membersPerGroup: 18, existingShare: 0.6, oddities: true };
const DAY_MS = 86_400_000;

describeImages('pictures', () => {
  let stage: PageStage;
  let staged: string;
  beforeAll(async () => {
    const world = buildWorld(SIZE, 7, realClock);
    const { directory, random } = world;
    stage = await PageStage.start(
      { REMOVAL_LIMIT_COUNT: '5', SYNC_SCHEDULE: '0 0 * * * *', GOTO_REQUESTS_PER_SECOND: '10' },
      world,
    );
    await stage.sync({ mode: 'full' });
    const seats = world.goto.licenses.find(({ key }) => key === MEETING_LICENSE);
    const used = world.goto.all().filter(({ licenseKeys }) => licenseKeys.includes(MEETING_LICENSE)).length;
    // Two of the next joiners find no seat.
    if (seats !== undefined) seats.seats = used + 3;
    const [group = ''] = directory.groups.keys();
    for (let number = 0; number < 5; number += 1)
      directory.addMember(group, directory.addUser(newUser(random, 500 + number)).id);
    for (const index of [30, 31, 32, 33]) {
      const { id, givenName } = stage.entitled(index);
      directory.changeUser(id, { surname: 'Lindgren', displayName: `${givenName ?? ''} Lindgren` });
    }
    await stage.sync();
    directory.changeUser(stage.entitled(40).id, { accountEnabled: false });
    await stage.sync();
    await stage.sync();
    for (let index = 60; index < 72; index += 1)
      directory.changeUser(stage.entitled(index).id, { accountEnabled: false });
    staged = await stage.sync();
  });
  afterAll(() => stage.stop());

  test.each(['light', 'dark'] as const)('%s', async (colorScheme) => {
    const { page, faults } = await stage.open('#/overview', { colorScheme, viewport: { width: 1280, height: 900 } });
    await page.route('**/history?*', (route) => route.fulfill({ json: madeUpHistory(Date.now()) }));
    await page.reload();
    await page.waitForSelector('.hero');
    const take = (name: string): Promise<Buffer> =>
      page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`) });
    await page.click('.choice >> text=30 days');
    await settled(page, '.chart-place canvas');
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(FOLDER, `overview-${colorScheme}.png`), fullPage: true });
    await goTo(page, '#/cycles');
    await settled(page, '.table-stacks');
    await take('cycles');
    await goTo(page, `#/cycles/${staged}`);
    await settled(page, '.rows-item');
    await take('approval');
    await goTo(page, '#/log?status=failure');
    await page.waitForSelector('.rows-item:has-text("Failure")');
    await page.click('.rows-item .link');
    await page.click('#tab-advice');
    await settled(page, 'dialog .message');
    await take('log');
    await page.keyboard.press('Escape');
    await goTo(page, `#/person/${stage.entitled(31).id}`);
    await settled(page, '.story');
    await take('person');
    await goTo(page, '#/mapping');
    await settled(page, '.value');
    await page.setViewportSize({ width: 1280, height: 1220 });
    await take('mapping');
    await goTo(page, '#/connection');
    await press(page, 'Test connection');
    await page.waitForSelector('.checks');
    // The notice of its end is gone by then.
    await page.waitForSelector('.notice', { state: 'detached' });
    await page.screenshot({ path: join(FOLDER, `connection-${colorScheme}.png`), fullPage: true });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('phone', async () => {
    const { page } = await stage.open('#/overview', { viewport: { width: 390, height: 844 } });
    await settled(page, '.chart-place canvas');
    await page.screenshot({ path: join(FOLDER, 'phone.png') });
    await page.context().close();
  });
});

/** Notices are gone and fonts are drawn by then. */
async function settled(page: Page, sign: string): Promise<void> {
  await page.waitForSelector(sign);
  await page.waitForTimeout(700);
}

/** The company is an hour old: a month that it could have had. */
function madeUpHistory(nowMs: number): HistoryAnswer {
  const random = seeded(3);
  const buckets = Array.from({ length: 30 }, (_, index) => {
    const start = new Date(Math.floor(nowMs / DAY_MS - 29 + index) * DAY_MS);
    const isWeekend = start.getUTCDay() % 6 === 0;
    const some = (most: number): number => Math.floor(random.next() * most * (isWeekend ? 0.15 : 1));
    return {
      startDateTime: start.toISOString(),
      cycles: 289,
      failedCycles: 0,
      longestSeconds: Math.round((22 + random.next() * 14) * 10) / 10,
      counts: { created: some(14), linked: some(3), updated: some(11), disabled: some(7), failed: some(3) },
    };
  });
  return { days: 30, buckets };
}
