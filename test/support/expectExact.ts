import { expectConverged } from './expectConverged';
import { expectLogged } from './expectLogged';
import type { CycleView, TestConnector } from './TestConnector';

/** People, accounts, counts and log say the same, and no two writes for one person were open at once. */
export async function expectExact(connector: TestConnector, cycle: CycleView, created: number): Promise<void> {
  const { directory, goto } = connector.world;
  expectConverged(connector);
  expect(goto.writes.filter(({ method }) => method === 'POST')).toHaveLength(created);
  expect(goto.all()).toHaveLength(directory.entitledIds().size + 1);
  expect(cycle.counts.created).toBe(created);
  expect(cycle.progress).toMatchObject({ expected: created, done: created });
  expect(goto.overlaps).toBe(0);
  await expectLogged(connector);
}
