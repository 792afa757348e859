/** The job's state as Graph's synchronizationStatus, schedule and quarantine show it (entra-provisioning.md 1.9, 1.13). */
import type { JobAnswer } from './answers/JobAnswer';
import { isoTime } from '../model/Clock';
import { AwaitedApproval } from '../store/state/AwaitedApproval';
import type { StoredQuarantine } from '../store/state/Quarantine';
import type { StoredRow } from '../store/Table';
import { jobStateOf } from '../sync/job/jobState';

export interface JobStatus {
  readonly code: 'Active' | 'Paused' | 'Quarantine';
  readonly schedule: 'Active' | 'Paused' | 'Disabled';
  readonly quarantine: QuarantineView | null;
}

type QuarantineView = NonNullable<JobAnswer['status']['quarantine']>;

/** @param rows of the job */
export function jobStatusOf(rows: ReadonlyMap<string, StoredRow>): JobStatus {
  const state = jobStateOf(rows);
  switch (state.code) {
    case 'Paused':
      return { code: 'Paused', schedule: 'Paused', quarantine: null };
    case 'Quarantine':
      return { code: 'Quarantine', schedule: 'Active', quarantine: quarantineView(state.quarantine) };
    case 'Disabled':
      return { code: 'Quarantine', schedule: 'Disabled', quarantine: quarantineView(state.quarantine) };
    case 'Active': {
      const quarantine = tooManyDeletes(rows);
      return { code: quarantine === null ? 'Active' : 'Quarantine', schedule: 'Active', quarantine };
    }
  }
}

const quarantineView = (stored: StoredQuarantine): QuarantineView => ({
  reason: stored.reason,
  currentBegan: isoTime(stored.currentBegan),
  seriesBegan: isoTime(stored.seriesBegan),
  seriesCount: stored.seriesCount,
  nextAttempt: stored.disabledAt === null ? isoTime(stored.nextAttempt) : null,
  error: { code: stored.code, message: stored.message, tenantActionable: true },
});

/** Removals above the limit that wait for an admin: everything else goes on. Deletions wait by their nature. */
function tooManyDeletes(rows: ReadonlyMap<string, StoredRow>): QuarantineView | null {
  const awaited = AwaitedApproval.of(rows);
  if (awaited === undefined || awaited.deletions > 0) return null;
  const { cycleId, removals } = awaited;
  const since = isoTime(awaited.since);
  return {
    reason: 'TooManyDeletes',
    currentBegan: since,
    seriesBegan: since,
    seriesCount: 1,
    nextAttempt: null,
    error: {
      code: 'AwaitingApproval',
      message: `${removals === 1 ? '1 removal is above the limit and waits' : `${removals} removals are above the limit and wait`} for an approval: look at GET …/cycles/${cycleId}/plan, then POST …/approve or …/reject. Everything else goes on.`,
      tenantActionable: true,
    },
    removals: { count: removals, cycleId },
  };
}
