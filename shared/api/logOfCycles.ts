import { CYCLE_ID, beforeCycleIds, startOfCycle } from '../model/Cycle';
import type { LogEntry } from '../model/LogEntry';
import { rowKeyOf } from '../store/PlansTable';
import type { PersonNames } from '../store/PeopleTable';
import { AwaitedApproval } from '../store/state/AwaitedApproval';
import type { Engine } from '../sync/Engine';
import type { LoggedItem, LogPage, LogPlace, LogQuery } from './LogPage';
import { inOrder, placeIn } from './inOrder';
import { Problem } from './Problem';

/** Rows looked at for one answer; a filter that finds little answers with a next link instead of a long wait. */
const MAX_ROWS_READ = 5_000;
/** A cycle that is to be put in another order is read whole. */
const MAX_ROWS_ORDERED = 20_000;
/** At least so many rows at once: a page of `$top` rows would cost a round trip a row. */
const PAGE = 500;
const CYCLES_PAGE = 500;
/** No cycle works so long, in ms: its deadlines are hours. What it staged may be approved much later. */
const LONGEST_CYCLE_MS = 7 * 86_400_000;

type Place = Extract<LogPlace, { readonly list: 'log' }>;

/** The log of everybody, cycle by cycle, newest first; within a cycle as it was planned, unless another order is asked for. */
export async function logOfCycles(
  engine: Engine,
  query: LogQuery,
  names: ReadonlyMap<string, PersonNames>,
): Promise<LogPage> {
  const only = query.demands.valuesOf('cycleId');
  if (query.counts && only === undefined)
    throw new Problem(400, 'InvalidCount', '$count needs a filter by sourceIdentity/id, by a name, or by cycleId.');
  const { orderBy } = query;
  if (orderBy !== undefined && only?.length !== 1 && !(orderBy.field === 'activityDateTime' && orderBy.descending))
    throw new Problem(
      400,
      'InvalidOrderBy',
      'The whole log is ordered by "activityDateTime desc" only. Filter by a person or by one cycleId for another order.',
    );
  const scan = new LogScan(engine, query, names);
  return orderBy === undefined && !query.counts ? scan.asPlanned() : scan.ordered();
}

class LogScan {
  readonly #start: Place | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly query: LogQuery,
    private readonly names: ReadonlyMap<string, PersonNames>,
  ) {
    this.#start = query.after?.list === 'log' ? query.after : undefined;
  }

  async asPlanned(): Promise<LogPage> {
    const items: LoggedItem[] = [];
    let read = 0;
    for await (const { cycleId, isQuiet } of this.#cycles(this.#from)) {
      const here = this.#start?.cycleId === cycleId ? this.#start : undefined;
      let after = here?.after;
      let skip = here?.skip ?? 0;
      const next = (taken: number): Place => ({
        list: 'log',
        cycleId,
        skip: taken,
        ...(after === undefined ? {} : { after }),
      });
      for (let isLast = isQuiet; !isLast;) {
        const page = await this.engine.store.plans.rowsPage(cycleId, Math.max(PAGE, this.query.top), after);
        isLast = page.isLast;
        for (const row of page.rows) {
          const entries = row.result?.entries ?? [];
          for (const [index, entry] of entries.entries()) {
            if (index < skip) continue;
            const item = this.#itemOf(entry);
            if (this.query.matches(item) !== true) continue;
            if (items.length === this.query.top) return { items, next: next(index) };
            items.push(item);
          }
          skip = 0;
          after = rowKeyOf(row);
        }
        read += page.rows.length + 1;
        if (read >= MAX_ROWS_READ && !isLast) return { items, next: next(0) };
      }
      read += 1;
      if (read >= MAX_ROWS_READ) return { items, next: next(0) };
    }
    return { items, next: undefined };
  }

  /** What is counted is counted from the first cycle on, whatever page is asked for. */
  async ordered(): Promise<LogPage> {
    const { counts, orderBy, top } = this.query;
    const items: LoggedItem[] = [];
    let next: Place | undefined;
    let [total, read] = [0, 0];
    for await (const { cycleId, isQuiet } of this.#cycles(counts ? '' : this.#from)) {
      if (read >= MAX_ROWS_READ && !counts) return { items, next: { list: 'log', cycleId, skip: 0 } };
      read += 1;
      if (isQuiet) continue;
      const whole = await this.#everythingOf(cycleId);
      read += whole.read;
      total += whole.found.length;
      if (cycleId < this.#from || next !== undefined) continue;
      const rest = inOrder(whole.found, orderBy, this.#start?.cycleId === cycleId ? this.#start.behind : undefined);
      const room = top - items.length;
      items.push(...rest.slice(0, room));
      if (rest.length <= room) continue;
      const last = rest[room - 1];
      next = { list: 'log', cycleId, skip: 0, ...(last === undefined ? {} : { behind: placeIn(last, orderBy) }) };
      if (!counts) break;
    }
    return { items, next, ...(counts ? { total } : {}) };
  }

  /** @throws Problem 400 for a cycle with too many rows to be put in order at once */
  async #everythingOf(cycleId: string): Promise<{ readonly found: readonly LoggedItem[]; readonly read: number }> {
    const found: LoggedItem[] = [];
    let read = 0;
    for await (const row of this.engine.store.plans.rows(cycleId)) {
      read += 1;
      if (read > MAX_ROWS_ORDERED)
        throw new Problem(
          400,
          'TooManyToOrder',
          'A cycle has too many entries to be put in order. Leave $orderby and $count out.',
        );
      for (const entry of row.result?.entries ?? []) {
        const item = this.#itemOf(entry);
        if (this.query.matches(item) === true) found.push(item);
      }
    }
    return { found, read };
  }

  #itemOf(entry: LogEntry): LoggedItem {
    const { sourceId } = entry;
    if (this.names.size === 0) return { sourceId, entry };
    // Where names were looked up, somebody without any has none.
    const nobody = { displayName: entry.displayName, mail: null, userPrincipalName: null };
    return { sourceId, entry, names: this.names.get(sourceId) ?? nobody };
  }

  /** The cycle where the page begins; empty for the newest. */
  get #from(): string {
    return this.#start?.cycleId ?? '';
  }

  /** The cycles that may have entries, newest first, from one on. A quiet one has none, and only counts as read. */
  async *#cycles(from: string): AsyncGenerator<{ readonly cycleId: string; readonly isQuiet: boolean }> {
    const { demands } = this.query;
    const only = demands.valuesOf('cycleId');
    if (only !== undefined) {
      for (const cycleId of only.toSorted())
        if (CYCLE_ID.test(cycleId) && cycleId >= from) yield { cycleId, isQuiet: false };
      return;
    }
    const during = demands.between('activityDateTime');
    let after = [from.slice(0, 16), beforeCycleIds(during.to)].toSorted().at(-1);
    for (;;) {
      const page = await this.engine.store.cycles.page(CYCLES_PAGE, after === '' ? undefined : after);
      for (const { cycle, final } of page.cycles) {
        after = cycle.id;
        if (startOfCycle(cycle.id) < during.from - LONGEST_CYCLE_MS) {
          yield* this.#approvedSince(during.from, [from, cycle.id].toSorted().at(-1) ?? '');
          return;
        }
        if (cycle.id < from) continue;
        const isWaiting = cycle.state === 'awaitingApproval';
        const isOver = !isWaiting && cycle.endedAt !== null && Date.parse(cycle.endedAt) < during.from;
        // A cycle that found nothing has no rows to read.
        const isEmpty = final !== null && cycle.expected === 0 && final.tally.counts.skipped === 0;
        yield { cycleId: cycle.id, isQuiet: isOver || isEmpty };
      }
      if (page.isLast) return;
    }
  }

  /** Older cycles, from one on, that may have entries of this time: what they staged was approved later. */
  async *#approvedSince(
    fromMs: number,
    first: string,
  ): AsyncGenerator<{ readonly cycleId: string; readonly isQuiet: boolean }> {
    const { store } = this.engine;
    const awaited = AwaitedApproval.of(await store.job.read())?.cycleId;
    const ids = new Set(awaited === undefined ? [] : [awaited]);
    for await (const { id, at } of store.cycles.approved()) if (at >= fromMs - LONGEST_CYCLE_MS) ids.add(id);
    for (const cycleId of [...ids].toSorted()) if (cycleId >= first) yield { cycleId, isQuiet: false };
  }
}
