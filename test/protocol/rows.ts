/** The rows of the tables, the keys they have, and the messages: nothing but data. */

export const PEOPLE = ['a', 'b'] as const;
export type Person = (typeof PEOPLE)[number];

/** What Entra wants for a person, and what was last written. Value 0 is no access; other values are versions of the attributes. */
export interface Target {
  readonly value: number;
  readonly address: string;
}

/** `created`: done, but no look has shown the account yet. */
export type Result = 'done' | 'created' | 'skip' | 'held' | 'onHold' | 'parked' | 'superseded' | 'doubt' | 'refused';

/** The lease of whoever changes the person: what is to be written, and the moment after which it must not be sent. */
export interface Intent {
  readonly id: string;
  readonly kind: 'post' | 'put' | 'adopt' | 'transfer';
  readonly key: string | null;
  /** Null: the field is left as it is. */
  readonly value: number | null;
  readonly address: string | null;
  readonly factsAt: number;
  readonly deadAt: number;
  readonly cycle: string;
  /** The log has it already: a created account that never appeared is looked for, but not written again. */
  readonly logged: boolean;
}

export interface PersonRow {
  readonly pending: Intent | null;
  readonly link: string | null;
  /** The tie that a restart has forgotten, until there is another one. */
  readonly untied: string | null;
  readonly applied: Target;
  readonly seenAt: number;
  readonly wroteAt: number;
  readonly last: { readonly cycle: string; readonly result: Result; readonly wrote: number } | null;
  readonly part: { readonly cycle: string; readonly wrote: number } | null;
  readonly hold: 'revert' | 'rejected' | null;
  /** GoTo answered with this key, and no look has shown the account yet. */
  readonly unseen: boolean;
  /** The address left for a temporary one. */
  readonly home: string | null;
}

export interface Fact {
  readonly id: string;
  readonly cycle: string;
}
export interface Mark {
  readonly since: number;
  readonly wait: number | null;
  readonly attempts: number;
  /** The person's account is to be looked at, even when nothing has changed in Entra. */
  readonly look: boolean;
}
export interface Claim {
  readonly person: Person;
}
export interface Turn {
  readonly cycle: string;
  readonly dryRun: boolean;
  readonly from: string | null;
  readonly full: boolean;
  /** An attempt to leave the quarantine. */
  readonly probe: boolean;
  readonly setting: number;
  readonly wishEtag: number | null;
  /** Of the wish to forget whose account is whose. */
  readonly linksEtag: number | null;
}
export type HeadState =
  | 'planning'
  | 'applying'
  | 'awaiting'
  | 'rejecting'
  | 'ok'
  | 'failed'
  | 'superseded'
  | 'rejected'
  | 'planned'
  | 'applied';
export interface Head extends Omit<Turn, 'cycle'> {
  readonly state: HeadState;
  readonly deadline: number;
  readonly stopping: boolean;
  readonly stage: number;
  readonly poll: number;
  readonly expected: number;
  readonly by: string | null;
}
export interface PlanRow {
  readonly person: Person;
  readonly want: Target;
  readonly factsAt: number;
  readonly removal: boolean;
  readonly approved: boolean;
  readonly state: 'open' | 'staged' | 'ended' | 'planned';
  readonly result: Result | null;
  readonly wrote: number;
  readonly markEtag: number | null;
  readonly markSince: number;
  readonly look: boolean;
  readonly notBefore: number;
  readonly stage: number;
}
export interface Chunk {
  readonly rows: number;
  readonly done: number;
  readonly wrote: number;
  readonly sends: number;
  readonly dueAt: number;
  readonly stage: number;
  readonly lane: number;
}
export interface Watermark {
  readonly token: number;
}
export interface Policy {
  readonly setting: number;
}
export interface Await {
  readonly cycle: string;
}
export interface JobState {
  readonly state: 'running' | 'paused' | 'quarantined';
  readonly since: number;
}
export interface Reservation {
  readonly person: string;
}
export type Nothing = Readonly<Record<string, never>>;

export type Row =
  | PersonRow
  | Fact
  | Mark
  | Claim
  | Turn
  | Head
  | PlanRow
  | Chunk
  | Watermark
  | Policy
  | Await
  | JobState
  | Reservation
  | Nothing;

declare const rowOf: unique symbol;
/** A table key that knows the row behind it. `/` parts table, partition and row. */
export type Key<R extends Row> = string & { readonly [rowOf]?: R };
export type Prefix<R extends Row> = string & { readonly [rowOf]?: R };

export const keys = {
  turn: 'S/turn' as Key<Turn>,
  wish: 'S/wish' as Key<Nothing>,
  links: 'S/forgetLinks' as Key<Nothing>,
  policy: 'S/policy' as Key<Policy>,
  watermark: 'S/watermark' as Key<Watermark>,
  await: 'S/await' as Key<Await>,
  job: 'S/job' as Key<JobState>,
  guard: 'W/guard' as Key<Nothing>,
  reservation: (p: string): Key<Reservation> => `W/p-${p}`,
  reservations: 'W/p-' as Prefix<Reservation>,
  mark: (p: string): Key<Mark> => `D/${p}`,
  marks: 'D/' as Prefix<Mark>,
  person: (p: string): Key<PersonRow> => `P/${p}/row`,
  fact: (p: string, id: string): Key<Fact> => `P/${p}/f-${id}`,
  facts: (p: string): Prefix<Fact> => `P/${p}/f-`,
  claim: (account: string): Key<Claim> => `K/${account}`,
  head: (cycle: string): Key<Head> => `C/${cycle}/head`,
  chunk: (cycle: string, stage: number, lane: number): Key<Chunk> => `C/${cycle}/k-${stage}-${lane}`,
  chunks: (cycle: string, stage?: number): Prefix<Chunk> => `C/${cycle}/k-${stage === undefined ? '' : `${stage}-`}`,
  planRow: (cycle: string, p: string): Key<PlanRow> => `C/${cycle}/r-${p}`,
  planRows: (cycle: string): Prefix<PlanRow> => `C/${cycle}/r-`,
};

/** Plans and people have a partition each; every other table has one. */
export function partitionOf(key: string): string {
  const [table = '', partition = ''] = key.split('/');
  return table === 'C' || table === 'P' ? `${table}/${partition}` : table;
}

/** Which process a message or an event starts, with nothing but keys. */
export type Job =
  | { readonly kind: 'start'; readonly dryRun: boolean; readonly from: string | null }
  | { readonly kind: 'plan' | 'approve' | 'reject' | 'rejectRest'; readonly cycle: string }
  | {
      readonly kind: 'lane';
      readonly cycle: string;
      readonly stage: number;
      readonly lane: number;
      readonly number: number;
    }
  | { readonly kind: 'close'; readonly cycle: string; readonly number: number }
  | { readonly kind: 'onDemand' | 'hold' | 'release' | 'adopt'; readonly person: Person }
  | { readonly kind: 'wish' | 'restart' | 'forget' | 'lift' };

export interface Message {
  readonly id: string;
  readonly session: string;
  readonly due: number;
  readonly job: Job;
}

/** No further step follows by itself. */
export const isFinal = (state: HeadState): boolean =>
  !(state === 'planning' || state === 'applying' || state === 'awaiting' || state === 'rejecting');

/** Whether an account as seen is what is wanted: a person without access needs no particular address. */
export const fits = (account: Target | null, want: Target): boolean =>
  want.value === 0
    ? account === null || account.value === 0
    : account !== null && account.value === want.value && account.address === want.address;
