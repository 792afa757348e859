/** Ties that a restart forgets, and those that are given back, before a person is judged (protocol.md 3.8). */
import { get, tx, update, type Entity, type Steps } from '../calls';
import { keys, type Person, type PersonRow, type Target } from '../rows';
import { on } from '../settings';
import { claimPlace, type Place } from './place';
import { guard, type Reading, type Task } from './reading';

/**
 * Whoever is being written to is left alone, and so is a row lost to somebody else.
 * @returns the row as it is now; null: the planner has lost its place
 */
export function* retied(
  person: Person,
  { row, etag }: Entity<PersonRow>,
  want: Target,
  place: Place,
): Steps<PersonRow | null> {
  const { head } = place;
  if (head.dryRun || row.pending !== null) return row;
  const next = (yield* isToBeRecalled(person, row, want))
    ? tiedAgain(row)
    : head.linksEtag !== null && row.link !== null && isFoundAnew(row, want)
      ? { ...row, link: null, untied: row.link }
      : null;
  if (next === null) return row;
  if (!(yield* claimPlace(place))) return null;
  if (yield* tx(update(keys.person(person), next, guard(etag)))) return next;
  // on('tieReread'): whom another planner of this cycle has untied is judged without the tie
  return on('tieReread') ? ((yield* get(keys.person(person))).value?.row ?? row) : row;
}

const tiedAgain = (row: PersonRow): PersonRow => ({ ...row, link: row.untied, untied: null });

/**
 * on('recallLast'): whoever is handled may have been untied since they were judged, or come by on demand, where nobody plans.
 * @returns true: the row is to be read again
 */
export function* recalledLast({ person, row, etag }: Reading, { want }: Task): Steps<boolean> {
  if (!on('recallLast') || !(yield* isToBeRecalled(person, row, want))) return false;
  yield* tx(update(keys.person(person), tiedAgain(row), guard(etag)));
  return true;
}

/** The row as a request judges it: with the tie that it will have when it is handled. */
export function* asTied(person: Person, row: PersonRow, want: Target): Steps<PersonRow> {
  return on('recallLast') && (yield* isToBeRecalled(person, row, want)) ? tiedAgain(row) : row;
}

/**
 * Whoever is wanted by the address that the account has. on('movedTie'): one that is about to get another address would be found
 * by none, and a second one made.
 */
const isFoundAnew = ({ applied }: PersonRow, want: Target): boolean =>
  want.value > 0 && (applied.address === want.address || !on('movedTie'));

/** on('recallTie'): who is not wanted before a cycle has made the tie anew gets it back, or nobody would take the access. */
function* isToBeRecalled(person: Person, row: PersonRow, want: Target): Steps<boolean> {
  const { link, untied } = row;
  if (untied === null || link !== null || isFoundAnew(row, want) || !on('recallTie')) return false;
  // on('recallClaim'), a courtesy: the account may be somebody else's by now
  const claimed = (yield* get(keys.claim(untied))).value;
  return claimed === null || claimed.row.person === person || !on('recallClaim');
}
