/** One connector with a small company, its host, and a browser at its page: shared by all tests of a file. */
import type { Page, BrowserContextOptions } from 'playwright-core';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import type { GotoUser } from '../../local/simulators/goto/GotoSimulator';
import type { World } from '../../local/simulators/world/buildWorld';
import { cycleSchema, HostedConnector } from '../support/HostedConnector';
import { Browser, type OpenPage } from './Browser';

const KEY = 'e2e-key';

export class PageStage {
  private constructor(
    readonly connector: HostedConnector,
    readonly browser: Browser,
    readonly address: string,
  ) {}

  /** @param world a small company of its own when not given */
  static async start(environment: Readonly<Record<string, string>> = {}, world?: World): Promise<PageStage> {
    return PageStage.#on(await HostedConnector.create(world), environment);
  }

  /** With an OAuth client, whom nobody has authorized yet. */
  static async startUnconnected(): Promise<PageStage> {
    const connector = await HostedConnector.create();
    const { azure, world } = connector.stack;
    azure.keyVault.store('goto-client-secret', world.goto.clientSecret);
    return PageStage.#on(connector, { GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' });
  }

  static async #on(connector: HostedConnector, environment: Readonly<Record<string, string>>): Promise<PageStage> {
    const host = await connector.start(environment);
    return new PageStage(connector, await Browser.start(), `${host.origin}/api/dashboard`);
  }

  get world(): World {
    return this.connector.stack.world;
  }

  /** @param place what comes after the page's address */
  open(place = '', options: BrowserContextOptions = {}): Promise<OpenPage> {
    return this.browser.open(`${this.address}${place}`, KEY, options);
  }

  /** A cycle from start to end. @returns its id */
  async sync(body: object = { mode: 'incremental' }): Promise<string> {
    const started = cycleSchema.parse(await (await this.connector.sync(body)).json());
    await this.connector.ended(started.id);
    return started.id;
  }

  /** Somebody who is to have an account. */
  entitled(index: number): EntraUser {
    return this.world.directory.user([...this.world.directory.entitledIds()].sort()[index] ?? '');
  }

  accountOf(user: EntraUser): GotoUser | undefined {
    return this.world.goto.byEmail(user.mail ?? user.userPrincipalName);
  }

  async stop(): Promise<void> {
    await this.browser.stop();
    await this.connector.stop();
  }
}

/** Goes to another place of the page without loading it anew, as a link does. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
}

/** Presses a Fluent button; its role is not seen by Playwright, so it is found by its text. */
export const press = (page: Page, text: string): Promise<void> =>
  page.click(`fluent-button:has-text(${JSON.stringify(text)})`);

/** Answers the question that the page asks before something that matters. */
export const sayYes = (page: Page): Promise<void> => page.click('#yes');
