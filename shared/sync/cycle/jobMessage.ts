import type { Cycle } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';

/** The planner's or closer's last stored message, to be sent, or sent again. */
export const jobMessage = (cycle: Pick<Cycle, 'id' | 'sends' | 'dueAt'>): Outgoing => ({
  message: { kind: 'job', cycleId: cycle.id, n: cycle.sends },
  dueAt: cycle.dueAt,
});
