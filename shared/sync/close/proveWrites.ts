/**
 * Compares GoTo with what the lanes wrote: few writes are read one by one, many by the list, whichever is cheaper; between
 * the two a page of the list may do. While GoTo's reads may still lag, a difference is waited for; then the log is corrected
 * and the person is looked at again.
 *
 * Upholds I12: no entry claims a write that did not take.
 */
import { emailKey, PLAIN_ATTRIBUTES, type Account } from '../../model/Account';
import { noTally, type Cycle, type Tally } from '../../model/Cycle';
import { ConnectorError } from '../../model/ConnectorError';
import type { ErrorCode } from '../../model/ErrorCode';
import type { Intent } from '../../model/Intent';
import { linkSchema } from '../../model/Link';
import type { LogEntry } from '../../model/LogEntry';
import type { PlanRow } from '../../store/PlansTable';
import { AccountIndex } from '../../goto/AccountIndex';
import type { Caller } from '../../goto/GotoClient';
import { isTakenOver } from '../apply/claimAccount';
import { appliedOf } from '../apply/linkOf';
import { PENDING_TRANSFER } from '../apply/recoverIntent';
import { outcomeOf } from '../apply/outcomeOf';
import { readersPacer } from '../cycle/readersPacer';
import { COUNTER } from '../cycle/tallyOf';
import type { Engine } from '../Engine';

/** Up to so many accounts are read by key; a list costs one call a thousand accounts. */
const POINT_READS = 10;
/** Of more writes than that the whole list is read: it costs little beside them. */
const MOST_SAMPLED = 500;
/** A list of fewer pages is read as a whole. */
const FEWEST_PAGES = 3;
/** Looks before GoTo's own list is given up as unreachable. */
const MAX_FAULTS = 5;

export type Proof =
  | { readonly kind: 'later'; readonly waitMs: number }
  | { readonly kind: 'proven'; readonly different: number; readonly correction: Tally }
  /** GoTo does not answer: whoever was written to is looked at in a later cycle. */
  | { readonly kind: 'unproven' };

interface Written {
  readonly row: PlanRow;
  readonly entry: LogEntry;
}

interface Different extends Written {
  /** What GoTo shows instead; undefined when it knows no such account. */
  readonly account: Account | undefined;
}

/**
 * @returns that it is too early to tell, or how many people differ and what the counts change by; never throws what
 * GoTo answers
 */
export async function proveWrites(engine: Engine, cycle: Cycle): Promise<Proof> {
  const { clock, timing } = engine;
  const wait = timing.proofDelayMs * 2 ** cycle.proofs;
  // What is seen is as old as the first look: GoTo may make the others wait, for minutes if it likes.
  const lookedAt = clock.now();
  let different: Different[];
  let lastWriteAt = 0;
  try {
    ({ different, lastWriteAt } = await compare(engine, cycle, lookedAt));
  } catch (error) {
    const outcome = outcomeOf(error, cycle.proofs, clock.now(), timing.proofDelayMs);
    if (outcome.kind === 'retryAfter' && cycle.proofs < MAX_FAULTS)
      return { kind: 'later', waitMs: outcome.at - clock.now() };
    return { kind: 'unproven' };
  }
  if (different.length > 0 && lookedAt < lastWriteAt + timing.gotoLagMs)
    return { kind: 'later', waitMs: Math.min(wait, Math.max(1_000, lastWriteAt + timing.gotoLagMs - clock.now())) };
  return { kind: 'proven', different: different.length, correction: await correct(engine, cycle, different) };
}

async function compare(
  engine: Engine,
  cycle: Cycle,
  lookedAt: number,
): Promise<{ readonly different: Different[]; readonly lastWriteAt: number }> {
  const caller = { pacer: await readersPacer(engine, cycle.id) };
  const first: Written[] = [];
  const lastAt = new Map<string, number>();
  let lastWriteAt = 0;
  for await (const one of writesOf(engine, cycle)) {
    const at = Date.parse(one.entry.at);
    lastWriteAt = Math.max(lastWriteAt, at);
    lastAt.set(keyOf(one), Math.max(lastAt.get(keyOf(one)) ?? 0, at));
    if (first.length <= MOST_SAMPLED) first.push(one);
  }
  // A rehire gets the account in the cycle that takes it from who left: what GoTo shows is the last word alone.
  const isLast = (one: Written): boolean => Date.parse(one.entry.at) >= (lastAt.get(keyOf(one)) ?? 0);
  const written = first.filter(isLast);
  if (first.length <= MOST_SAMPLED) {
    if (written.length <= POINT_READS) return { different: await compareEach(engine, caller, written), lastWriteAt };
    const different = await bySample(engine, caller, cycle, written);
    // What GoTo does not show for good puts its other answers in question.
    const isOver = lookedAt >= lastWriteAt + engine.timing.gotoLagMs;
    if (different !== undefined && (different.length === 0 || !isOver)) return { different, lastWriteAt };
  }
  const index = await AccountIndex.of((await engine.accounts.list(caller)).accounts);
  const different: Different[] = [];
  for await (const one of writesOf(engine, cycle))
    if (isLast(one)) different.push(...differing(one, index.byKey(keyOf(one))));
  return { different, lastWriteAt };
}

/** What each person was last written: that is what GoTo must show. */
async function* writesOf({ store }: Engine, cycle: Cycle): AsyncGenerator<Written> {
  for await (const row of store.plans.rows(cycle.id, cycle.approvedAt === null ? undefined : cycle.stagedStage)) {
    const entry = row.result?.entries.filter((one) => one.intentId !== null).at(-1);
    if (row.entry.kind !== 'group' && entry !== undefined && row.result?.outcome !== 'superseded') yield { row, entry };
  }
}

/**
 * With one page instead of the whole list, in a cycle that has listed GoTo's accounts: the page where new accounts stand, or
 * else where most of those stand that were written. What is not on it is looked at singly, but for what GoTo's answer is
 * believed of as long as none of those that are seen contradicts.
 * @returns undefined where the whole list is cheaper
 */
async function bySample(
  engine: Engine,
  caller: Caller,
  cycle: Cycle,
  written: readonly Written[],
): Promise<Different[] | undefined> {
  const created = written.filter(({ entry }) => entry.action === 'create').length;
  const offset = await pageToSee(engine, cycle, new Set(written.map(keyOf)), created);
  if (offset === undefined) return undefined;
  const page = await AccountIndex.of((await engine.accounts.listPage(offset, caller)).accounts);
  const seen = written.filter((one) => page.byKey(keyOf(one)) !== undefined);
  const unseen = written.filter((one) => page.byKey(keyOf(one)) === undefined);
  const toSee = unseen.filter((one) => !isBelieved(one));
  const sample = seen.some(isBelieved) ? [] : unseen.filter(isBelieved).slice(0, 1);
  if (toSee.length > POINT_READS) return undefined;
  return [
    ...seen.flatMap((one) => differing(one, page.byKey(keyOf(one)))),
    ...(await compareEach(engine, caller, [...toSee, ...sample])),
  ];
}

/**
 * Where the page begins that shows most. That new accounts come last is how lists are made, and nowhere promised: whoever
 * is not there is looked for.
 * @returns undefined without a list, or with one that is as short
 */
async function pageToSee(
  { store }: Engine,
  cycle: Cycle,
  keys: ReadonlySet<string>,
  created: number,
): Promise<number | undefined> {
  let best: { readonly offset: number; readonly count: number } | undefined;
  let [pages, total, size] = [0, 0, 0];
  for await (const page of store.listed.pages(cycle.id)) {
    pages += 1;
    total += page.rows;
    size = Math.max(size, page.rows);
    const count = page.keys.filter((key) => keys.has(key)).length;
    if (best === undefined || count > best.count) best = { offset: page.offset, count };
  }
  if (best === undefined || pages < FEWEST_PAGES) return undefined;
  return created > 0 ? Math.max(0, total + created - size) : best.offset;
}

/**
 * A change of somebody whom the same cycle had seen in GoTo's list, who keeps all access: GoTo has said that it is made, and
 * the next list shows it again. Access that is taken, and accounts that are new, are always seen.
 */
function isBelieved({ entry }: Written): boolean {
  const kept = listOf(entry.after?.['licenseKeys']);
  const isTaken = listOf(entry.before?.['licenseKeys']).some((key) => !kept.includes(key));
  return entry.action === 'update' && !isTaken;
}

async function compareEach({ accounts }: Engine, caller: Caller, written: readonly Written[]): Promise<Different[]> {
  const different: Different[] = [];
  for (const one of written) {
    const account = await accounts.get(keyOf(one), caller).catch((error: unknown) => {
      if (error instanceof ConnectorError && error.code === 'NotFound') return undefined;
      throw error;
    });
    different.push(...differing(one, account));
  }
  return different;
}

const keyOf = ({ entry }: Written): string => entry.targetId ?? '';

/** @param account what GoTo shows; undefined where it knows none. @returns the write, unless it is proven */
function differing({ row, entry }: Written, account: Account | undefined): Different[] {
  const isProven =
    entry.action === 'delete' ? account === undefined : account !== undefined && isAsWritten(entry, account);
  return isProven ? [] : [{ row, entry, account }];
}

/** A disabled account must hold none of the licences that were taken and be suspended, unless other products keep it. */
function isAsWritten(entry: LogEntry, account: Account): boolean {
  const after = entry.after ?? {};
  if (typeof after['email'] === 'string' && emailKey(after['email']) !== emailKey(account.email)) return false;
  for (const name of PLAIN_ATTRIBUTES)
    if (typeof after[name] === 'string' && after[name] !== '' && (account[name] ?? '') !== after[name]) return false;
  const isMoved = typeof after['groupKey'] === 'string' && Object.hasOwn(entry.before ?? {}, 'groupKey');
  if (isMoved && after['groupKey'] !== account.groupKey) return false;
  const wanted = listOf(after['licenseKeys']);
  const taken = listOf(entry.before?.['licenseKeys']).filter((key) => !wanted.includes(key));
  if (taken.some((key) => account.licenseKeys.includes(key))) return false;
  if (wanted.some((key) => !account.licenseKeys.includes(key))) return false;
  return after['state'] !== 'disabled' || account.licenseKeys.length > 0 || account.status === 'SUSPENDED';
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** What to call a write that GoTo does not show. */
function faultOf(
  entry: LogEntry,
  account: Account | undefined,
): { readonly code: ErrorCode; readonly message: string } {
  if (account === undefined && entry.action === 'create')
    return { code: 'PendingTransfer', message: PENDING_TRANSFER.message };
  if (entry.action === 'delete')
    return {
      code: 'WriteNotVisible',
      message:
        'GoTo still shows the account after it was deleted; it stays suspended and managed, and is asked about again in as many days.',
    };
  if (account !== undefined && entry.after?.['state'] === 'disabled')
    return {
      code: 'AccessRemains',
      message:
        `Access remains: GoTo shows the account as ${account.status} with ${account.licenseKeys.length} licence(s) after it was suspended; ` +
        'it is tried again.',
    };
  return { code: 'WriteNotVisible', message: 'GoTo does not show what was written; it is tried again.' };
}

/** Makes log, counts and the person's row say what GoTo shows. @returns what the cycle's counts change by */
async function correct(engine: Engine, cycle: Cycle, different: readonly Different[]): Promise<Tally> {
  const { store } = engine;
  const correction = noTally();
  for (const { row, entry, account } of different) {
    const { code, message } = faultOf(entry, account);
    if (code === 'PendingTransfer') await waitForTransfer(engine, cycle, entry);
    if (entry.action === 'delete' && account !== undefined) await tieAgain(engine, entry.sourceId, account);
    const corrected: LogEntry = { ...entry, status: 'parked', errorCode: code, errorMessage: message };
    await store.people.correct([corrected]);
    if (row.result !== null) {
      const entries = row.result.entries.map((one) => (one.intentId === entry.intentId ? corrected : one));
      await store.plans.correct(cycle.id, [{ ...row, result: { outcome: 'parked', code, message, entries } }]);
    }
    const counter = COUNTER[entry.action];
    if (counter !== null) correction.counts[counter] -= 1;
    correction.counts.parked += 1;
  }
  return correction;
}

/** An account that was not deleted after all would be nobody's: nobody would ever be asked about it again. */
async function tieAgain(engine: Engine, sourceId: string, account: Account): Promise<void> {
  const { person, etag } = await engine.store.people.get(sourceId);
  if (person.link !== null || person.pending !== null || etag === null) return;
  if (await isTakenOver(engine, account.key, sourceId)) return;
  const link = linkSchema.parse({ key: account.key, state: 'disabled', applied: appliedOf(account) });
  await engine.store.people.change(sourceId, { ...person, link }, etag);
}

/** The account was taken but is not there: its person waits, and it is looked for by address from now on. */
async function waitForTransfer({ accounts, store }: Engine, cycle: Cycle, entry: LogEntry): Promise<void> {
  const { person, etag } = await store.people.get(entry.sourceId);
  if (person.link === null || person.link.key !== entry.targetId || person.pending !== null || etag === null) return;
  const pending: Intent = {
    id: entry.intentId ?? `${cycle.id}-transfer`,
    cycleId: cycle.id,
    accountKey: accounts.accountKey,
    kind: 'transfer',
    action: 'create',
    reason: entry.reason,
    link: { ...person.link, key: '' },
    fields: [],
    before: {},
    modified: entry.modified,
    warning: null,
    hold: null,
    factsAt: person.seenAt,
    deadAt: 0,
    batch: null,
  };
  await store.people.change(entry.sourceId, { ...person, link: null, pending }, etag);
}
