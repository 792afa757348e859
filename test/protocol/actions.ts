/** What may happen next in a state: a call of a process with one of its outcomes, a fault, a delivery, a tick, an event. */
import type { Call } from './calls';
import { accept, changeByHand } from './goto';
import { outcomes } from './outcomes';
import { keys, PEOPLE, type JobState, type Person } from './rows';
import { leave, loseLock, nextCall, spawn, stepProcess } from './run';
import { headsOf, personRow, read } from './tables';
import { addressOf, changeTruth, may, spend, type Event, type Process, type World } from './world';

export interface Limits {
  readonly ticks: number;
  readonly processes: number;
  /** Whom events befall; default: everybody. */
  readonly who?: readonly Person[];
  /** Values Entra may change to. */
  readonly values?: readonly number[];
  /** Addresses Entra may change to; default: the own one. */
  readonly addresses?: readonly string[];
}

export interface Action {
  readonly name: string;
  readonly sort: 'step' | 'fault' | 'delivery' | 'event';
  /** The process whose step it is. */
  readonly own: number | null;
  readonly run: (w: World) => void;
}

export function actions(w: World, limits: Limits): Action[] {
  return [...w.processes.flatMap((p) => stepsOf(w, p)), ...deliveries(w, limits), ...events(w, limits)];
}

function textOf(call: Call): string {
  switch (call.kind) {
    case 'get':
      return `get ${call.key}`;
    case 'list':
      return `list ${call.prefix}`;
    case 'tx':
      return `tx ${call.writes.map(({ op, key }) => `${op} ${key}`).join(', ')}`;
    case 'send':
      return `send ${call.messages.map(({ id }) => id).join(', ')}`;
    case 'look':
      return `look by ${call.by} ${call.what}`;
    case 'person':
      return `person ${call.person}`;
    case 'post':
      return `post ${call.creations.map(({ person }) => person).join(', ')}`;
    case 'put':
      return `put ${call.key} value ${call.value ?? 'as it is'}, address ${call.address ?? 'as it is'}`;
    default:
      return call.kind;
  }
}

function stepsOf(w: World, process: Process): Action[] {
  const { n, job } = process;
  const call = nextCall(process);
  if (call === null) return [];
  const name = `${job.kind}#${n}`;
  const all = outcomes(w, process, call).map(({ label, cost }, i): Action => ({
    name: `${name} ${textOf(call)} ${label}`.trimEnd(),
    sort: cost === null ? 'step' : 'fault',
    own: n,
    run: (x) => stepProcess(x, n, i),
  }));
  const fault = (what: string, cost: 'crash' | 'lock', run: (x: World) => void): void => {
    if (!may(w, cost)) return;
    all.push({
      name: `${name} ${what}`,
      sort: 'fault',
      own: null,
      run: (x) => {
        spend(x, cost);
        run(x);
      },
    });
  };
  fault('dies', 'crash', (x) => leave(x, n));
  if (w.queue.some((m) => m.holder === n)) fault('loses its lock', 'lock', (x) => loseLock(x, n));
  return all;
}

/** The first free message of each session whose turn has come. */
function deliveries(w: World, limits: Limits): Action[] {
  if (w.processes.length >= limits.processes) return [];
  const busy = new Set(w.queue.filter((m) => m.holder !== undefined).map((m) => m.session));
  const all: Action[] = [];
  for (const message of w.queue) {
    if (message.holder !== undefined || message.due > w.now || busy.has(message.session)) continue;
    busy.add(message.session);
    const run = (x: World): void => {
      const found = x.queue.find((m) => m.id === message.id && m.holder === undefined);
      if (found !== undefined) spawn(x, found.job, found);
    };
    all.push({ name: `deliver ${message.id}`, sort: 'delivery', own: null, run });
  }
  return all;
}

function events(w: World, limits: Limits): Action[] {
  const all: Action[] = [];
  const who = limits.who ?? PEOPLE;
  const event = (what: Event, name: string, run: (x: World) => void): void => {
    if (!may(w, what)) return;
    all.push({
      name,
      sort: 'event',
      own: null,
      run: (x) => {
        spend(x, what);
        run(x);
      },
    });
  };
  if (w.now < limits.ticks) all.push({ name: 'tick', sort: 'event', own: null, run: (x) => void (x.now += 1) });
  for (const p of who) {
    const t = w.truth[p];
    for (const value of limits.values ?? [0, 1, 2])
      if (value !== t.value) event('change', `Entra ${p} = ${value}`, (x) => changeTruth(x, p, { value }));
    for (const address of limits.addresses ?? [addressOf(p)])
      if (address !== t.address) event('move', `Entra ${p} = ${address}`, (x) => changeTruth(x, p, { address }));
  }
  for (const account of w.accounts) {
    if (account.hidden) event('accept', `transfer of ${account.key} accepted`, (x) => accept(x, account.key));
    else {
      event('drift', `by hand ${account.key} = 2`, (x) => changeByHand(x, account.key, { value: 2 }));
      for (const address of limits.addresses ?? [])
        if (!w.accounts.some((x) => x.address === address))
          event('grab', `by hand ${account.key} = ${address}`, (x) => changeByHand(x, account.key, { address }));
    }
  }
  event('outage', 'GoTo falls silent for b', (x) => void (x.down = 'b'));
  event('setting', 'new setting', (x) => void (x.setting = 1));
  event('pause', 'the admin pauses', (x) => setJob(x, 'paused'));
  event('quarantine', 'quarantine', (x) => setJob(x, 'quarantined'));
  if (read(w, keys.job)?.row.state === 'paused') event('lift', 'the job runs again', (x) => setJob(x, 'running'));
  if (w.processes.length < limits.processes) commands(w, who, event);
  return all;
}

function commands(
  w: World,
  who: readonly Person[],
  event: (what: Event, name: string, run: (x: World) => void) => void,
): void {
  event('cycle', 'timer', (x) => void spawn(x, { kind: 'start', dryRun: false, from: null }));
  event('dry', 'dry run', (x) => void spawn(x, { kind: 'start', dryRun: true, from: null }));
  for (const person of who) {
    event('onDemand', `on demand ${person}`, (x) => void spawn(x, { kind: 'onDemand', person }));
    event('adopt', `adopt ${person}`, (x) => void spawn(x, { kind: 'adopt', person }));
    event('hold', `hold ${person}`, (x) => {
      x.budget = { ...x.budget, release: (x.budget.release ?? 0) + 1 };
      spawn(x, { kind: 'hold', person });
    });
    if (personRow(w, person).hold === 'revert')
      event('release', `release ${person}`, (x) => void spawn(x, { kind: 'release', person }));
  }
  event('wish', 'wish full', (x) => void spawn(x, { kind: 'wish' }));
  event('restart', 'restart', (x) => void spawn(x, { kind: 'restart' }));
  event('forget', 'restart that forgets', (x) => void spawn(x, { kind: 'forget' }));
  if (read(w, keys.job)?.row.state === 'quarantined')
    event('lift', 'the quarantine is lifted', (x) => void spawn(x, { kind: 'lift' }));
  for (const { cycle, head } of headsOf(w)) {
    if (head.state === 'awaiting') {
      event('approve', `approve ${cycle}`, (x) => void spawn(x, { kind: 'approve', cycle }));
      event('reject', `reject ${cycle}`, (x) => void spawn(x, { kind: 'reject', cycle }));
    }
    if (head.state === 'planned')
      event('apply', `apply ${cycle}`, (x) => void spawn(x, { kind: 'start', dryRun: false, from: cycle }));
  }
}

/** Written from outside, by the admin or by the health of the job. */
export function setJob(w: World, state: JobState['state']): void {
  const slot = w.tables.get(keys.job);
  const row: JobState = { state, since: w.now };
  w.tables = new Map(w.tables).set(keys.job, { etag: (slot?.etag ?? 0) + 1, row });
}
