/**
 * The outside calls of a process. Each is one `yield`: after it the process may die, stall, or lose its lock.
 * The helpers give the answer its type; the world gives it its value.
 */
import type { Key, Message, Person, Prefix, Row } from './rows';

export interface Entity<R extends Row> {
  readonly key: string;
  readonly etag: number;
  readonly row: R;
}

export interface Write {
  readonly op: 'insert' | 'update' | 'upsert' | 'delete';
  readonly key: string;
  readonly row: Row | null;
  /** The etag the row must have; undefined: unguarded. */
  readonly etag: number | undefined;
  /** For the checker only: the change of Entra up to which a mark stands, the wish or the mark that was judged. */
  readonly knew: number | undefined;
}

/** An account as GoTo shows it. */
export interface Seen {
  readonly key: string;
  readonly value: number;
  readonly address: string;
}

export interface Creation {
  readonly id: string;
  readonly person: Person;
  readonly value: number;
  readonly address: string;
  readonly factsAt: number;
  readonly cycle: string;
}

/** What GoTo said of one account: its key, no key (a transfer waits for somebody), or that the address is taken. */
export type Written = { readonly key: string } | 'noKey' | 'taken';

export type Call =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'list'; readonly prefix: string }
  | { readonly kind: 'tx'; readonly writes: readonly Write[]; readonly before?: number }
  | { readonly kind: 'send'; readonly messages: readonly Message[] }
  | { readonly kind: 'complete' }
  | { readonly kind: 'setting' }
  | { readonly kind: 'newId' }
  | { readonly kind: 'approval'; readonly cycle: string; readonly people: readonly Person[] }
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'delta'; readonly token: number }
  | { readonly kind: 'look'; readonly by: 'key' | 'address'; readonly what: string; readonly person: Person }
  | { readonly kind: 'post'; readonly creations: readonly Creation[]; readonly deadAt: number }
  | {
      readonly kind: 'put';
      readonly id: string;
      readonly person: Person;
      readonly key: string;
      readonly value: number | null;
      readonly address: string | null;
      readonly factsAt: number;
      readonly deadAt: number;
      readonly approved: boolean;
      readonly cycle: string;
    };

export interface Answer {
  readonly value: unknown;
  /** When the call was answered. */
  readonly at: number;
}
export interface Told<T> {
  readonly value: T;
  readonly at: number;
}
/** A process, or a part of one. */
export type Steps<T> = Generator<Call, T, Answer>;

/** The only place where an answer gets its type. */
function* ask<T>(call: Call): Steps<Told<T>> {
  return (yield call) as Told<T>;
}

/** @returns the row, or null, and the time of the read. */
export const get = <R extends Row>(key: Key<R>): Steps<Told<Entity<R> | null>> => ask({ kind: 'get', key });

export function* list<R extends Row>(prefix: Prefix<R>): Steps<readonly Entity<R>[]> {
  return (yield* ask<readonly Entity<R>[]>({ kind: 'list', prefix })).value;
}

/** @returns false when the transaction was refused: an etag has moved, or a row is there or not there. */
export function* tx(...writes: readonly Write[]): Steps<boolean> {
  return (yield* ask<boolean>({ kind: 'tx', writes })).value;
}

/** A transaction whose sender looks at the clock first. @returns false when it is too late, or refused. */
export function* txBefore(before: number, ...writes: readonly Write[]): Steps<boolean> {
  return (yield* ask<boolean>({ kind: 'tx', writes, before })).value;
}

export function* send(...messages: readonly Message[]): Steps<void> {
  if (messages.length > 0) yield { kind: 'send', messages };
}

export function* complete(): Steps<void> {
  yield { kind: 'complete' };
}

export const readSetting = (): Steps<Told<number>> => ask({ kind: 'setting' });
export const newId = (): Steps<Told<string>> => ask({ kind: 'newId' });

/** What the source says of a person: 0, or the version of the attributes; and the address. */
export const readPerson = (person: Person): Steps<Told<{ value: number; address: string }>> =>
  ask({ kind: 'person', person });

export const readDelta = (token: number): Steps<Told<{ people: readonly Person[]; token: number }>> =>
  ask({ kind: 'delta', token });

/** `person` is for the world alone: GoTo may be silent for one person. */
export const look = (person: Person, by: 'key' | 'address', what: string): Steps<Told<Seen | null | 'down'>> =>
  ask({ kind: 'look', by, what, person });

export const post = (
  creations: readonly Creation[],
  deadAt: number,
): Steps<Told<readonly Written[] | 'lost' | 'late'>> => ask({ kind: 'post', creations, deadAt });

export const put = (call: Omit<Extract<Call, { kind: 'put' }>, 'kind'>): Steps<Told<Written | 'lost' | 'late'>> =>
  ask({ kind: 'put', ...call });

export const approval = (cycle: string, people: readonly Person[]): Steps<Told<boolean>> =>
  ask({ kind: 'approval', cycle, people });

export const insert = <R extends Row>(key: Key<R>, row: NoInfer<R>): Write => ({
  op: 'insert',
  key,
  row,
  etag: undefined,
  knew: undefined,
});
export const update = <R extends Row>(key: Key<R>, row: NoInfer<R>, etag: number | undefined): Write => ({
  op: 'update',
  key,
  row,
  etag,
  knew: undefined,
});
export const upsert = <R extends Row>(key: Key<R>, row: NoInfer<R>, etag?: number): Write => ({
  op: 'upsert',
  key,
  row,
  etag,
  knew: undefined,
});
export const remove = (key: string, etag: number | undefined): Write => ({
  op: 'delete',
  key,
  row: null,
  etag,
  knew: undefined,
});
/** Tells the checker what the writer rested on. */
export const knowing = (write: Write, knew: number | undefined): Write => ({ ...write, knew });
