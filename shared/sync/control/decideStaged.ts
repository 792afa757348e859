/**
 * An admin's word on staged removals: this exact plan, named by its hash, or nothing (I06). One change of the head
 * decides; whoever comes later, another admin or a younger plan, finds it decided (docs/protocol.md R19).
 */
import { FINAL_STATES, type Cycle } from '../../model/Cycle';
import type { WithClock, WithQueue, WithSettings, WithStore, WithTarget, WithTelemetry } from '../Engine';
import { isOfToday } from '../cycle/isOfToday';
import { approvalStep } from '../cycle/itineraries';
import { jobMessage } from '../cycle/jobMessage';
import { jobStateOf, refusalOf as refusalOfJob } from '../job/jobState';

export type Verdict = 'approve' | 'reject';

export type Decided =
  | { readonly kind: 'decided'; readonly cycle: Cycle }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

const TRIES = 5;

/** What the plan has become, for whoever comes too late. */
const BECAME: Partial<Record<Cycle['state'], string>> = {
  superseded: 'A younger cycle plans the removals anew: look at its plan.',
  rejected: 'It was rejected.',
  rejecting: 'It was rejected.',
};

/**
 * Done twice it does nothing twice.
 * @returns undefined when there is no such cycle. @throws ConnectorError StorageUnreachable, QueueUnreachable
 */
export async function decideStaged(
  engine: WithStore & WithClock & WithQueue & WithSettings & WithTarget & WithTelemetry,
  cycleId: string,
  decision: { readonly verdict: Verdict; readonly hash: string },
): Promise<Decided | undefined> {
  const { store, sender, telemetry } = engine;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await store.plans.cycle(cycleId);
    if (stored === undefined) return undefined;
    const { cycle } = stored;
    const refusal = await refusalOf(engine, cycle, decision);
    if (refusal !== undefined) return { kind: 'refused', ...refusal };
    if (cycle.state !== 'awaitingApproval') {
      // The answer may have been lost, and the message with it.
      if (!FINAL_STATES.has(cycle.state)) await sender.send([jobMessage(cycle)]);
      return { kind: 'decided', cycle };
    }
    const next = decision.verdict === 'approve' ? approved(engine, cycle) : rejected(engine, cycle);
    if ((await store.plans.put(next, stored.etag)) === undefined) continue;
    await sender.send([jobMessage(next)]);
    if (decision.verdict === 'approve') telemetry.warn('removals.approved', { cycleId, staged: cycle.staged });
    return { kind: 'decided', cycle: next };
  }
  return { kind: 'refused', code: 'PlanNotWaiting', message: 'The plan is being decided about right now. Try again.' };
}

async function refusalOf(
  engine: WithStore & WithSettings & WithTarget,
  cycle: Cycle,
  { verdict, hash }: { readonly verdict: Verdict; readonly hash: string },
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  const { store } = engine;
  const isApproved = cycle.approvedAt !== null;
  const isRejected = cycle.state === 'rejecting' || cycle.state === 'rejected';
  const isDone = verdict === 'approve' ? isApproved : isRejected;
  if (cycle.state !== 'awaitingApproval' && !isDone) {
    const became = isApproved ? 'It was approved.' : BECAME[cycle.state];
    return {
      code: 'PlanNotWaiting',
      message: `The plan of this cycle does not wait for approval: the cycle is ${cycle.state}. ${became ?? ''}`.trim(),
    };
  }
  if (cycle.planHash !== hash) {
    return {
      code: 'OtherPlan',
      message:
        'The hash is not this plan’s. Look at the plan again (GET …/plan shows its hash) and decide about that one.',
    };
  }
  if (verdict === 'reject' || isDone) return undefined;
  const held = refusalOfJob(jobStateOf(await store.job.read()));
  if (held !== undefined) return held;
  if (isOfToday(engine, cycle, await store.schemas.activeVersion())) return undefined;
  return {
    code: 'SettingsChanged',
    message: `The settings or the mapping were changed since this was planned. ${cycle.from?.mode === 'revert' ? 'Undo the cycle anew.' : 'The next cycle plans it anew.'}`,
  };
}

const approved = ({ clock, timing }: WithClock, cycle: Cycle): Cycle => {
  const now = clock.now();
  return {
    ...cycle,
    state: 'approving',
    approvedAt: now,
    endedAt: null,
    // Its lanes and chunks are those of the plan.
    cursor: { ...approvalStep(cycle), chunks: cycle.cursor.chunks, loads: cycle.cursor.loads },
    stopping: null,
    proofs: 0,
    isUnproven: false,
    deadlineAt: now + timing.planDeadlineMs,
    dueAt: now,
    sends: cycle.sends + 1,
  };
};

const rejected = ({ clock, timing }: WithClock, cycle: Cycle): Cycle => ({
  ...cycle,
  state: 'rejecting',
  endedAt: null,
  deadlineAt: clock.now() + timing.planDeadlineMs,
  dueAt: clock.now(),
  sends: cycle.sends + 1,
});
