/**
 * Processes: a process is its job and the answers it has had, so a state can be copied; its next call is found by replaying them.
 * A generator that has just been asked is kept and goes on, which makes a straight run cheap.
 */
import type { Answer, Call, Steps } from './calls';
import { rowsDoNotAddUp, writesDoNotAddUp, type CycleCounts } from './invariants';
import { hash } from './hash';
import { keys, type Job } from './rows';
import { outcomes } from './outcomes';
import { run } from './processes';
import { factsOf, headsOf, rowsOf } from './tables';
import { spend, tell, type History, type Process, type Queued, type World } from './world';

const MOST_REMEMBERED = 300_000;
const remembered = new Map<string, Call | null>();
const living = new WeakMap<Process, Steps<void>>();
const calls = new WeakMap<Process, Call | null>();

/** Another search: other rules, other answers. */
export const forget = (): void => remembered.clear();

/** Only a search comes to the same state of a process twice; what runs straight on need not be remembered. */
let remembering = false;
export function whileRemembering<T>(flag: boolean, run: () => T): T {
  const before = remembering;
  remembering = flag;
  try {
    return run();
  } finally {
    remembering = before;
  }
}

const callOf = (step: IteratorResult<Call, void>): Call | null => (step.done === true ? null : step.value);

/** The state of a process in a word. */
export const stateOf = (process: Process): string => `${process.id}${keyOf(process.history)}`;

function keyOf(history: History | null): string {
  if (history === null) return '';
  return (history.key ??= String(hash(`${keyOf(history.before)}${JSON.stringify(history.answer)}`)));
}

/** The next outside call of a process, or null when it has ended. */
export function nextCall(process: Process): Call | null {
  let call = calls.get(process);
  if (call !== undefined) return call;
  const state = remembering ? stateOf(process) : '';
  call = remembering ? remembered.get(state) : undefined;
  call ??= replay(process);
  calls.set(process, call);
  if (remembering) {
    if (remembered.size > MOST_REMEMBERED) remembered.clear();
    remembered.set(state, call);
  }
  return call;
}

function replay(process: Process): Call | null {
  const answers: Answer[] = [];
  for (let h = process.history; h !== null; h = h.before) answers.push(h.answer);
  const steps = run(process.job);
  let step = steps.next({ value: undefined, at: 0 });
  for (const answer of answers.reverse()) step = steps.next(answer);
  living.set(process, steps);
  return callOf(step);
}

/** The process after an answer. */
function advance(process: Process, answer: Answer): Process {
  const next: Process = { ...process, history: { answer, before: process.history } };
  const steps = living.get(process);
  if (steps !== undefined) {
    living.delete(process);
    living.set(next, steps);
    calls.set(next, callOf(steps.next(answer)));
  }
  return next;
}

export function spawn(w: World, job: Job, message?: Queued): Process {
  w.born += 1;
  const process: Process = {
    n: w.born,
    job,
    id: JSON.stringify(job),
    history: null,
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
  if (call?.kind === 'tx' && call.writes.some(({ key }) => key.endsWith('/head'))) checkEnds(w);
}

export function countsOf(w: World, cycle: string): CycleCounts {
  const chunks = rowsOf(w, keys.chunks(cycle)).map(({ row }) => row);
  const head = headsOf(w).find((x) => x.cycle === cycle)?.head;
  const entries = factsOf(w).filter((fact) => fact.cycle === cycle);
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
