/**
 * Into the quarantine and out of it (docs/protocol.md 3.9). Every change is guarded by the row's etag: of two instances one
 * makes the attempt, and nobody hammers a GoTo that fails.
 */
import { hasFailedAgain, isFailing, isTargetFault, QUARANTINE_MAX_MS, quarantineWait } from '../../rules/quarantine';
import type { Cycle, Tally } from '../../model/Cycle';
import type { QuarantineValue, StoredQuarantine } from '../../store/state/Quarantine';
import type { WithClock, WithStore, WithTarget, WithTelemetry } from '../Engine';
import { probeTarget, type TargetFault } from './probeTarget';

const MINUTE_MS = 60_000;

type Healer = WithStore & WithClock & WithTelemetry & WithTarget;

interface Trouble extends TargetFault {
  readonly reason: QuarantineValue['reason'];
}

/** Most of what was asked of GoTo failed, though it says who we are. */
export const targetFailing = ({ faults, repeated, answered }: Tally['target']): TargetFault => ({
  code: 'TargetFailing',
  message: `GoTo failed ${faults + repeated} of the ${faults + repeated + answered} people who were tried. Look at their entries in the log, at GoTo’s status page, and whether the token’s owner may still manage users.`,
});

/** Stops of our own say nothing of GoTo. */
const OWN_STOPS: ReadonlySet<string> = new Set(['JobPaused', 'JobRestarted', 'JobQuarantined']);

/**
 * Called at the end of every cycle that writes; may be repeated.
 * @param end how GoTo fared, and why the cycle failed, if it did
 * @returns whether GoTo was away as a whole: nobody's failure is their own then
 */
export async function reviewTarget(
  engine: Healer,
  cycle: Cycle,
  end: { readonly target: Tally['target']; readonly error: Cycle['error'] },
): Promise<boolean> {
  const trouble = await troubleOf(engine, cycle, end);
  if (trouble !== undefined) await impose(engine, cycle.id, trouble);
  else if (cycle.isProbe && end.error === null) await leaveQuarantine(engine);
  return trouble !== undefined && trouble.reason !== 'EncounteredEscrowProportionThreshold';
}

async function troubleOf(
  engine: Healer,
  cycle: Cycle,
  { target, error }: { readonly target: Tally['target']; readonly error: Cycle['error'] },
): Promise<Trouble | undefined> {
  if (cycle.isProbe ? hasFailedAgain(target) : isFailing(target))
    return { reason: 'EncounteredEscrowProportionThreshold', ...targetFailing(target) };
  if (error === null || OWN_STOPS.has(error.code)) return undefined;
  const fault = await probeTarget(engine);
  if (fault === undefined) return undefined;
  return {
    reason: cycle.mode === 'onDemand' ? 'QuarantinedOnDemand' : 'EncounteredQuarantineException',
    ...fault,
  };
}

async function impose({ store, clock, telemetry }: Healer, cycleId: string, trouble: Trouble): Promise<void> {
  const now = clock.now();
  const stored = await store.quarantine.read();
  if (stored?.cycleId === cycleId) return;
  const begun = {
    seriesBegan: now,
    currentBegan: now,
    seriesCount: 1,
    nextAttempt: now + quarantineWait(0),
    disabledAt: null,
  };
  const { etag, ...known } = stored ?? { etag: undefined, ...begun };
  if ((await store.quarantine.put({ ...known, ...trouble, cycleId }, etag)) === undefined) return;
  telemetry.error('job.quarantined', {
    cycleId,
    reason: trouble.reason,
    code: trouble.code,
    message: trouble.message,
    minutes: Math.round((now - known.seriesBegan) / MINUTE_MS),
  });
}

/** The job works again: whoever GoTo failed is due at once. Harmless when there is no quarantine. */
export async function leaveQuarantine({
  store,
  clock,
  telemetry,
}: WithStore & WithClock & WithTelemetry): Promise<void> {
  const stored = await store.quarantine.read();
  if (stored === undefined) return;
  await store.dirty.forgetWaits((mark) => isTargetFault(mark.code));
  await store.quarantine.end();
  telemetry.warn('job.leftQuarantine', {
    reason: stored.reason,
    minutes: Math.round((clock.now() - stored.seriesBegan) / MINUTE_MS),
  });
}

/**
 * A half-open attempt, if it is due and nobody else makes it: GoTo is asked who we are.
 * @returns whether a small cycle may try the rest
 */
export async function mayAttempt(engine: Healer, { etag, ...stored }: StoredQuarantine): Promise<boolean> {
  const { store, clock, telemetry } = engine;
  const now = clock.now();
  if (stored.disabledAt !== null || now < stored.nextAttempt) return false;
  const lasted = now - stored.seriesBegan;
  if (lasted >= QUARANTINE_MAX_MS) {
    if ((await store.quarantine.put({ ...stored, disabledAt: now }, etag)) !== undefined)
      telemetry.error('job.disabled', { reason: stored.reason, code: stored.code, message: stored.message });
    return false;
  }
  // Before GoTo is asked: of two instances one goes on, and one that dies leaves the next attempt to its time.
  const next = {
    ...stored,
    currentBegan: now,
    seriesCount: stored.seriesCount + 1,
    nextAttempt: now + quarantineWait(lasted),
  };
  const claimed = await store.quarantine.put(next, etag);
  if (claimed === undefined) return false;
  const fault = await probeTarget(engine);
  if (fault === undefined) return true;
  await store.quarantine.put({ ...next, ...fault }, claimed);
  telemetry.error('job.quarantined', {
    cycleId: stored.cycleId,
    reason: stored.reason,
    ...fault,
    minutes: Math.round(lasted / MINUTE_MS),
  });
  return false;
}
