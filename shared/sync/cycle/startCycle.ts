/**
 * Starts a cycle, or takes up what a dead starter, planner or closer left lying. One cycle at a time: the second start
 * gets the id of the first.
 *
 * Upholds I14: whatever the turn names comes to an end. Every step may be repeated (docs/protocol.md 3.1).
 */
import { isoTime } from '../../model/Clock';
import { FINAL_STATES, startOfCycle, type Cycle, type CycleMode } from '../../model/Cycle';
import { digest } from '../../model/hash';
import { policyHash } from '../../rules/Policy';
import type { StoredRow } from '../../store/Table';
import { AppliedPolicy } from '../../store/state/AppliedPolicy';
import { AwaitedApproval } from '../../store/state/AwaitedApproval';
import { FullCycleWish } from '../../store/state/FullCycleWish';
import { LinksReset } from '../../store/state/LinksReset';
import { Turn, type StoredTurn } from '../../store/state/Turn';
import { Watermark } from '../../store/state/Watermark';
import type {
  WithClock,
  WithConnection,
  WithQueue,
  WithSettings,
  WithStore,
  WithTarget,
  WithTelemetry,
} from '../Engine';
import { mayAttempt } from '../job/quarantine';
import { jobStateOf, refusalOf, type JobRefusal } from '../job/jobState';
import { beginsWithPlan, firstPlan } from './firstPlan';
import { giveBirth } from './giveBirth';
import { jobMessage } from './jobMessage';
import { newCycle } from './newCycle';
import { readCycle } from './readCycle';

type Starter = WithClock & WithConnection & WithTarget & WithStore & WithQueue & WithSettings & WithTelemetry;

export type Started =
  | { readonly started: true; readonly cycle: Cycle }
  | { readonly started: false; readonly activeCycleId: string }
  | Refused;

/** No cycle may start now, whether or not one runs. */
export interface Refused {
  readonly started: false;
  readonly activeCycleId?: undefined;
  /** Stable, for scripts. */
  readonly code: 'NotConnected' | 'PlanAwaitsApply' | JobRefusal['code'];
  /** Why, and what to do. */
  readonly message: string;
}

/** What the timer, or somebody by HTTP, asks for. */
export interface StartRequest {
  readonly mode: 'incremental' | 'full';
  readonly trigger: 'timer' | 'http';
  /** Same key, same cycle: a repeated HTTP request starts nothing new. */
  readonly idempotencyKey?: string | undefined;
  /** When another cycle runs, make the next one full instead of dropping the wish: the nightly one must not get lost. */
  readonly orNext?: boolean;
  /** Plan, and do nothing else. */
  readonly dryRun?: boolean;
}

/** In ms: an endless cycle is given up this long after its deadline, one that cannot be read this long after its start. */
const GIVE_UP_MS = 3_600_000;

const SETTINGS_CHANGED =
  'The mapping was changed, or a setting, so everybody is evaluated anew. Who falls out of scope is disabled only after the next cycle agrees.';

const FIRST_IS_A_PLAN =
  'START_WITH_PLAN: before the first cycle there is only a plan. Look at it, then POST …/cycles/{id}/apply with its hash.';

/**
 * @returns the cycle that was started, or the id of the one that runs, or why none may start. @throws ConnectorError StorageUnreachable,
 * QueueUnreachable
 */
export async function startCycle(engine: Starter, request: StartRequest): Promise<Started> {
  const { store, telemetry } = engine;
  if (request.idempotencyKey !== undefined) {
    const known = await store.idempotency.cycleOf(request.idempotencyKey);
    const cycle = known === undefined ? undefined : await cycleOf(engine, known);
    if (cycle !== undefined) return { started: true, cycle };
  }
  let rows = await store.job.read();
  await resumeDecision(engine, rows);
  const turn = Turn.of(rows);
  const isRunning = turn !== undefined && (await freeOrResume(engine, turn)) === 'running';
  const state = jobStateOf(rows);
  const refusal = request.dryRun === true ? undefined : refusalOf(state);
  const isAttempt = state.code === 'Quarantine' && request.trigger === 'timer';
  if (refusal !== undefined && !isAttempt) return refuse(engine, refusal, request);
  if (turn !== undefined && isRunning) {
    const same = await askedAlready(engine, turn, request.idempotencyKey);
    if (same !== undefined) return { started: true, cycle: same };
    if (request.mode === 'full' && request.orNext === true) await store.wish.make('scheduled');
    telemetry.info('cycle.refused', { cycleId: turn.cycleId, trigger: request.trigger });
    return { started: false, activeCycleId: turn.cycleId };
  }
  const connection = await engine.connection.state();
  if (!connection.connected) return refused(engine, { code: 'NotConnected', message: connection.toDo }, request);
  if (refusal !== undefined && isAttempt && !(await mayAttempt(engine, state.quarantine)))
    return refuse(engine, refusal, request);
  const isFirst = beginsWithPlan(engine, rows);
  if (
    isFirst &&
    request.dryRun !== true &&
    request.trigger === 'timer' &&
    (await firstPlan(engine, rows)) !== undefined
  )
    return refused(engine, { code: 'PlanAwaitsApply', message: FIRST_IS_A_PLAN }, request);
  const dryRun = request.dryRun === true || isFirst;
  if (request.mode === 'full' && !dryRun) {
    await store.wish.make(request.trigger);
    rows = await store.job.read();
  }
  const mappingVersion = await store.schemas.activeVersion();
  const hash = policyHash(engine.policy, mappingVersion);
  const applied = AppliedPolicy.of(rows);
  const wishEtag = FullCycleWish.of(rows) ?? null;
  const isChanged = applied !== undefined && applied !== hash;
  const linksResetEtag = LinksReset.of(rows) ?? null;
  const isFull = request.mode === 'full' || wishEtag !== null || linksResetEtag !== null || applied !== hash;
  const isProbe = isAttempt && !dryRun;
  // An attempt is small, unless the settings were changed: by new ones nobody is judged singly.
  const isSmall = isProbe && applied === hash && linksResetEtag === null;
  const mode: CycleMode = Watermark.of(rows) === undefined ? 'initial' : isFull && !isSmall ? 'full' : 'incremental';
  const cycle = newCycle(
    engine,
    { mode, trigger: request.trigger, mappingVersion },
    {
      dryRun,
      isProbe,
      ...(isProbe ? { lanes: 1 } : {}),
      wishEtag: dryRun || mode === 'incremental' ? null : wishEtag,
      linksResetEtag: dryRun ? null : linksResetEtag,
      warnings: [...(isChanged && mode === 'full' ? [SETTINGS_CHANGED] : []), ...(isFirst ? [FIRST_IS_A_PLAN] : [])],
    },
  );
  return takeTurn(engine, cycle, request.idempotencyKey);
}

/** The nightly cycle is made up for when the job works again. */
async function refuse(
  engine: Starter,
  refusal: JobRefusal,
  request: Pick<StartRequest, 'trigger' | 'mode' | 'orNext'>,
): Promise<Refused> {
  if (request.mode === 'full' && request.orNext === true) await engine.store.wish.make('scheduled');
  return refused(engine, refusal, request);
}

/** Logs it: a sign of life of the timer, whatever keeps it from starting anything (the alert no-cycle). */
function refused(
  { telemetry }: Starter,
  { code, message }: Pick<Refused, 'code' | 'message'>,
  { trigger }: Pick<StartRequest, 'trigger'>,
): Refused {
  telemetry.info('job.refused', { code, trigger });
  return { started: false, code, message };
}

/** A cycle made from another one: the apply of its plan, or the plan that undoes it. @returns as `startCycle` */
export async function startFrom(engine: Starter, cycle: Cycle): Promise<Started> {
  const rows = await engine.store.job.read();
  const turn = Turn.of(rows);
  const refusal = cycle.dryRun ? undefined : refusalOf(jobStateOf(rows));
  if (refusal !== undefined) return refuse(engine, refusal, { trigger: cycle.trigger, mode: 'incremental' });
  if (turn !== undefined && (await freeOrResume(engine, turn)) === 'running')
    return { started: false, activeCycleId: turn.cycleId };
  const connection = await engine.connection.state();
  if (!connection.connected) return refused(engine, { code: 'NotConnected', message: connection.toDo }, cycle);
  return takeTurn(engine, cycle);
}

async function takeTurn(engine: Starter, cycle: Cycle, idempotencyKey?: string): Promise<Started> {
  const { clock, store, telemetry } = engine;
  if (!(await store.turn.take(cycle, idempotencyKey))) {
    const faster = await store.turn.current();
    const same = faster && (await askedAlready(engine, faster, idempotencyKey));
    if (same !== undefined) return { started: true, cycle: same };
    return { started: false, activeCycleId: faster?.cycleId ?? cycle.id };
  }
  if (idempotencyKey !== undefined) await store.idempotency.remember(idempotencyKey, cycle.id, isoTime(clock.now()));
  await giveBirth(engine, cycle);
  telemetry.info('cycle.started', { cycleId: cycle.id, mode: cycle.mode, trigger: cycle.trigger });
  return { started: true, cycle };
}

/** The cycle that runs, when it was asked for with this very key: of two requests at once one is a repeat. */
async function askedAlready(
  engine: WithStore & WithClock,
  turn: StoredTurn,
  idempotencyKey: string | undefined,
): Promise<Cycle | undefined> {
  if (idempotencyKey === undefined || turn.keyDigest !== digest(idempotencyKey)) return undefined;
  const cycle = (await cycleOf(engine, turn.cycleId)) ?? turn.cycle ?? undefined;
  // Whoever took the turn may have died before it was remembered.
  if (cycle !== undefined)
    await engine.store.idempotency.remember(idempotencyKey, cycle.id, isoTime(engine.clock.now()));
  return cycle;
}

/** An approval or a rejection whose process died goes on (docs/protocol.md 3.6). */
async function resumeDecision(engine: Starter, rows: ReadonlyMap<string, StoredRow>): Promise<void> {
  const { clock, store, telemetry, timing } = engine;
  const awaited = AwaitedApproval.of(rows);
  if (awaited === undefined) return;
  const stored = await readCycle(engine, awaited.cycleId);
  // Nobody can go on with it here; a younger plan takes its place.
  if (stored !== undefined && 'unreadable' in stored) return;
  if (stored?.cycle.state === 'awaitingApproval') return;
  if (stored === undefined || FINAL_STATES.has(stored.cycle.state)) {
    await store.awaited.clear(awaited.cycleId);
    return;
  }
  if (clock.now() <= stored.cycle.dueAt + timing.overdueMs) return;
  telemetry.warn('cycle.resumed', { cycleId: awaited.cycleId, state: stored.cycle.state });
  await sendAgain(engine, stored.cycle);
}

async function sendAgain({ sender, clock }: Starter, cycle: Cycle): Promise<void> {
  await sender.send([{ ...jobMessage(cycle), again: `:t${Math.floor(clock.now() / 60_000)}` }]);
}

async function cycleOf(engine: WithStore, id: string): Promise<Cycle | undefined> {
  return (await engine.store.plans.cycle(id))?.cycle ?? (await engine.store.cycles.get(id))?.cycle;
}

/** Nothing the turn can name keeps it for ever: what cannot be read, or ends by no means, is given up in bounded time. */
async function freeOrResume(engine: Starter, turn: StoredTurn): Promise<'freed' | 'running'> {
  const { clock, store, telemetry, timing } = engine;
  const { cycleId } = turn;
  const stored = await readCycle(engine, cycleId);
  if (stored !== undefined && 'unreadable' in stored) {
    if (clock.now() < startOfCycle(cycleId) + GIVE_UP_MS) return 'running';
    const message = `The stored cycle cannot be read by this release, so it was given up: ${stored.unreadable}`;
    telemetry.error('cycle.givenUp', { cycleId, code: 'UnreadableRow', message });
    return giveUp(engine, cycleId, { code: 'UnreadableRow', message });
  }
  if (stored === undefined) {
    // The starter died before the birth, or the cycle has ended and left one row.
    const listed = await store.cycles.get(cycleId);
    if (turn.cycle === null || (listed !== undefined && listed.final !== null)) {
      await store.turn.free(cycleId);
      return 'freed';
    }
    telemetry.warn('cycle.resumed', { cycleId, state: 'unborn' });
    await giveBirth(engine, turn.cycle);
    return 'running';
  }
  const { cycle } = stored;
  if (FINAL_STATES.has(cycle.state)) {
    await store.turn.free(cycleId);
    return 'freed';
  }
  if (clock.now() > cycle.deadlineAt + GIVE_UP_MS) {
    const error = {
      code: 'CycleDeadline',
      message: 'The cycle did not end in time; what it left open is done by the next.',
    };
    await store.plans.put({ ...cycle, state: 'failed', error, endedAt: isoTime(clock.now()) }, stored.etag);
    telemetry.error('cycle.givenUp', { cycleId, ...error });
    return giveUp(engine, cycleId, error);
  }
  if (clock.now() > cycle.dueAt + timing.overdueMs) {
    telemetry.warn('cycle.resumed', { cycleId, state: cycle.state });
    await sendAgain(engine, cycle);
  }
  return 'running';
}

/** What was given up is listed as failed, too: nobody shall read of a cycle that runs for ever. */
async function giveUp(
  { store, clock }: WithStore & WithClock,
  cycleId: string,
  error: NonNullable<Cycle['error']>,
): Promise<'freed'> {
  const listed = await store.cycles.get(cycleId);
  if (listed !== undefined && (listed.final === null || listed.cycle.state === 'unknown')) {
    const ended: Cycle = { ...listed.cycle, state: 'failed', endedAt: isoTime(clock.now()), error };
    await store.cycles.put(ended, { done: 0, tally: ended.tally });
  }
  await store.listed.forget(cycleId);
  await store.wish.make('a cycle was given up');
  await store.turn.free(cycleId);
  return 'freed';
}
