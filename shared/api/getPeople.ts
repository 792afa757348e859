/** GET …/people: how many people are in scope, managed, failing, waiting and held. */
import { inParallel } from '../concurrency/inParallel';
import { isoTime } from '../model/Clock';
import { PEOPLE_BUCKETS, type Someone } from '../store/PeopleTable';
import { Executions } from '../store/state/Executions';
import type { Engine } from '../sync/Engine';
import type { PeopleAnswer } from './answers/PeopleAnswer';
import type { ApiHandler } from './ApiHandler';
import { requireJob } from './jobOf';

/** Everybody is read for it, so one count stands at least this long, in ms. */
const KEEP_MS = 60_000;
const PARALLEL = 8;
const NO_SEAT = 'LicenseLimitExceeded';

interface Counted {
  readonly after: string;
  readonly at: number;
  readonly answer: Promise<PeopleAnswer>;
}

/** @returns a handler that counts again when a cycle has ended since the last count */
export function peopleCounter(): ApiHandler {
  let last: Counted | undefined;
  return async (engine, request) => {
    requireJob(request);
    const now = engine.clock.now();
    const after = Executions.lastOf(await engine.store.job.read())?.cycleId ?? '';
    if (last === undefined || (last.after !== after && now - last.at > KEEP_MS)) {
      last = { after, at: now, answer: count(engine) };
      last.answer.catch(() => (last = undefined));
    }
    return { status: 200, body: await last.answer };
  };
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
  const { link, hold } = one.managed.person;
  if (link?.state === 'active') sum.managed += 1;
  if (link?.state === 'disabled') sum.disabled += 1;
  if (hold !== null) sum.held += 1;
}
