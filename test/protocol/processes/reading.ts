/** What one pass reads of a person, and how a person's part in a cycle ends. */
import { get, list, tx, update, type Steps } from '../calls';
import { keys, type Person, type PersonRow, type Result, type Target } from '../rows';
import { on } from '../settings';

export interface Task {
  readonly cycle: string;
  readonly want: Target;
  readonly factsAt: number;
  readonly removal: boolean;
  readonly approved: boolean;
  readonly stopping: boolean;
  /** Of an attempt to leave the quarantine. */
  readonly probe: boolean;
  readonly onDemand: boolean;
}
export interface Ended {
  readonly result: Result;
  readonly wrote: number;
}
export interface Later {
  readonly retryAt: number;
}
export type Outcome = Ended | Later;

/** A person's row as read in one pass. */
export interface Reading {
  readonly person: Person;
  readonly row: PersonRow;
  readonly etag: number;
  readonly at: number;
  /** Writes of this cycle for the person so far. */
  readonly wrote: number;
}

/** on('facts'): writes of this cycle that somebody else has recovered are looked up in the log (R12). */
export function* readPass(person: Person, cycle: string): Steps<Reading> {
  const { value: found, at } = yield* get(keys.person(person));
  if (found === null) throw new Error(`the model: ${person} has no row`);
  const { row, etag } = found;
  let wrote = row.part?.cycle === cycle ? row.part.wrote : 0;
  if (row.part?.cycle !== cycle && row.last?.cycle !== cycle && on('facts'))
    wrote = (yield* list(keys.facts(person))).filter((fact) => fact.row.cycle === cycle).length;
  return { person, row, etag, at, wrote };
}

/** on('personEtag'): every step changes the person's row under the etag it read (R7). */
export const guard = (etag: number): number | undefined => (on('personEtag') ? etag : undefined);

/** Nobody ends a person's part without changing the person's row (R8). @returns null when the row has moved. */
export function* end(
  { person, row, etag, wrote }: Reading,
  { cycle }: Task,
  verdict: Result,
  change: Partial<PersonRow> = {},
): Steps<Ended | null> {
  const result = wrote > 0 && verdict === 'skip' ? 'done' : verdict;
  // on('touch')
  if (!on('touch') && Object.keys(change).length === 0) return { result, wrote };
  const next: PersonRow = { ...row, part: null, ...change, last: { cycle, result, wrote } };
  return (yield* tx(update(keys.person(person), next, guard(etag)))) ? { result, wrote } : null;
}
