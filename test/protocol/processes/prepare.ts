/** Prepare: look, then say what is to be done for one person. Nothing is written here, but a mark for the holder of an address. */
import { get, look, readPerson, type Seen, type Steps } from '../calls';
import { fits, keys, type Intent, type Target } from '../rows';
import { on, settings } from '../settings';
import { blocked } from './address';
import type { Reading, Task } from './reading';
import type { ToEnd, Verdict } from './verdict';

const shows = (account: Seen | null, applied: Target): boolean =>
  account === null ? applied.value === 0 : account.value === applied.value && account.address === applied.address;

export function* prepare(reading: Reading, task: Task, refusals: number): Steps<Verdict> {
  const { person, row } = reading;
  const { want } = task;
  const early = yield* withoutLooking(reading, task);
  if (early !== null) return early;
  const by = row.link === null ? 'address' : 'key';
  const { value: account, at } = yield* look(person, by, row.link ?? want.address);
  if (account === 'down') return { retryAt: at + 1 };
  // on('ownWrite'): "absent" or old right after our own write is not believed (R11)
  if (on('ownWrite') && at <= row.wroteAt && !shows(account, row.applied)) return { retryAt: row.wroteAt + 1 };
  if (row.unseen && account === null && on('unseenKept')) return neverAppeared(reading);
  if (row.link === null && want.value === 0) return { end: 'skip' }; // not ours: hands off
  if (fits(account, want) && row.link !== null) {
    const applied = { value: want.value, address: account?.address ?? row.applied.address };
    return { end: 'skip', change: { applied, seenAt: Math.max(row.seenAt, task.factsAt), unseen: false } };
  }
  return yield* whatToWrite(reading, task, account, refusals);
}

/** The ends that need no look at the account. */
function* withoutLooking({ person, row }: Reading, task: Task): Steps<Verdict | null> {
  if (task.stopping) return { end: 'held' };
  if (settings().pauses) {
    const job = (yield* get(keys.job)).value?.row.state ?? 'running';
    // on('pauseSeen'): a lane looks at the job in every pass. on('pauseHolds'): it ends the row held, never as done or skipped
    // on('probeTries'): but for the quarantine that its cycle tries to leave
    const isTried = job === 'quarantined' && task.probe && on('probeTries');
    if (job !== 'running' && !isTried && on('pauseSeen')) return { end: on('pauseHolds') ? 'held' : 'skip' };
  }
  // on('seenAt'): somebody has applied younger facts (R15)
  if (on('seenAt') && row.seenAt > task.factsAt) return { end: 'superseded' };
  if (row.hold === 'revert' || (row.hold === 'rejected' && task.want.value === 0)) return { end: 'onHold' };
  if (task.want.value > 0 || row.link === null) return null;
  // on('nameRemoval'): a removal only by a row that names it (R9)
  if (on('nameRemoval') && !task.removal) return { end: 'held' };
  // on('proof'): the point check in the same pass as the write (R18)
  if (on('proof') && (yield* readPerson(person)).value.value !== 0) return { end: 'doubt' };
  return null;
}

/** on('unseenKept'): GoTo gave a key and shows nothing behind it: looked for, never posted again. */
function neverAppeared({ row, at, etag }: Reading): ToEnd {
  const { value, address } = row.applied;
  const pending: Intent = {
    id: `${row.link ?? ''}.${etag}`,
    kind: 'transfer',
    key: row.link,
    value,
    address,
    factsAt: row.seenAt,
    deadAt: at,
    cycle: '',
    logged: true,
  };
  return { end: 'parked', change: { pending } };
}

function* whatToWrite(reading: Reading, task: Task, account: Seen | null, refusals: number): Steps<Verdict> {
  const { row } = reading;
  const { want, factsAt } = task;
  // on('factsLife'): what on demand read is good for as long as a look (R16)
  const lookedAt = task.onDemand && on('factsLife') ? Math.min(reading.at, factsAt) : reading.at;
  const write = {
    key: account?.key ?? null,
    value: want.value,
    address: want.value === 0 ? null : want.address,
    deadAt: lookedAt + 1,
    then: 'done' as const,
    before: account ?? row.applied,
    home: null,
  };
  if (account === null)
    return refusals > 0 ? yield* blocked(reading, task, null, refusals, write) : { ...write, kind: 'post' };
  if (fits(account, want)) return { ...write, kind: 'adopt' };
  if (refusals === 0 || account.address === want.address) return { ...write, kind: 'put' };
  // on('restFirst'): the other fields do not wait for the address
  if (account.value !== want.value && on('restFirst'))
    return { ...write, kind: 'put', address: null, then: 'again', home: row.home };
  return yield* blocked(reading, task, account, refusals, write);
}
