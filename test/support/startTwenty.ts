/** A company of nobody but twenty people who come without an account: one batch of creations. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { newcomer } from './stories';
import { TestConnector, type TestOptions } from './TestConnector';

export const PEOPLE = 20;

const EMPTY = { people: 0, groups: 0, membersPerGroup: 0, existingShare: 0 };

export async function startTwenty(
  options: TestOptions = {},
): Promise<{ readonly connector: TestConnector; readonly people: readonly EntraUser[] }> {
  const connector = await TestConnector.start({ world: EMPTY, ...options });
  return { connector, people: Array.from({ length: PEOPLE }, (_, index) => newcomer(connector, 700 + index)) };
}
