/**
 * Processes: a process is its job and the answers it has had, so a state can be copied; its next call is found by replaying them.
 * A generator that has just been asked is kept and goes on, which makes a straight run cheap.
 */
import type { Answer, Call, Steps } from './calls';
import { rowsDoNotAddUp, writesDoNotAddUp, type CycleCounts } from './invariants';
import { hash } from './digest';
import { keys, type Job, type Prefix, type Row } from './rows';
import { outcomes } from './outcomes';
import { run } from './processes';
import { headsOf, rowsOf } from './tables';
import { spend, tell, type Process, type Queued, type World } from './world';

const MOST_REMEMBERED = 300_000;
const nextCalls = new Map<string, Call | null>();
const living = new WeakMap<Process, Steps<void>>();

/** Another search: other rules, other answers. */
export const forget = (): void => nextCalls.clear();

const callOf = (step: IteratorResult<Call, void>): Call | null => (step.done === true ? null : step.value);

/** The next outside call of a process, or null when it has ended. */
export function nextCall(process: Process): Call | null {
  const id = `${process.id}${process.key}`;
  const known = nextCalls.get(id);
  if (known !== undefined) return known;
  const steps = run(process.job);
  let step = steps.next({ value: undefined, at: 0 });
  for (const answer of process.log) step = steps.next(answer);
  living.set(process, steps);
  return remember(id, callOf(step));
}

function remember(id: string, call: Call | null): Call | null {
  if (nextCalls.size > MOST_REMEMBERED) nextCalls.clear();
  nextCalls.set(id, call);
  return call;
}

/** The process after an answer. */
function advance(process: Process, answer: Answer): Process {
  const key = String(hash(`${process.key}${JSON.stringify(answer)}`));
  const next: Process = { ...process, log: [...process.log, answer], key };
  const steps = living.get(process);
  if (steps !== undefined) {
    living.delete(process);
    living.set(next, steps);
    const step = steps.next(answer);
    remember(`${next.id}${next.key}`, callOf(step));
  }
  return next;
}

export function spawn(w: World, job: Job, message?: Queued): Process {
  w.born += 1;
  const process: Process = {
    n: w.born,
    job,
    id: JSON.stringify(job),
    log: [],
    key: '',
    message: message?.id ?? null,
  };
  if (message !== undefined) w.queue = w.queue.map((m) => (m === message ? { ...m, holder: process.n } : m));
  w.processes = [...w.processes, process];
  return process;
}

/** Ended or died: its message is free again. */
export function leave(w: World, n: number): void {
  w.processes = w.processes.filter((p) => p.n !== n);
  loseLock(w, n);
}
export function loseLock(w: World, n: number): void {
  w.queue = w.queue.map((m) => (m.holder === n ? { ...m, holder: undefined } : m));
}

/** One call of one process, with the outcome of that number. */
export function stepProcess(w: World, n: number, index: number): void {
  const process = w.processes.find((p) => p.n === n);
  if (process === undefined) throw new Error(`the model: no process ${n}`);
  const call = nextCall(process);
  const outcome = call === null ? undefined : outcomes(w, process, call)[index];
  if (outcome === undefined) throw new Error(`the model: process ${n} has no outcome ${index}`);
  if (outcome.cost !== null) spend(w, outcome.cost);
  const answer = { value: outcome.effect(w), at: w.now };
  const next = advance(process, answer);
  w.processes = w.processes.map((p) => (p === process ? next : p));
  if (nextCall(next) === null) leave(w, n);
  if (call?.kind === 'tx') checkEnds(w);
}

export function countsOf(w: World, cycle: string): CycleCounts {
  const chunks = rowsOf(w, keys.chunks(cycle)).map(({ row }) => row);
  const head = headsOf(w).find((x) => x.cycle === cycle)?.head;
  const entries = rowsOf(w, 'P/' as Prefix<Row>).filter(
    ({ key, row }) => key.includes('/f-') && 'cycle' in row && row.cycle === cycle,
  );
  return {
    cycle,
    expected: head?.expected ?? 0,
    open: rowsOf(w, keys.planRows(cycle)).filter(({ row }) => row.state === 'open').length,
    done: chunks.reduce((sum, chunk) => sum + chunk.done, 0),
    wrote: chunks.reduce((sum, chunk) => sum + chunk.wrote, 0),
    entries: entries.length,
  };
}

/** I14 at the moment a cycle becomes final, or waits for an approval. */
function checkEnds(w: World): void {
  for (const { cycle, etag, head } of headsOf(w)) {
    const id = `${cycle}.${etag}`;
    if (!['ok', 'failed', 'awaiting'].includes(head.state) || w.closed.has(id)) continue;
    w.closed = new Set(w.closed).add(id);
    const counts = countsOf(w, cycle);
    tell(rowsDoNotAddUp(counts));
    tell(writesDoNotAddUp(counts));
  }
}
