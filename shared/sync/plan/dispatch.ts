/** Sends one message for every queued change; then, and only then, the watermark moves (I04). */
import { isoTime } from '../../model/Clock';
import type { UserChangeMessage } from '../../queue/messages';
import type { Slice } from '../planCycle';

/** Messages handed to the sender at once; it cuts them into batches of the broker's size. */
const SEND_SIZE = 500;

export const dispatch: Slice = async (engine, cycle, cursor) => {
  const { log, queue, state } = engine;
  let open: UserChangeMessage[] = [];
  for await (const entry of log.queued(cycle.id)) {
    open.push({ kind: 'user', cycleId: cycle.id, sourceId: entry.sourceId, reason: entry.reason, attempt: 0 });
    if (open.length < SEND_SIZE) continue;
    await queue.sendUserChanges(open);
    open = [];
  }
  await queue.sendUserChanges(open);
  if (cursor.usersLink !== null && cursor.groupsLink !== null) {
    await state.putWatermark({
      usersLink: cursor.usersLink,
      groupsLink: cursor.groupsLink,
      assignmentsDigest: cursor.assignmentsDigest,
      mappingVersion: cursor.mappingVersion,
      takenAt: isoTime(engine.clock.now()),
    });
  }
  const { queued, skippedByReason } = await log.total(cycle.id);
  const leaving = skippedByReason['AbsenceUnconfirmed'] ?? 0;
  // After a change of mapping, and every night: nobody shall be surprised by what the next cycle does.
  const isWorthTelling = cycle.mode === 'full' && leaving > 0;
  return {
    cursor: {},
    finished: { expected: queued },
    warnings: isWorthTelling
      ? [
          `${leaving} ${leaving === 1 ? 'person seems' : 'people seem'} to have lost access; disabled when the next cycle agrees.`,
        ]
      : [],
  };
};
