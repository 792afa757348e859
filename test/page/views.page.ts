/** What a reader does on the page, and what it does to Entra and GoTo. */
import { join } from 'node:path';
import { z } from 'zod';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { JOB } from '../support/HostedConnector';
import { axeFindings, namelessControls } from './Browser';
import { findChromium } from './findChromium';
import { goTo, PageStage, press, sayYes } from './PageStage';

const SCHEMAS = join(__dirname, '../fixtures/schemas');

const describePage = findChromium() === undefined ? describe.skip : describe;

describePage('on the page', () => {
  let stage: PageStage;
  beforeAll(async () => {
    stage = await PageStage.start({ REMOVAL_LIMIT_COUNT: '2', REMOVAL_LIMIT_PERCENT: '5' });
    await stage.sync({ mode: 'full' });
  });
  afterAll(() => stage.stop());

  test('a cycle is started, seen, and found in the list', async () => {
    const user = stage.entitled(0);
    stage.world.directory.changeUser(user.id, { surname: 'Seen' });
    const { page, faults } = await stage.open();
    await page.waitForSelector('.hero-good');
    await press(page, 'Sync now');
    await page.waitForSelector('.table >> text=1 updated');
    expect(stage.accountOf(user)?.lastName).toBe('Seen');
    await goTo(page, '#/cycles?show=changes');
    await page.waitForSelector('tbody tr:has-text("Initial")');
    await page.waitForSelector('tbody tr:has-text("Incremental"):has-text("1 updated")');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a plan is made, read before and after, applied as it stands, and undone; the person is then held, and released', async () => {
    const user = stage.entitled(1);
    const before = stage.accountOf(user)?.lastName ?? '';
    stage.world.directory.changeUser(user.id, { surname: 'Planned' });
    const { page, faults } = await stage.open();
    await page.waitForSelector('.hero-good');
    await press(page, 'Plan only');
    await page.waitForSelector('h1:has-text("planned")');
    await page.click('.chip:has-text("Update")');
    await page.waitForSelector(`.rows-item:has-text("lastName: ${before} → Planned")`);
    expect(stage.accountOf(user)?.lastName).toBe(before);
    await page.click('.rows-item .link');
    await page.waitForSelector('dialog .new:has-text("Planned")');
    await page.click('#close');
    await press(page, 'Apply');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("Apply cycle: succeeded")');
    expect(stage.accountOf(user)?.lastName).toBe('Planned');

    await press(page, 'Undo');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("Revert, plan only cycle: planned")');
    await press(page, 'Apply');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("Apply cycle: succeeded")');
    expect(stage.accountOf(user)?.lastName).toBe(before);

    await goTo(page, `#/person/${user.id}`);
    await page.waitForSelector('.hero-warn');
    await press(page, 'Release');
    await sayYes(page);
    await page.waitForSelector('.hero:not(.hero-warn)');
    await stage.sync();
    expect(stage.accountOf(user)?.lastName).toBe('Planned');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('removals above the limit stand with who and why; rejected nobody loses access, approved those do', async () => {
    const [first, ...more] = [2, 3, 4].map((index) => stage.entitled(index));
    const people = first === undefined ? more : [first, ...more];
    for (const { id } of people) stage.world.directory.changeUser(id, { accountEnabled: false });
    const licences = (): number[] => people.map((user) => stage.accountOf(user)?.licenseKeys.length ?? 0);
    await stage.sync();
    const { page, faults } = await stage.open('#/overview');
    await page.click('.table a >> nth=0');
    await page.waitForSelector('h1:has-text("awaiting approval")');
    for (const { displayName } of people)
      await page.waitForSelector(`.rows-item:has-text("${displayName}"):has-text("Sign-in")`);
    expect(await page.locator('.rows-item').count()).toBe(3);
    await press(page, 'Reject');
    await page.click('#no');
    expect(licences()).toEqual([1, 1, 1]);
    await press(page, 'Approve');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("succeeded")');
    expect(licences()).toEqual([0, 0, 0]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the log is filtered by name and linked to, an entry has the four tabs of Entra', async () => {
    const { displayName, id } = stage.entitled(1);
    const { page, faults } = await stage.open('#/log');
    await page.fill('.filters input', displayName);
    await page.selectOption('.filters select >> nth=0', 'update');
    await page.waitForSelector('.log-count:has-text("3 entries")');
    expect(page.url()).toContain('action=update');
    await page.click('.rows-item .link');
    await page.click('#tab-changes');
    await page.waitForSelector('dialog th:has-text("lastName")');
    await page.click('#tab-advice');
    await page.waitForSelector('dialog >> text=Nothing to mend');
    await page.click('#tab-summary');
    await page.waitForSelector(`dialog code:has-text("${id}")`);
    const place = page.url();
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    const again = await stage.browser.open(place, 'e2e-key');
    await again.page.waitForSelector('dialog .story');
    expect([...faults, ...again.faults]).toEqual([]);
    await again.page.context().close();
    await page.context().close();
  });

  test('somebody is found while one types, told about, and provisioned step by step', async () => {
    const joiner = stage.world.directory.addUser({ ...newUser(stage.world.random, 900), displayName: 'Zita Zander' });
    stage.world.directory.addMember([...stage.world.directory.groups.keys()][0] ?? '', joiner.id);
    const { page, faults } = await stage.open('#/person');
    await page.fill('.search input', joiner.userPrincipalName);
    await page.waitForSelector('.found >> text=Enter asks Entra');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Zita Zander")');
    await page.waitForSelector('.story >> text=Has no account in GoTo');
    await page.click('#preview');
    await page.waitForSelector('h2:has-text("What would happen")');
    await page.waitForSelector('.story >> text=Create in GoTo');
    expect(stage.accountOf(joiner)).toBeUndefined();
    await page.click('#provision');
    await page.waitForSelector('h2:has-text("Provisioning on demand")');
    await page.waitForSelector('.story >> text=Has an account in GoTo');
    expect(stage.accountOf(joiner)?.lastName).toBe(joiner.surname);
    await page.fill('.search input', 'zander zi');
    await page.waitForSelector('.found [role=option]:has-text("Zita Zander")');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Zita Zander")');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('an expression is tried on a sample person; a fault is shown where it is', async () => {
    const { page, faults } = await stage.open('#/mapping');
    await page.waitForSelector('.value:has-text("Ada MÜLLER")');
    await page.fill('.sample input >> nth=0', 'Zoë');
    await page.waitForSelector('.value:has-text("Zoë MÜLLER")');
    await page.fill('#expression', 'ToUpper([surname]');
    await page.waitForSelector('.result-bad .pointer');
    await page.click('button[aria-label="Try the expression of name.givenName"]');
    await page.waitForSelector('.value:has-text("Zoë")');
    expect(page.url()).toContain('expression=%5BgivenName%5D');

    // On somebody in Entra, and on what the reader types over it.
    const somebody = stage.entitled(5);
    await page.fill('#expression', 'Append([mail], "/x")');
    await page.fill('.tester-person input', somebody.displayName);
    await page.click(`.tester-person [role=option]:has-text("${somebody.displayName}")`);
    await page.waitForSelector(`legend:has-text("${somebody.displayName}")`);
    await page.waitForSelector(`.value:has-text("${somebody.mail ?? ''}/x")`);
    expect(await page.inputValue('.sample input >> nth=0')).toBe(somebody.mail);
    await page.fill('.sample input >> nth=0', 'typed');
    await page.waitForSelector('.value:has-text("typed/x")');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('an exported schema is looked at first, then used, and the built-in mapping is put back', async () => {
    const { page, faults } = await stage.open('#/mapping');
    await page.waitForSelector('#schema-file');
    await page.setInputFiles('#schema-file', join(SCHEMAS, 'scim-export.json'));
    await page.waitForSelector('summary:has-text("Needs your decision: 4")');
    await page.waitForSelector('.tile:has-text("Lose access")');
    const before = await (await stage.connector.call(`${JOB}/schema`)).text();
    await press(page, 'Leave it');
    expect(await (await stage.connector.call(`${JOB}/schema`)).text()).toBe(before);

    await page.setInputFiles('#schema-file', join(SCHEMAS, 'scim-export.json'));
    await press(page, 'Use this mapping');
    await page.waitForSelector('.notice:has-text("active"), #yes');
    if ((await page.locator('#yes').count()) > 0) await sayYes(page);
    await page.waitForSelector('tr:has-text("Active"):not(:has-text("Built in"))');
    await page.waitForSelector('th:has-text("externalId")');
    // Back to the built-in one, and again to the imported one: each time who would be at risk is seen first.
    for (const [version, sign] of [
      ['[aria-label="Use version default"]', 'th:has-text("name.familyName")'],
      // The list of versions may still be the former one, and offer the built-in one.
      ['[aria-label^="Use version"]:not([aria-label="Use version default"])', 'th:has-text("externalId")'],
      ['[aria-label="Use version default"]', 'th:has-text("name.familyName")'],
    ] as const) {
      await page.click(`fluent-button${version}`);
      await page.waitForSelector('.tile:has-text("Lose access")');
      await press(page, 'Use this mapping');
      await page.waitForSelector(`${sign}, #yes`);
      if ((await page.locator('#yes').count()) > 0) await sayYes(page);
      await page.waitForSelector(sign);
      await page.waitForSelector('.imported', { state: 'detached' });
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the job is paused and started', async () => {
    const { page, faults } = await stage.open();
    await page.waitForSelector('.hero');
    await press(page, 'Pause');
    await sayYes(page);
    await page.waitForSelector('h1:has-text("Paused")');
    expect((await stage.connector.sync({})).status).toBe(409);
    // A plan changes nothing: it may be made all the same.
    await press(page, 'Plan only');
    await page.waitForSelector('h1:has-text("planned")');
    await goTo(page, '#/overview');
    await press(page, 'Start');
    await page.waitForSelector('.hero:not(:has-text("Paused"))');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the connection is tested line by line; seats, licences and days stand beside it', async () => {
    const { page, faults } = await stage.open('#/connection');
    await page.waitForSelector('tr:has-text("Personal access token")');
    const [license] = stage.world.goto.licenses.filter(({ key }) => key === MEETING_LICENSE);
    await page.waitForSelector(
      `tr:has-text("Given by a role"):has-text("of ${license?.seats.toLocaleString('en') ?? ''} used")`,
    );
    await press(page, 'Test connection');
    await page.waitForSelector('.checks li:has-text("Sign-in to GoTo")');
    expect(await page.locator('.checks .status-good').count()).toBeGreaterThan(8);
    expect(await page.locator('.checks .status-bad').count()).toBe(0);
    expect([await axeFindings(page), await namelessControls(page)]).toEqual([[], []]);
    const seats = license?.seats ?? 0;
    if (license !== undefined) license.seats = 0;
    await press(page, 'Test connection');
    await page.waitForSelector('.checks .status-warn:has-text("Licences")');
    if (license !== undefined) license.seats = seats;
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the job is restarted: what is forgotten is chosen', async () => {
    const { page, faults } = await stage.open();
    await page.waitForSelector('.hero-good, .hero-warn');
    await press(page, 'Restart');
    await page.waitForSelector('dialog[open]');
    expect([await axeFindings(page), await namelessControls(page)]).toEqual([[], []]);
    await page.uncheck('dialog input[name=Escrows]');
    const before = await latest();
    await page.click('dialog fluent-button:has-text("Restart")');
    await page.waitForSelector('.notice:has-text("Restarted")');
    // The watermark is forgotten: the cycle that begins reads everybody, as the first one did.
    const after = await latest();
    expect(after.mode).toBe('initial');
    expect(after.id).not.toBe(before.id);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  /** The newest cycle. */
  async function latest(): Promise<{ id: string; mode: string }> {
    const answer = await (await stage.connector.call(`${JOB}/cycles?$top=1`)).json();
    return z.object({ value: z.tuple([z.looseObject({ id: z.string(), mode: z.string() })]) }).parse(answer).value[0];
  }
});
