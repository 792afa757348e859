/** GoTo: accounts behind lagging reads; requests that are lost, or whose answer is; what can be told at a write. */
import type { Call, Creation, Seen, Written } from './calls';
import { notApproved, olderFacts, overLimit, twoAccounts, withoutIntent } from './invariants';
import { keys, PEOPLE, type Person, type Target } from './rows';
import { settings } from './settings';
import { personRow, read } from './tables';
import { LIMIT, need, tell, type Account, type World } from './world';

const seen = (key: string, state: Target | null): Seen | null =>
  state === null ? null : { key, value: state.value, address: state.address };

/** What a look may show: now, and what a lagging replica shows. */
export function views(
  w: World,
  { by, what, person }: Extract<Call, { kind: 'look' }>,
): { now: Seen | null | 'down'; lagging: Seen | null | undefined } {
  if (w.down === person) return { now: 'down', lagging: undefined };
  const account = w.accounts.find((x) => !x.hidden && (by === 'key' ? x.key : x.address) === what);
  const before = w.accounts.find(
    (x) => !x.hidden && x.at === w.now && (by === 'key' ? x.key : (x.old?.address ?? x.address)) === what,
  );
  const now = account === undefined ? null : seen(account.key, account);
  // A replica that lags shows an account as it was, or not at all if it is new.
  if (before !== undefined) return { now, lagging: seen(before.key, before.old) };
  return { now, lagging: account?.at === w.now ? null : undefined };
}

/** Whether the request comes too late for its own clock check. */
export const tooLate = (w: World, deadAt: number): boolean => w.now >= deadAt;

/** A write that lands. */
function observeLanding(w: World, p: Person, factsAt: number): void {
  tell(olderFacts(p, w.factsOf.get(p), factsAt));
  w.factsOf = new Map(w.factsOf).set(p, factsAt);
}

/** A request that arrives, whatever comes of it. */
function observe(w: World, p: Person, id: string, cycle: string): void {
  tell(withoutIntent(id, personRow(w, p).pending?.id ?? null));
  const job = read(w, keys.job)?.row;
  const isAttempt = job?.state === 'quarantined' && read(w, keys.head(cycle))?.row.probe === true;
  need(
    job === undefined || job.state === 'running' || isAttempt || job.since >= w.now,
    `I17: a write for ${p} leaves although the job is ${job?.state ?? ''}`,
  );
}

const taken = (w: World, address: string, key: string | null): boolean =>
  settings().uniqueAddresses && w.accounts.some((x) => x.address === address && x.key !== key);

/** One POST, of one account or of several. `silent`: GoTo answers without a key, and the account waits for a transfer. */
export function commitPost(w: World, creations: readonly Creation[], transfer: 'none' | 'noKey' | 'unseen'): Written[] {
  return creations.map(({ id, person, value, address, factsAt, cycle }, i) => {
    observe(w, person, id, cycle);
    if (taken(w, address, null)) return 'taken';
    observeLanding(w, person, factsAt);
    const waiting = w.accounts.find((x) => x.hidden && x.address === address);
    if (waiting !== undefined) return postAgain(w, waiting, id);
    const hidden = transfer !== 'none' && i === 0;
    const key = `k${w.accounts.length + 1}${person}`;
    const account: Account = {
      key,
      owner: person,
      value,
      address,
      old: null,
      at: w.now,
      hidden,
      late: hidden,
      write: id,
      posts: 1,
    };
    w.accounts = [...w.accounts, account];
    tell(twoAccounts(w.accounts.map((x) => x.owner)));
    // A creation without a key is a write from the moment on at which somebody accepts it.
    if (hidden && transfer === 'noKey') return 'noKey';
    w.writes = [...w.writes, { id, person }];
    return { key };
  });
}

/** The account waits for a transfer already: GoTo asks again, and makes no second one. The write before is nobody's. */
function postAgain(w: World, waiting: Account, id: string): Written {
  const posts = waiting.posts + 1;
  const person = waiting.owner as Person;
  need(
    personRow(w, person).link !== waiting.key && posts <= 1 + w.faults,
    `I03: ${person} is created again while a transfer waits`,
  );
  w.accounts = w.accounts.map((x) => (x === waiting ? { ...x, write: id, posts } : x));
  w.writes = w.writes.filter((x) => x.id !== waiting.write);
  return 'noKey';
}

export function commitPut(w: World, put: Extract<Call, { kind: 'put' }>): Written {
  const { id, person, key, value, address, factsAt, approved, cycle } = put;
  observe(w, person, id, cycle);
  const other = PEOPLE.find((p) => p !== person && personRow(w, p).link === key);
  need(other === undefined, `I08: a write for ${person} goes to the account of ${other ?? ''}`);
  if (value === 0) {
    const t = w.truth[person];
    need(t.value === 0 || t.zero === w.now, `I05: ${person} is removed although not absent within the replicas' lag`);
    if (approved) tell(notApproved(person, w.approved.get(cycle)));
    else {
      w.removed = [...new Set([...w.removed, person])].sort();
      tell(overLimit(w.removed, LIMIT));
    }
  }
  if (address !== null && taken(w, address, key)) return 'taken';
  observeLanding(w, person, factsAt);
  const account = w.accounts.find((x) => x.key === key);
  const isChange = (value ?? account?.value) !== account?.value || (address ?? account?.address) !== account?.address;
  need(isChange || w.drifted.has(person), `I10: a write for ${person} changes nothing`);
  w.accounts = w.accounts.map((x) => {
    if (x.key !== key) return x;
    const old = x.at === w.now ? x.old : { value: x.value, address: x.address };
    return { ...x, old, at: w.now, value: value ?? x.value, address: address ?? x.address };
  });
  w.writes = [...w.writes, { id, person }];
  return { key };
}

/** The person has accepted the transfer: the account appears. */
export function accept(w: World, key: string): void {
  const account = w.accounts.find((x) => x.key === key);
  if (account === undefined) return;
  w.accounts = w.accounts.map((x) => (x.key === key ? { ...x, hidden: false, old: null, at: w.now } : x));
  if (!w.writes.some(({ id }) => id === account.write))
    w.writes = [...w.writes, { id: account.write, person: account.owner as Person }];
}

/** By hand, in GoTo's own pages. */
export function changeByHand(w: World, key: string, change: Partial<Target>): void {
  const account = w.accounts.find((x) => x.key === key);
  if (account === undefined) return;
  const next = { value: account.value, address: account.address, ...change };
  w.accounts = w.accounts.map((x) => (x.key === key ? { ...x, ...next, old: next } : x));
  w.drifted = new Set(w.drifted).add(account.owner);
}
