/** Provision on demand as a client sees it, and the story of a request whose process dies. */
import { z } from 'zod';
import { postProvisionOnDemand } from '../../shared/api/postProvisionOnDemand';
import { apiRequest } from './apiRequest';
import { TINY } from './company';
import { expectInOrder, fourSlots } from './deaths';
import { newcomer, someone } from './stories';
import { TestConnector } from './TestConnector';

const view = z.looseObject({
  cycleId: z.string().nullable(),
  status: z.string(),
  action: z.string(),
  reason: z.string(),
  targetId: z.string().nullable(),
  steps: z.array(z.looseObject({ name: z.string(), status: z.string(), details: z.record(z.string(), z.unknown()) })),
  modifiedProperties: z.array(z.looseObject({ displayName: z.string(), newValue: z.string().nullable() })),
  logEntryIds: z.array(z.string()),
});

export const askOf = async (connector: TestConnector, user: string, more: object = {}) =>
  view.parse((await connector.run(() => postProvisionOnDemand(connector.engine, apiRequest({ user, ...more })))).body);

/** Somebody who is assigned a moment ago, or blocked. @returns the object id */
const PEOPLE = {
  joiner: (connector: TestConnector): string => newcomer(connector, 920).id,
  blocked: (connector: TestConnector): string => {
    const { id } = someone(connector);
    connector.world.directory.changeUser(id, { accountEnabled: false });
    return id;
  },
} as const;

/**
 * A request for one person, with a death at its call `killAt`; then the timer comes, and everything must be in order.
 * @returns the calls of the request, and whether it died
 */
export async function playDemand(
  who: keyof typeof PEOPLE,
  killAt?: number,
): Promise<{ readonly calls: number; readonly hasDied: boolean }> {
  const connector = await TestConnector.start({ world: TINY });
  try {
    await connector.begin();
    connector.later();
    const id = PEOPLE[who](connector);
    const before = connector.calls;
    if (killAt !== undefined) connector.killAt = connector.calls + killAt;
    await askOf(connector, id).catch((error: unknown) => {
      if (killAt === undefined) throw error;
    });
    const calls = connector.calls - before;
    const hasDied = connector.takeKill();
    await connector.settle();
    await fourSlots(connector);
    await expectInOrder(connector);
    return { calls, hasDied };
  } catch (error) {
    throw new Error(`${who}, killed at call ${killAt}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await connector.stop();
  }
}
