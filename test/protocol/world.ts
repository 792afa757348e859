/**
 * The state of the world: tables with etags, queue, Entra's truth, GoTo's accounts, running processes, a clock of coarse ticks.
 * One tick is longer than every lag and every request's life: a change of this tick may be unseen in this tick, and is seen
 * in the next one by every read. Parts are replaced, never changed in place, so a copy of a state is a shallow one.
 */
import type { Answer } from './calls';
import type { Finding } from './invariants';
import { keys, PEOPLE, type Job, type JobState, type Message, type Person, type Row, type Target } from './rows';

/** Removals without approval in the rolling window, which never rolls inside a run. */
export const LIMIT = 1;

/** The protocol has done harm: the search stops, and shows how. */
export class Violation extends Error {}

export function need(ok: boolean, text: string): void {
  if (!ok) throw new Violation(text);
}
export function tell(finding: Finding): void {
  if (finding !== null) throw new Violation(finding);
}

/** A row's place; it stays when the row is deleted, so that an etag never comes back. */
export interface Slot {
  readonly etag: number;
  readonly row: Row | null;
}
/** `old` is what a lagging replica still shows in the tick of the change; `zero`: last tick in which there was no access. */
export interface Truth extends Target {
  readonly old: Target;
  readonly at: number;
  readonly zero: number;
}
export interface Account extends Target {
  readonly key: string;
  readonly owner: string;
  readonly old: Target | null;
  readonly at: number;
  /** Created, but waiting for a transfer: nobody sees it. */
  readonly hidden: boolean;
  /** It has been hidden. */
  readonly late: boolean;
  readonly write: string;
  /** How often it has been posted while it was hidden. */
  readonly posts: number;
}
export interface Queued extends Message {
  /** The process that has it; undefined: free. */
  readonly holder: number | undefined;
}
/** The answers a process has had, the last one first. With the id they are its state. */
export interface History {
  readonly answer: Answer;
  readonly before: History | null;
  /** A hash of all of them, made when it is asked for. */
  key?: string;
}
export interface Process {
  readonly n: number;
  readonly job: Job;
  readonly id: string;
  readonly history: History | null;
  readonly message: string | null;
}

/** How often an event or a fault may still happen. */
export type Fault = 'crash' | 'lock' | 'lost' | 'lag' | 'gotoLag' | 'dup' | 'transfer';
export type Event =
  | 'change'
  | 'move'
  | 'cycle'
  | 'dry'
  | 'apply'
  | 'approve'
  | 'reject'
  | 'onDemand'
  | 'adopt'
  | 'hold'
  | 'release'
  | 'wish'
  | 'setting'
  | 'outage'
  | 'drift'
  | 'grab'
  | 'accept'
  | 'pause'
  | 'quarantine'
  | 'lift'
  | 'restart'
  | 'forget';
export type Budget = Readonly<Partial<Record<Fault | Event, number>>>;

export interface World {
  now: number;
  truth: Readonly<Record<Person, Truth>>;
  changes: readonly { readonly person: Person; readonly at: number }[];
  accounts: readonly Account[];
  tables: ReadonlyMap<string, Slot>;
  queue: readonly Queued[];
  /** Ids that the broker remembers. */
  sent: ReadonlySet<string>;
  processes: readonly Process[];
  born: number;
  cycles: number;
  setting: number;
  /** Deaths, lost locks and lost requests so far. */
  faults: number;
  budget: Budget;
  /** GoTo never answers for this person. */
  down: Person | null;
  // What only the checker knows.
  writes: readonly { readonly id: string; readonly person: Person }[];
  approved: ReadonlyMap<string, readonly Person[]>;
  removed: readonly string[];
  factsOf: ReadonlyMap<string, number>;
  /** Changed behind the connector's back: no cycle owes anything. */
  drifted: ReadonlySet<string>;
  marked: ReadonlyMap<string, number>;
  /** Final heads whose counts have been checked. */
  closed: ReadonlySet<string>;
}

export interface Beginning {
  readonly truth: Readonly<Record<Person, number>>;
  readonly budget: Budget;
  /** Somebody was removed an hour ago: the next removal needs approval. */
  readonly fullWindow?: boolean;
  readonly down?: Person;
  /** Values changed before the run; without a mark they are nobody's duty yet. */
  readonly changed?: Readonly<Partial<Record<Person, number>>>;
  /** Addresses changed before the run. */
  readonly moved?: Readonly<Partial<Record<Person, string>>>;
  readonly marked?: readonly Person[];
  /** Marked, and GoTo has failed them before. */
  readonly failed?: readonly Person[];
  readonly quarantined?: boolean;
  /** Both people have one address, and an account with it is there that is nobody's yet. */
  readonly shared?: boolean;
}

export const addressOf = (p: Person): string => `${p}@`;
const SHARED_KEY = 'kx';
const SHARED_ADDRESS = 'x@';

const truthOf = (value: number, address: string): Truth => ({
  value,
  address,
  old: { value, address },
  at: -1,
  zero: -1,
});

export function newWorld(beginning: Beginning): World {
  const { truth, budget, shared = false, changed = {}, moved = {}, marked = [], failed = [] } = beginning;
  const rows = new Map<string, Row>();
  const accounts: Account[] = [];
  const base = { at: -1, hidden: false, late: false, write: '', posts: 1 };
  const home = (p: Person): string => (shared ? SHARED_ADDRESS : addressOf(p));
  for (const p of PEOPLE) {
    const applied: Target = { value: truth[p], address: home(p) };
    const link = applied.value > 0 ? `k0${p}` : null;
    if (link !== null) {
      accounts.push({ ...base, ...applied, key: link, owner: p, old: applied });
      rows.set(keys.claim(link), { person: p });
    }
    const none = { pending: null, last: null, part: null, hold: null, home: null, untied: null };
    rows.set(keys.person(p), { ...none, link, applied, seenAt: -1, wroteAt: -1, unseen: false });
  }
  if (shared)
    accounts.push({
      ...base,
      key: SHARED_KEY,
      owner: 'x',
      value: 3,
      address: SHARED_ADDRESS,
      old: { value: 3, address: SHARED_ADDRESS },
    });
  rows.set(keys.watermark, { token: 0 });
  rows.set(keys.policy, { setting: 0 });
  rows.set(keys.guard, {});
  const state = beginning.quarantined === true ? 'quarantined' : 'running';
  rows.set(keys.job, { state, since: -1 } satisfies JobState);
  for (const p of marked) rows.set(keys.mark(p), { since: -1, wait: null, attempts: 0, look: false });
  for (const p of failed) rows.set(keys.mark(p), { since: -1, wait: null, attempts: 1, look: false });
  if (beginning.fullWindow === true) rows.set(keys.reservation('x'), { person: 'x' });
  const now = (p: Person): Truth => truthOf(changed[p] ?? truth[p], moved[p] ?? home(p));
  return {
    now: 0,
    truth: { a: now('a'), b: now('b') },
    changes: [],
    accounts,
    tables: new Map([...rows].map(([key, row]) => [key, { etag: 1, row }])),
    queue: [],
    sent: new Set(),
    processes: [],
    born: 0,
    cycles: 0,
    setting: 0,
    faults: 0,
    budget,
    down: beginning.down ?? null,
    writes: [],
    approved: new Map(),
    removed: beginning.fullWindow === true ? ['x'] : [],
    factsOf: new Map(),
    drifted: new Set(PEOPLE.filter((p) => (p in changed || p in moved) && !marked.includes(p) && !failed.includes(p))),
    marked: new Map(),
    closed: new Set(),
  };
}

export const copy = (w: World): World => ({ ...w });

/** What Entra and the settings of today want for a person. */
export const wanted = (w: World, p: Person): Target => targetOf(w.truth[p], w.setting);

/** The mapping: a new setting is another version of everybody's attributes. */
export const targetOf = (facts: Target, setting: number): Target => ({
  value: facts.value === 0 ? 0 : facts.value + 10 * setting,
  address: facts.address,
});

export function changeTruth(w: World, p: Person, change: Partial<Target>): void {
  const t = w.truth[p];
  const old = t.at === w.now ? t.old : { value: t.value, address: t.address };
  const next: Truth = { ...t, ...change, old, at: w.now, zero: t.value === 0 ? w.now : t.zero };
  w.truth = { ...w.truth, [p]: next };
  w.changes = [...w.changes, { person: p, at: w.now }];
}

export function spend(w: World, what: Fault | Event): void {
  w.budget = { ...w.budget, [what]: (w.budget[what] ?? 0) - 1 };
  if (what === 'crash' || what === 'lock' || what === 'lost') w.faults += 1;
}
export const may = (w: World, what: Fault | Event): boolean => (w.budget[what] ?? 0) > 0;
