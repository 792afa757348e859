/** Which invocation the present work belongs to, followed through every await. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Writes one finished line; in a function that is the invocation's logger. */
export type WriteLine = (level: 'info' | 'warn' | 'error', line: string) => void;

export interface Invocation {
  /** The host's id of the invocation: what a log query and a support case start from. */
  readonly invocationId: string;
  readonly write: WriteLine;
}

const storage = new AsyncLocalStorage<Invocation>();

/**
 * Runs the work of one invocation: events it causes are written through `context.write` and carry its id.
 * @returns what the work returns, and throws what it throws
 */
export function runInInvocation<T>(context: Invocation, work: () => Promise<T>): Promise<T> {
  return storage.run(context, work);
}

/** The invocation that the caller runs in, if any. */
export const currentInvocation = (): Invocation | undefined => storage.getStore();
