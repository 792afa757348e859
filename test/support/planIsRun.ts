import { seeded } from '../../local/simulators/random/seeded';
import { apply, dryRun, intended } from './plans';
import { happen, randomSize } from './randomWorld';
import { TestConnector } from './TestConnector';

/**
 * I15 for one random company: a plan writes nothing, the real run does exactly what it says, and so does its apply. What a
 * full and an incremental cycle plan is tried alike. @throws Error naming the seed
 */
export async function planIsRun(seed: number): Promise<void> {
  const random = seeded(seed);
  const settings = { REMOVAL_LIMIT_COUNT: '1000', REMOVAL_LIMIT_PERCENT: '100' };
  const connector = await TestConnector.start({ world: randomSize(random), settings });
  try {
    await connector.begin();
    connector.later();
    for (const way of ['run', 'apply'] as const) {
      happen(connector, random, 1 + random.below(8));
      connector.later();
      const mode = random.next() < 0.5 ? 'full' : 'incremental';
      const { since } = connector.mark();
      const plan = await dryRun(connector, mode);
      expect(since().gotoWrites).toBe(0);
      // Of nothing there is nothing to apply.
      const isRun = way === 'run' || intended(plan).length === 0;
      const cycle = isRun ? await connector.cycle(mode) : await apply(connector, plan);
      expect(cycle).toMatchObject({ error: null });
      const rows = (await connector.rows(cycle.id)).filter((row) => row.stage > 0);
      expect(rows.map(({ entry }) => `${entry.sourceId} ${entry.action}`).sort()).toEqual(intended(plan));
      const hashes = (await connector.rows(plan.id))
        .filter((row) => row.state === 'planned')
        .map((row) => row.entry.hash);
      expect(rows.map((row) => row.entry.hash).sort()).toEqual(hashes.sort());
      connector.later();
    }
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await connector.stop();
  }
}
