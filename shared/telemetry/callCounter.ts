/** Calls to Graph and GoTo, counted to whoever asked for them, without passing a counter through every function. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { noCalls, type CallCounts } from '../model/Cycle';

const storage = new AsyncLocalStorage<readonly CallCounts[]>();

/** Adds one call to every counter around the caller. Outside any counter it does nothing. */
export function countCall(kind: keyof CallCounts): void {
  for (const counts of storage.getStore() ?? []) counts[kind] += 1;
}

/**
 * Counts the calls of the work in place, so that they are known even when it throws. Counters nest: an inner one adds
 * to the outer ones too.
 * @param counts changed in place while the work runs
 */
export function countCallsInto<T>(counts: CallCounts, work: () => Promise<T>): Promise<T> {
  const outer = storage.getStore() ?? [];
  return storage.run(outer.includes(counts) ? outer : [...outer, counts], work);
}

/** Counts the calls of the work. @throws what the work throws; the counts are lost then, see `countCallsInto` */
export async function countingCalls<T>(work: () => Promise<T>): Promise<{ value: T; calls: CallCounts }> {
  const calls = noCalls();
  const value = await countCallsInto(calls, work);
  return { value, calls };
}
