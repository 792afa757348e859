/**
 * An address that another account holds: GoTo refuses it. The holder's turn comes first; when two exchange their addresses,
 * one of them goes over a temporary one, in its own handling. Nobody ever writes to the holder's account.
 */
import { get, look, readPerson, tx, upsert, type Seen, type Steps } from '../calls';
import { keys, type Person } from '../rows';
import { on } from '../settings';
import type { Reading, Task } from './reading';
import type { ToWrite, Verdict } from './verdict';

const temporary = (person: Person): string => `temporary-${person}@`;

export const isTemporary = (address: string): boolean => address.startsWith('temporary-');

/** @param write the write that GoTo has refused. @param refusals how often in this handling. */
export function* blocked(
  reading: Reading,
  task: Task,
  account: Seen | null,
  refusals: number,
  write: Omit<ToWrite, 'kind'>,
): Steps<Verdict> {
  const { person, at } = reading;
  const holder = yield* leavingHolder(person, task.want.address);
  if (holder === 'unclear') return { retryAt: at + 1 };
  if (holder === null) return giveUp(reading, account, refusals, write);
  // on('holderMark'): nobody else may know yet that the holder is to change
  const mark = { since: at, wait: null, attempts: 0, look: true };
  if (on('holderMark')) yield* tx(upsert(keys.mark(holder.person), mark));
  // on('viaTemporary'): the smaller id makes room
  const exchange = account !== null && holder.wants === account.address;
  if (exchange && person < holder.person && on('viaTemporary'))
    return {
      ...write,
      kind: 'put',
      value: null,
      address: temporary(person),
      then: 'wait',
      home: account.address,
    };
  const theirs = task.onDemand ? null : (yield* get(keys.planRow(task.cycle, holder.person))).value;
  return theirs?.row.state === 'open' ? { retryAt: at + 1 } : { end: 'parked' };
}

/** The linked person who holds the address and wants another one; null when the conflict is one for the admin. */
function* leavingHolder(person: Person, address: string): Steps<{ person: Person; wants: string } | null | 'unclear'> {
  const account = (yield* look(person, 'address', address)).value;
  if (account === null || account === 'down') return 'unclear';
  const holder = (yield* get(keys.claim(account.key))).value?.row.person;
  if (holder === undefined || holder === person) return null;
  const row = (yield* get(keys.person(holder))).value?.row;
  if (row?.link !== account.key || row.hold !== null) return null; // nobody moves a held person
  const facts = (yield* readPerson(holder)).value;
  return facts.value === 0 || facts.address === address ? null : { person: holder, wants: facts.address };
}

/** on('goHome'): whoever gave way for nothing takes the old address back, and waits for the admin. */
function giveUp({ row }: Reading, account: Seen | null, refusals: number, write: Omit<ToWrite, 'kind'>): Verdict {
  const isAway = account !== null && isTemporary(account.address) && row.home !== null;
  if (!isAway || refusals > 1 || !on('goHome')) return { end: 'parked' };
  return { ...write, kind: 'put', value: null, address: row.home, then: 'parked' };
}
