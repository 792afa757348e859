/**
 * The closer: comes back until a stage's rows have ended, sends again what got lost, opens the next stage, proves the
 * writes with the fewest reads of GoTo, and ends the cycle (docs/protocol.md 3.5).
 *
 * Upholds I02 and I14. What is expected and what is done are counts of rows, because they are written only with rows.
 */
import { addTallies, noTally, type CycleCounts } from '../../model/Cycle';
import { CHUNK_SIZE, firstOf, isAfter } from '../../model/Chunk';
import type { Outgoing } from '../../queue/messages';
import type { StoredChunk } from '../../store/PlansTable';
import { chunkMessage } from '../cycle/chunkMessage';
import type { CyclePlace } from '../cycle/CyclePlace';
import { finishCycle } from '../cycle/finishCycle';
import { isOfAccount } from '../cycle/isOfToday';
import { jobMessage } from '../cycle/jobMessage';
import type { Engine } from '../Engine';
import { endOpenRows } from './endOpenRows';
import { proveWrites, type Proof } from './proveWrites';
import { sendStage } from '../cycle/sendStage';
import { stopOfJob } from '../cycle/stopOfJob';

/** The next poll comes after this share of the time a stage has taken so far. */
const POLL_SHARE = 0.1;

/**
 * @param countCalls adds the calls made so far to the cycle; they are stored with its place. @returns what to send.
 * @throws PlaceLost
 */
export async function closeStage(
  engine: Engine,
  place: CyclePlace,
  countCalls: () => void,
): Promise<readonly Outgoing[]> {
  if (place.cycle.state === 'closing') return prove(engine, place, countCalls);
  const chunks = await engine.store.plans.chunks(place.cycle.id);
  // What no lane sees by itself, or not yet: a stage that began now would be theirs to hold.
  const { target } = chunks.reduce((sum, chunk) => addTallies(sum, chunk.tally), noTally());
  if (place.cycle.stopping === null)
    place.move({ stopping: stopOfJob(await engine.store.job.read(), place.cycle, target) });
  const isOpen = (chunk: StoredChunk): boolean => chunk.done < chunk.rows;
  const ofStage = chunks.filter((chunk) => chunk.stage === place.cycle.stage);
  const open = ofStage.filter(isOpen);
  if (open.length > 0) return waitForLanes(engine, place, ofStage, open);
  const later = chunks
    .filter((chunk) => isAfter(chunk.stage, place.cycle.stage) && isOpen(chunk))
    .map((chunk) => chunk.stage);
  if (later.length > 0) return sendStage(engine, place, firstOf(later));
  const hasWritten = chunks.some(({ tally: { calls, counts } }) => calls.gotoWrites + writesOf(counts) > 0);
  if (!hasWritten) {
    await finishCycle(engine, place);
    return [];
  }
  await place.save({
    state: 'closing',
    sends: place.cycle.sends + 1,
    dueAt: engine.clock.now() + engine.timing.proofDelayMs,
  });
  return [jobMessage(place.cycle)];
}

/** Writes of a lane that died are known from what it stored, not from its calls. */
const writesOf = ({ created, updated, disabled, reenabled, deleted }: CycleCounts): number =>
  created + updated + disabled + reenabled + deleted;

async function waitForLanes(
  engine: Engine,
  place: CyclePlace,
  ofStage: readonly StoredChunk[],
  open: readonly StoredChunk[],
): Promise<readonly Outgoing[]> {
  const { clock, timing, store, telemetry } = engine;
  const { cycle } = place;
  const now = clock.now();
  const outgoing: Outgoing[] = [];
  const stopping =
    cycle.stopping ??
    (now >= cycle.deadlineAt
      ? { code: 'CycleDeadline', message: 'Applying did not come to its end in time; the next cycle goes on.' }
      : null);
  // A lane works its chunks one after another: only one that gives no sign of life has lost a message.
  const overdueMs = timing.overdueMs + (2 * CHUNK_SIZE * cycle.lanes * 1_000) / engine.ratePerSecond;
  const movedAt = new Map<number, number>();
  for (const chunk of ofStage) movedAt.set(chunk.lane, Math.max(movedAt.get(chunk.lane) ?? 0, chunk.movedAt));
  for (const chunk of open) {
    const lastSign = Math.max(chunk.dueAt, cycle.stageSince, movedAt.get(chunk.lane) ?? 0);
    if (now <= lastSign + overdueMs) continue;
    // With a fault that no lane gets over, the closer ends the rows itself, by the same guarded way.
    if (stopping !== null && now > lastSign + 2 * overdueMs && (await endOpenRows(engine, cycle, chunk, stopping)))
      continue;
    const { etag, ...plain } = chunk;
    // While the cycle stops, the sign of life stays as old as it is: the second time the closer ends the rows.
    const again = { ...plain, sends: chunk.sends + 1, dueAt: stopping === null ? now : chunk.dueAt };
    if ((await store.plans.endChunk(cycle.id, again, etag, [])) !== undefined)
      outgoing.push({ ...chunkMessage(cycle.id, again), dueAt: now });
  }
  if (outgoing.length > 0) telemetry.warn('cycle.messagesResent', { cycleId: cycle.id, count: outgoing.length });
  const elapsed = now - Date.parse(cycle.applyingSince ?? cycle.startedAt);
  const wait = Math.min(timing.longestPollMs, Math.max(timing.closePollMs, elapsed * POLL_SHARE));
  // A wait that somebody demands is waited out here too: there is nothing to see before.
  const soonest = Math.min(...open.map((chunk) => chunk.dueAt));
  const dueAt = Math.max(now + wait, Math.min(soonest, now + timing.longestPollMs));
  await place.save({ stopping, sends: cycle.sends + 1, dueAt });
  return [...outgoing, jobMessage(place.cycle)];
}

async function prove(engine: Engine, place: CyclePlace, countCalls: () => void): Promise<readonly Outgoing[]> {
  const { clock } = engine;
  // Another account shows nothing of what was written into the former.
  const proof: Proof = isOfAccount(engine, place.cycle) ? await proveWrites(engine, place.cycle) : { kind: 'unproven' };
  countCalls();
  if (proof.kind === 'later') {
    await place.save({
      proofs: place.cycle.proofs + 1,
      cursor: { ...place.cycle.cursor, attempts: 0 },
      sends: place.cycle.sends + 1,
      dueAt: clock.now() + proof.waitMs,
    });
    return [jobMessage(place.cycle)];
  }
  if (proof.kind === 'unproven') {
    place.move({ isUnproven: true });
    place.warn('GoTo did not answer when the result was to be proven; whoever was written to is looked at again.');
    await finishCycle(engine, place);
    return [];
  }
  place.count(proof.correction);
  if (proof.different > 0)
    place.warn(`${proof.different} account(s) in GoTo do not show what was written; they are tried again.`);
  await finishCycle(engine, place);
  return [];
}
