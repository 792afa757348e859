/** Whether the job may work, and what to say when it may not: one sentence for the status and for every refusal. */
import { Pause } from '../../store/state/Pause';
import type { StoredRow } from '../../store/Table';

/** In the words of Graph's synchronizationStatus (entra-provisioning.md 1.13). */
export type JobState = { readonly code: 'Active' } | { readonly code: 'Paused'; readonly since: number };

/** Why nothing is written to GoTo now. */
export interface JobRefusal {
  /** Stable, for scripts. */
  readonly code: 'JobPaused';
  /** Why, and what to do. */
  readonly message: string;
}

/** @param rows of the job */
export function jobStateOf(rows: ReadonlyMap<string, StoredRow>): JobState {
  const pause = Pause.of(rows);
  return pause === undefined ? { code: 'Active' } : { code: 'Paused', since: pause.since };
}

/** @returns undefined when the job may write */
export function refusalOf(state: JobState): JobRefusal | undefined {
  switch (state.code) {
    case 'Active':
      return undefined;
    case 'Paused':
      return {
        code: 'JobPaused',
        message: `The job is paused since ${new Date(state.since).toISOString()}: nothing is changed in GoTo. POST …/start goes on; a dry run is possible meanwhile.`,
      };
  }
}
