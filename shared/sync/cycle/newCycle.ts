import { randomUUID } from 'node:crypto';
import { isoTime } from '../../model/Clock';
import { cycleSchema, newCycleId, type Cycle, type CycleMode } from '../../model/Cycle';
import { policyHash } from '../../rules/Policy';
import type { WithClock, WithSettings, WithTarget } from '../Engine';
import { firstStep } from './itineraries';
import { lanesFor } from './slots';

/** A cycle as it is to be born, with today's settings. Nothing is stored yet. */
export function newCycle(
  engine: WithClock & WithSettings & WithTarget,
  about: { readonly mode: CycleMode; readonly trigger: Cycle['trigger']; readonly mappingVersion: string },
  more: Partial<Cycle> = {},
): Cycle {
  const now = engine.clock.now();
  return cycleSchema.parse({
    id: newCycleId(now, randomUUID().slice(0, 8)),
    ...about,
    state: 'queued',
    policyHash: policyHash(engine.policy, about.mappingVersion),
    accountKey: engine.accounts.accountKey,
    lanes: lanesFor(engine),
    startedAt: isoTime(now),
    cursor: firstStep({ mode: about.mode, from: more.from ?? null }),
    dueAt: now,
    deadlineAt: now + engine.timing.planDeadlineMs,
    ...more,
  });
}
