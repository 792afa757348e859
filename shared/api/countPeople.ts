import { inParallel } from '../concurrency/inParallel';
import { isoTime } from '../model/Clock';
import { lastTie } from '../model/ManagedPerson';
import { PEOPLE_BUCKETS, type Someone } from '../store/PeopleTable';
import { AwaitedApproval } from '../store/state/AwaitedApproval';
import { Executions } from '../store/state/Executions';
import type { StoredRow } from '../store/Table';
import type { Engine } from '../sync/Engine';
import type { PeopleAnswer } from './answers/PeopleAnswer';

/** Everybody is read for it, so one count stands at least this long, in ms. */
const KEEP_MS = 60_000;
const PARALLEL = 8;
const NO_SEAT = 'LicenseLimitExceeded';

interface Counted {
  readonly after: string;
  readonly at: number;
  readonly answer: Promise<PeopleAnswer>;
}

/** The last count of each process's engine. */
const counted = new WeakMap<Engine['store'], Counted>();

/**
 * How many people are in scope, managed, failing, waiting and held. They are counted again when a cycle has ended since, or
 * somebody has decided about removals.
 * @param rows of the job
 */
export async function countPeople(engine: Engine, rows: ReadonlyMap<string, StoredRow>): Promise<PeopleAnswer> {
  const { store, clock } = engine;
  const now = clock.now();
  const after = `${Executions.lastOf(rows)?.cycleId ?? ''}/${AwaitedApproval.of(rows)?.cycleId ?? ''}`;
  const last = counted.get(store);
  if (last !== undefined && (last.after === after || now - last.at <= KEEP_MS)) return last.answer;
  const answer = count(engine);
  counted.set(store, { after, at: now, answer });
  answer.catch(() => counted.delete(store));
  return answer;
}

async function count({ store, clock }: Engine): Promise<PeopleAnswer> {
  const sum = { inScope: 0, managed: 0, disabled: 0, failing: 0, waitingForSeat: 0, held: 0 };
  await inParallel([...Array(PEOPLE_BUCKETS).keys()], PARALLEL, async (bucket) => {
    for (const someone of await store.people.bucket(bucket)) addPerson(sum, someone);
  });
  for await (const { attempts, code } of store.dirty.all()) {
    if (code === NO_SEAT) sum.waitingForSeat += 1;
    else if (attempts > 0 && code !== null) sum.failing += 1;
  }
  return { ...sum, countedDateTime: isoTime(clock.now()) };
}

function addPerson(sum: { inScope: number; managed: number; disabled: number; held: number }, one: Someone): void {
  if (one.facts.wants === 'active') sum.inScope += 1;
  if (one.managed === 'unreadable') return;
  const { person } = one.managed;
  const state = lastTie(person)?.state;
  if (state === 'active') sum.managed += 1;
  if (state === 'disabled') sum.disabled += 1;
  if (person.hold !== null) sum.held += 1;
}
