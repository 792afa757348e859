/**
 * Faults stop: everything runs fairly, waits pass, and two timer cycles begin. Then GoTo equals Entra, or the difference is
 * visible with its reason; the queue is empty, the turn is free, no intent is open, every count adds up.
 */
import { setJob } from './actions';
import { isTemporary } from './processes/address';
import { HOLD_WAIT } from './processes/marks';
import { twoAccounts, writesDoNotAddUp, writeWithoutEntry } from './invariants';
import { fits, isFinal, keys, PEOPLE, type Person } from './rows';
import { countsOf, spawn, stepProcess } from './run';
import { factsOf, headsOf, personRow, read } from './tables';
import { need, tell, wanted, type Account, type World } from './world';

const MOST_STEPS = 1_500;
/** Cycles that must do. */
const CYCLES = 2;
/** A timer always comes; so many find nothing to do. */
const QUIET = 3;

export function settle(w: World): void {
  w.budget = {};
  // The admin starts a paused job; a quarantine is left by attempts of the timer.
  const state = (): string | undefined => read(w, keys.job)?.row.state;
  if (state() === 'paused') setJob(w, 'running');
  const steps = { left: MOST_STEPS };
  // What is under way comes to its end by itself, and every wait passes.
  while (w.processes.length > 0 || w.queue.length > 0) {
    if (steps.left === 0) break;
    if (!runOne(w, steps)) w.now += 1;
  }
  w.now += HOLD_WAIT;
  let began = 0;
  let quiet = 0;
  while (quiet < QUIET && steps.left > 0) {
    if (runOne(w, steps)) continue;
    w.now += 1;
    const before = w.cycles;
    const isAttempt = state() === 'quarantined';
    if (began >= CYCLES && w.queue.length === 0) quiet += 1;
    if (began < CYCLES || (w.queue.length === 0 && quiet < QUIET)) timer(w);
    if (w.cycles > before && read(w, keys.turn) !== null && !isAttempt) began += 1;
  }
  const left = w.queue.map(({ id }) => id).join(' ');
  need(w.processes.length === 0 && w.queue.length === 0, `I13/I14: work never ends (${left})`);
  need(state() === 'running', 'I13: the job never leaves its quarantine');
  checkCycles(w);
  for (const p of PEOPLE) checkPerson(w, p);
  tell(twoAccounts(w.accounts.map(({ owner }) => owner)));
  const entries = new Set(factsOf(w).map(({ id }) => id));
  // A creation whose answer was not stored and which did not appear when its intent was judged is taken for one that never was.
  const late = new Set(w.accounts.filter((x) => x.late).map(({ write }) => write));
  // What somebody has changed by hand over a write whose answer was lost cannot be told from a write that never was.
  for (const { id, person } of w.writes)
    if (w.down !== person && !w.drifted.has(person) && !late.has(id)) tell(writeWithoutEntry(id, entries));
}

/** @returns false when nothing can be done before the clock moves. */
function runOne(w: World, steps: { left: number }): boolean {
  if (steps.left === 0) return false;
  steps.left -= 1;
  const [first] = w.processes;
  if (first !== undefined) {
    stepProcess(w, first.n, 0);
    return true;
  }
  const message = w.queue.find((m) => m.holder === undefined && m.due <= w.now);
  if (message === undefined) return false;
  spawn(w, message.job, message);
  return true;
}

function timer(w: World): void {
  const { n } = spawn(w, { kind: 'start', dryRun: false, from: null });
  while (w.processes.some((p) => p.n === n)) stepProcess(w, n, 0);
}

function checkCycles(w: World): void {
  need(read(w, keys.turn) === null, 'I14: the turn is never given back');
  for (const { cycle, head } of headsOf(w)) {
    need(isFinal(head.state) || head.state === 'awaiting', `I14: ${cycle} stays ${head.state}`);
    if (head.state !== 'planned') tell(writesDoNotAddUp(countsOf(w, cycle))); // late writes too
  }
}

function checkPerson(w: World, p: Person): void {
  if (w.down === p) return; // GoTo never answers for this person: nobody else may wait for it
  const row = personRow(w, p);
  const want = wanted(w, p);
  const hidden = w.accounts.some((x) => x.owner === p && x.hidden);
  const own = w.accounts.filter((x) => !x.hidden && (x.owner === p || x.key === row.link));
  need(own.length <= 1, `I03: two accounts for ${p}`);
  need(row.pending === null || (row.pending.kind === 'transfer' && hidden), `I13: an intent of ${p} is never settled`);
  const account = own[0] ?? null;
  const isMarked = read(w, keys.mark(p)) !== null;
  const isStaged = want.value === 0 && stagedFor(w, p);
  const isConflict = row.last?.result === 'parked' && conflict(w, p, account);
  const isOpen = hidden || isConflict;
  if (!fits(account, want)) {
    const visible = w.drifted.has(p) || row.hold !== null || isStaged || isOpen;
    const is = account === null ? 'nothing' : `${account.value} ${account.address}`;
    need(visible, `I01/I02: Entra wants ${want.value} ${want.address} for ${p}, GoTo has ${is}, nothing says why`);
    if (row.hold !== null) need(isMarked, `I02: ${p} is held and no mark waits for the release`);
    if (isStaged) need(isMarked, `I02: the staged removal of ${p} has no mark`);
    if (isOpen && !w.drifted.has(p)) need(isMarked, `I02: ${p} is parked and has no mark`);
  }
  const isAtRest = !isOpen && row.hold === null && !w.drifted.has(p);
  if (isAtRest && account !== null && want.value > 0) need(row.link !== null, `I07: nobody holds the account of ${p}`);
  if (isConflict && account !== null && !w.drifted.has(p)) {
    // The old address may be gone for good: Entra has given it to another person meanwhile.
    const homeless = w.accounts.some((x) => x.key !== account.key && x.address === row.home);
    need(homeless || !isTemporary(account.address), `I01: ${p} stays at a temporary address`);
    need(account.value === want.value, `I02: an address in conflict keeps the other fields of ${p} back`);
  }
}

function stagedFor(w: World, p: Person): boolean {
  return headsOf(w).some(
    ({ cycle, head }) => head.state === 'awaiting' && read(w, keys.planRow(cycle, p))?.row.state === 'staged',
  );
}

/** The wanted address belongs to an account that will not give it away, or the account is another person's. */
function conflict(w: World, p: Person, account: Account | null): boolean {
  const { address } = wanted(w, p);
  const holder = w.accounts.find((x) => x.address === address && x.key !== account?.key);
  if (holder === undefined) return false;
  const person = PEOPLE.find((q) => q !== p && personRow(w, q).link === holder.key);
  if (person === undefined) return true;
  const theirs = wanted(w, person);
  if (personRow(w, person).hold !== null) return true; // nobody moves a held person
  return theirs.value === 0 || theirs.address === address;
}
