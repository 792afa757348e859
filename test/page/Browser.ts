/** The page in Chromium, and everything it may not do: break its own policy, log an error, ask another host. */
import { chromium, type Browser as Chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from './findChromium';

const DESKTOP = { width: 1280, height: 860 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** A page, and what it did wrong so far. */
export interface OpenPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

export class Browser {
  private constructor(private readonly chromium: Chromium) {}

  static async start(): Promise<Browser> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('There is no Chromium.');
    return new Browser(
      await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-GB'] }),
    );
  }

  /** @param key stored as if the reader had typed it; null asks for it */
  async open(address: string, key: string | null, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const context = await this.chromium.newContext({
      viewport: DESKTOP,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const faults: string[] = [];
    const { host } = new URL(address);
    page.on('console', (message) => {
      if (message.type() !== 'error' || /status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED/.test(message.text())) return;
      faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
    page.on('request', (request) => {
      if (new URL(request.url()).host !== host) faults.push(`foreign request: ${request.url()}`);
    });
    await page.exposeFunction('reportViolation', (text: string) => faults.push(`policy: ${text}`));
    await page.addInitScript(
      `document.addEventListener('securitypolicyviolation', (event) =>
         reportViolation([event.violatedDirective, event.blockedURI, event.sample].join(' ')));`,
    );
    if (key !== null) await page.addInitScript(`sessionStorage.setItem('functions-key', ${JSON.stringify(key)})`);
    await page.goto(address);
    return { page, faults };
  }

  async stop(): Promise<void> {
    await this.chromium.close();
  }
}

/** Every control the browser shows to assistive technology without a name (axe does not see into Fluent's internals). */
export async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const roles = new Set([
    'button',
    'link',
    'tab',
    'textbox',
    'searchbox',
    'combobox',
    'checkbox',
    'switch',
    'progressbar',
    'progressIndicator',
    'dialog',
    'table',
    'meter',
  ]);
  return nodes
    .filter((node) => !node.ignored && roles.has(String(node.role?.value)))
    .filter((node) => String(node.name?.value ?? '').trim() === '')
    .map((node) => `${String(node.role?.value)} ${node.nodeId}`);
}

/** What axe finds against WCAG 2.2 AA. */
export async function axeFindings(page: Page): Promise<string[]> {
  // The page's policy forbids inline scripts: the browser's own debugger brings axe in.
  const session = await page.context().newCDPSession(page);
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  await session.send('Runtime.evaluate', { expression: source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then((found) => JSON.stringify(found.violations.map((one) =>
        one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return JSON.parse(String(result.value)) as string[];
}
