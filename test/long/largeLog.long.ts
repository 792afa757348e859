/** A log of 100,000 entries in Table Storage: downloaded as a table in flat memory, however slow the reader, and read on the page. */
import { readFileSync } from 'node:fs';
import { connectEngine } from '../../shared/connectEngine';
import { readSettings } from '../../shared/settings/Settings';
import type { PlanRow } from '../../shared/store/PlansTable';
import { createTelemetry } from '../../shared/telemetry/Telemetry';
import { Browser } from '../page/Browser';
import { findChromium } from '../page/findChromium';
import { SCROLL_TO_THE_END } from '../page/SCROLL_TO_THE_END';
import { cycleSchema, HostedConnector } from '../support/HostedConnector';
import { SWEEP_PART } from '../support/sweep';

const LOG = '/api/auditLogs/provisioning';
/** A share of the sweeps takes a share of the rows. */
const ROWS = Math.round(100_000 * SWEEP_PART);
/** What a worker may grow by while it sends 60 MB, in MB. */
const MOST_GROWTH_MB = 40;

let connector: HostedConnector;
let origin: string;
let pid: number;
beforeAll(async () => {
  connector = await HostedConnector.createLarge();
  // Otherwise it grows before it tidies up.
  const host = await connector.start({}, undefined, ['--max-old-space-size=128', '--max-semi-space-size=4']);
  ({ origin } = host);
  [pid = 0] = host.workerPids;
  const { id } = cycleSchema.parse(await (await connector.sync({ mode: 'full' })).json());
  await connector.ended(id);
  await fill(id);
  // By the first one the worker grows once and for all: code that is compiled, connections, a young heap at its size.
  await download(0);
});
afterAll(() => connector.stop());

/** Makes the cycle one of 100,000 people: its own rows again and again, under other ids. */
async function fill(cycleId: string): Promise<void> {
  const settings = readSettings({ ...connector.stack.environment, SYNC_SCHEDULE: '0 0 3 1 1 *' });
  const engine = connectEngine(settings, { telemetry: createTelemetry(() => undefined) });
  const { plans } = engine.store;
  const known: PlanRow[] = [];
  for await (const row of plans.rows(cycleId)) if ((row.result?.entries.length ?? 0) > 0) known.push(row);
  const rows = Array.from({ length: ROWS }, (_, index): PlanRow => {
    const row = known[index % known.length];
    if (row === undefined) throw new RangeError('The cycle did nothing.');
    const sourceId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const displayName = `Person ${index}`;
    return {
      ...row,
      stage: 9,
      entry: { ...row.entry, sourceId, displayName },
      result: row.result && {
        ...row.result,
        entries: row.result.entries.map((entry) => ({ ...entry, sourceId, displayName })),
      },
    };
  });
  await plans.correct(cycleId, rows);
  await engine.sender.close();
}

const memoryMb = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

/** Reads the table to its end. @param pauseMs after a tenth of it */
async function download(pauseMs: number): Promise<{ lines: number; megabytes: number; growthMb: number }> {
  const before = memoryMb();
  let [lines, bytes, most] = [0, 0, before];
  const response = await fetch(`${origin}${LOG}`, { headers: { accept: 'text/csv', 'x-functions-key': 'e2e-key' } });
  expect(response.status).toBe(200);
  let isPaused = false;
  const pieces: AsyncIterable<Uint8Array> | null = response.body;
  for await (const piece of pieces ?? []) {
    for (const byte of piece) if (byte === 10) lines += 1;
    bytes += piece.length;
    most = Math.max(most, memoryMb());
    if (pauseMs === 0 || isPaused || lines < ROWS / 10) continue;
    isPaused = true;
    for (let waited = 0; waited < pauseMs; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      most = Math.max(most, memoryMb());
    }
  }
  return { lines, megabytes: bytes / 1e6, growthMb: most - before };
}

test.each([0, 20_000])('as a table, by a reader who stops for %i ms', async (pauseMs) => {
  const found = await download(pauseMs);
  expect(found.lines).toBeGreaterThan(ROWS);
  expect(found.megabytes).toBeGreaterThan(50 * SWEEP_PART);
  expect(found.growthMb).toBeLessThan(MOST_GROWTH_MB);
});

const testPage = findChromium() === undefined ? test.skip : test;

testPage('on the page: read to its end, it stays smooth, and few rows are in the document', async () => {
  const browser = await Browser.start();
  const { page, faults } = await browser.open(`${origin}/api/dashboard#/log`, 'e2e-key');
  await page.waitForSelector('.rows-item');
  const worst = Number(await page.evaluate(SCROLL_TO_THE_END));
  const count = Number((await page.textContent('.log-count'))?.replace(/\D/g, ''));
  expect(count).toBeGreaterThanOrEqual(ROWS);
  expect(await page.locator('.rows-item').last().textContent()).toMatch(/Person \d+/);
  expect(await page.locator('.rows-item').count()).toBeLessThan(60);
  expect(worst).toBeLessThan(1_000);
  expect(faults).toEqual([]);
  await browser.stop();
});
