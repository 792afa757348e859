/** The claim on a GoTo key: at most one person links it (protocol.md 6). */
import { get, insert, readPerson, tx, update, type Steps } from '../calls';
import { keys, type Person } from '../rows';
import { on } from '../settings';

/** `busy`: its holder has an intent that may have written, or a tie to be made anew; only the holder's own handling settles it. */
export type Claimed = 'mine' | 'conflict' | 'busy' | 'again' | { readonly retryAt: number };

export function* claim(person: Person, account: string): Steps<Claimed> {
  const key = keys.claim(account);
  // on('claimFirst')
  if (!on('claimFirst') || (yield* tx(insert(key, { person })))) return 'mine';
  const held = (yield* get(key)).value;
  if (held === null) return 'again';
  if (held.row.person === person) {
    // on('renewClaim'): mine from a dead intent; somebody may be taking it over
    return !on('renewClaim') || (yield* tx(update(key, { person }, held.etag))) ? 'mine' : 'again';
  }
  const { value: holder, at } = yield* get(keys.person(held.row.person));
  if (holder === null || holder.row.link === account) return 'conflict';
  const { pending } = holder.row;
  if (pending !== null && at < pending.deadAt) return { retryAt: pending.deadAt };
  // on('settleHolder'): a dead intent that may have written is not dropped by others: its log entry would be lost
  if (pending !== null && pending.kind !== 'adopt' && on('settleHolder')) return 'busy';
  // on('untiedKept'), a courtesy: whom a restart has untied finds the account anew; others with its address wait
  const { untied } = holder.row;
  const isKept = untied === account && on('untiedKept');
  if (isKept && (yield* readPerson(held.row.person)).value.value > 0) return 'busy';
  // on('breakFirst'): the holder's row is changed before its claim is taken
  // on('breakForgets'), a courtesy: what was forgotten is not theirs any more
  const broken = { ...holder.row, pending: null, untied: untied === account && on('breakForgets') ? null : untied };
  if (on('breakFirst') && !(yield* tx(update(keys.person(held.row.person), broken, holder.etag)))) return 'again';
  return (yield* tx(update(key, { person }, held.etag))) ? 'mine' : 'again';
}
