import { settle } from '../../shared/queue/settle';
import { Turn } from '../../shared/store/state/Turn';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import type { TestConnector } from './TestConnector';

/**
 * Another planner, or closer, goes on with the cycle that has the turn, one message: while one that has stalled holds the session
 * of the queue, nobody else does. @returns the cycle's id; undefined when none is at work
 */
export async function atWork(connector: TestConnector): Promise<string | undefined> {
  const { engine } = connector;
  const cycleId = Turn.of(await engine.store.job.read())?.cycleId;
  const n = cycleId === undefined ? undefined : (await engine.store.plans.cycle(cycleId))?.cycle.sends;
  if (cycleId === undefined || n === undefined) return undefined;
  await settle(engine.sender, await handleJobMessage(engine, { kind: 'job', cycleId, n }, 2));
  await new Promise((resolve) => setImmediate(resolve));
  connector.later(1_000);
  return cycleId;
}

/** The same, until no cycle is at work. */
export async function workToTheEnd(connector: TestConnector): Promise<void> {
  for (let calls = 0; calls < 1_000; calls += 1) if ((await atWork(connector)) === undefined) return;
  throw new Error('the cycle does not come to its end');
}

/**
 * The first call of a function is a long one: its caller goes on when all that has happened since. `jest.restoreAllMocks` ends it.
 * @param prototype of an adapter
 * @returns whether it was called
 */
export function sleepAt(prototype: object, name: string, meanwhile: () => Promise<void>): () => boolean {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') throw new TypeError(`no function ${name}`);
  const watched = prototype as Record<string, (...all: unknown[]) => Promise<unknown>>;
  let hasSlept = false;
  jest.spyOn(watched, name).mockImplementation(async function (this: unknown, ...all: unknown[]): Promise<unknown> {
    const result: unknown = await Reflect.apply(original, this, all);
    if (hasSlept) return result;
    hasSlept = true;
    await meanwhile();
    return result;
  });
  return () => hasSlept;
}
