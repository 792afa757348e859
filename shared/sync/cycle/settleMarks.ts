/**
 * What becomes of the marks when a cycle has ended: answered ones are deleted, every other person stays marked, with the
 * time to wait for (docs/protocol.md 3.5, R2, R4, R20, R26). Escrow is such a mark.
 */
import type { Cycle } from '../../model/Cycle';
import { newMark, type Mark } from '../../model/Mark';
import { escrowWait } from '../../rules/escrowWait';
import { isTargetFault } from '../../rules/quarantine';
import { waitsSince } from '../../rules/seats';
import type { PlanRow } from '../../store/PlansTable';
import type { WithClock, WithStore } from '../Engine';

/** Rows whose marks are changed together. */
const BATCH = 500;
/** How long user groups wait that could not be made, in ms: few enough to be tried often. */
const GROUPS_WAIT_MS = 10 * 60_000;

/**
 * Settles the marks of everybody who has a row in the cycle; may be repeated: a mark that moved since is left alone.
 * @param isTargetAway whom GoTo failed counts as not tried
 * @returns how many rows the cycle has; of an approved plan, how many removals
 */
export async function settleMarks(engine: WithStore & WithClock, cycle: Cycle, isTargetAway: boolean): Promise<number> {
  const { store } = engine;
  let answered: { id: string; etag: string }[] = [];
  let kept: { id: string; etag: string; mark: Mark }[] = [];
  let missing: { id: string; mark: Mark }[] = [];
  const flush = async (): Promise<void> => {
    if (answered.length > 0) await store.dirty.answer(answered);
    if (kept.length > 0) await store.dirty.keep(kept);
    if (missing.length > 0) await store.dirty.ensure(missing);
    answered = [];
    kept = [];
    missing = [];
  };
  let rows = 0;
  let hasOpenGroups = false;
  // Once approved, the rest of the plan is an old story.
  for await (const row of store.plans.rows(cycle.id, cycle.approvedAt === null ? undefined : cycle.stagedStage)) {
    const { entry } = row;
    rows += 1;
    if (entry.kind === 'group') {
      hasOpenGroups ||= row.result?.outcome !== 'done' && row.result?.outcome !== 'skip';
      continue;
    }
    const isNotTried = isTargetAway && isTargetFault(row.result?.code ?? null);
    const next = nextMark(row, cycle, engine, isNotTried);
    if (entry.mark === null) {
      if (next !== null) missing.push({ id: entry.sourceId, mark: next });
    } else if (next === null) answered.push({ id: entry.sourceId, etag: entry.mark.etag });
    else kept.push({ id: entry.sourceId, etag: entry.mark.etag, mark: next });
    if (answered.length + kept.length + missing.length >= BATCH) await flush();
  }
  await flush();
  if (hasOpenGroups)
    await store.dirty.markUserGroups(engine.clock.now(), 'failed', engine.clock.now() + GROUPS_WAIT_MS);
  else if (cycle.cursor.userGroupsMark !== null && cycle.approvedAt === null)
    await store.dirty.answerUserGroups(cycle.cursor.userGroupsMark);
  return rows;
}

/** The mark a row leaves behind; null when the row has answered it. */
function nextMark(row: PlanRow, cycle: Cycle, { clock, timing }: WithClock, isNotTried: boolean): Mark | null {
  const { entry, result } = row;
  const nowMs = clock.now();
  const since = entry.mark?.since ?? entry.factsAt;
  const plain = { ...newMark(since, entry.reason), seatSince: entry.mark?.seatSince ?? null };
  const outcome = row.state === 'ended' && result !== null && !isNotTried ? result.outcome : 'held';
  switch (outcome) {
    case 'done':
    case 'skip': {
      if (entry.absentSince !== null)
        return { ...plain, absentSince: entry.absentSince, wait: entry.absentSince + timing.graphLagMs };
      // A write that nobody could see is looked for at GoTo itself.
      if (cycle.isUnproven && result?.entries.some((one) => one.intentId !== null) === true)
        return { ...plain, attempts: 1, code: 'WriteNotVisible', absentSince: null };
      const believedFrom = since + timing.graphLagMs;
      // What was read within the replicas' lag is read once more, when it can be believed.
      return entry.mark === null || entry.factsAt >= believedFrom ? null : { ...plain, wait: believedFrom };
    }
    case 'failed':
    case 'parked': {
      const attempts = (entry.mark?.attempts ?? 0) + 1;
      const wait = escrowWait(result?.code ?? null, attempts);
      return {
        ...plain,
        attempts,
        code: result?.code ?? null,
        message: result?.message ?? null,
        seatSince: result?.code === 'LicenseLimitExceeded' ? waitsSince(entry) : plain.seatSince,
        absentSince: entry.absentSince,
        wait: wait === 0 ? null : nowMs + wait,
      };
    }
    case 'doubt':
      return { ...plain, wait: nowMs + timing.graphLagMs };
    default:
      // Not tried, or overtaken: nothing is lost, and nobody waits longer than for the next cycle.
      return {
        ...plain,
        attempts: entry.mark?.attempts ?? 0,
        absentSince: entry.absentSince ?? (restsOnAbsence(entry) ? (entry.mark?.absentSince ?? null) : null),
        // Whoever is held waits for a time, never for the release: that marks anew (docs/protocol.md R26).
        wait: entry.reason === 'HeldByRevert' || result?.code === 'RemovalRejected' ? nowMs + timing.holdMs : null,
      };
  }
}

/** What a row takes was confirmed once, and stays so; of somebody who has lost nothing a later absence is a new one (I05). */
const restsOnAbsence = ({ action, desired, drops }: PlanRow['entry']): boolean =>
  desired.kind === 'inactive' || drops.length > 0 || action === 'recover';
