/** Whether the job may work, and what to say when it may not: one sentence for the status and for every refusal. */
import { isoTime } from '../../model/Clock';
import { Pause } from '../../store/state/Pause';
import { Quarantine, type StoredQuarantine } from '../../store/state/Quarantine';
import type { StoredRow } from '../../store/Table';

/** In the words of Graph's synchronizationStatus, and of its schedule (entra-provisioning.md 1.13). */
export type JobState =
  | { readonly code: 'Active' }
  | { readonly code: 'Paused'; readonly since: number }
  | { readonly code: 'Quarantine' | 'Disabled'; readonly quarantine: StoredQuarantine };

/** Why nothing is written to GoTo now. */
export interface JobRefusal {
  /** Stable, for scripts. */
  readonly code: 'JobPaused' | 'JobQuarantined' | 'JobDisabled';
  /** Why, and what to do. */
  readonly message: string;
}

/** @param rows of the job */
export function jobStateOf(rows: ReadonlyMap<string, StoredRow>): JobState {
  const pause = Pause.of(rows);
  if (pause !== undefined) return { code: 'Paused', since: pause.since };
  const quarantine = Quarantine.of(rows);
  if (quarantine === undefined) return { code: 'Active' };
  return { code: quarantine.disabledAt === null ? 'Quarantine' : 'Disabled', quarantine };
}

/** @returns undefined when the job may write */
export function refusalOf(state: JobState): JobRefusal | undefined {
  switch (state.code) {
    case 'Active':
      return undefined;
    case 'Paused':
      return {
        code: 'JobPaused',
        message: `The job is paused since ${isoTime(state.since)}: nothing is changed in GoTo. POST …/start goes on; a dry run is possible meanwhile.`,
      };
    case 'Quarantine': {
      const { seriesBegan, nextAttempt, message } = state.quarantine;
      return {
        code: 'JobQuarantined',
        message: `The job is in quarantine since ${isoTime(seriesBegan)}: ${message} It is tried again at ${isoTime(nextAttempt)}; when the cause is mended, POST …/start tries at once. A dry run is possible meanwhile.`,
      };
    }
    case 'Disabled': {
      const { seriesBegan, message } = state.quarantine;
      return {
        code: 'JobDisabled',
        message: `The job is disabled: it was in quarantine since ${isoTime(seriesBegan)}, for four weeks. ${message} Mend the cause, then POST …/start.`,
      };
    }
  }
}
