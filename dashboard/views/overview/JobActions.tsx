import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import { ask, JOB } from '../../data/ApiClient';
import { go, linkTo } from '../../data/useRoute';
import { ActionButton } from '../../parts/ActionButton';
import { Icon } from '../../parts/Icon';
import { Restart } from './Restart';

/** Sync now, plan only, full, start, pause, restart. */
export function JobActions({ job, refresh }: { job: JobAnswer; refresh: () => void }) {
  const { code, currentCycle, quarantine } = job.status;
  const isStopped = code === 'Paused' || code === 'NotConfigured';
  const sync = async (body: object): Promise<CycleAnswer | undefined> => {
    const answer = await ask<CycleAnswer>(`${JOB}/sync`, { method: 'POST', body });
    refresh();
    return answer?.value;
  };
  // Removals that wait for an approval stop nothing: there is nothing to start.
  const isQuarantined = code === 'Quarantine' && quarantine?.reason !== 'TooManyDeletes';
  const isBlocked = isStopped || currentCycle !== null;
  // A plan changes nothing, so it may be made while the job is paused; a cycle that runs would be in its way.
  const mayPlan = code !== 'NotConfigured' && currentCycle === null;
  return (
    <div class="actions">
      <ActionButton
        appearance="primary"
        disabled={isBlocked}
        run={async () => {
          await sync({ mode: 'incremental' });
          return 'A cycle has begun.';
        }}
      >
        <Icon name="sync" slot="start" /> Sync now
      </ActionButton>
      <ActionButton
        disabled={!mayPlan}
        run={async () => {
          const cycle = await sync({ mode: 'full', dryRun: true });
          if (cycle !== undefined) go(linkTo('cycles', cycle.id));
          return 'A plan is being made. Nothing is changed.';
        }}
      >
        Plan only
      </ActionButton>
      <ActionButton
        disabled={isBlocked}
        run={async () => {
          await sync({ mode: 'full' });
          return 'A full cycle has begun.';
        }}
        ask={{
          title: 'Run a full cycle?',
          text: 'Everybody is read and compared anew. It takes longer than an incremental cycle, and changes only what differs.',
          yes: 'Run it',
        }}
      >
        Full cycle
      </ActionButton>
      {(code === 'Paused' || isQuarantined) && (
        <ActionButton
          run={async () => {
            await ask(`${JOB}/start`, { method: 'POST', body: {} });
            refresh();
            return 'Started. A cycle begins at once.';
          }}
        >
          <Icon name="play" slot="start" /> Start
        </ActionButton>
      )}
      {code !== 'Paused' && (
        <ActionButton
          disabled={code === 'NotConfigured'}
          run={async () => {
            await ask(`${JOB}/pause`, { method: 'POST', body: {} });
            refresh();
            return 'Paused. Nothing is read or written until you start it again.';
          }}
          ask={{
            title: 'Pause provisioning?',
            text: 'No cycle runs and nobody gets or loses access until somebody starts it again.',
            yes: 'Pause',
          }}
        >
          <Icon name="pause" slot="start" /> Pause
        </ActionButton>
      )}
      <Restart isPossible={code !== 'NotConfigured'} refresh={refresh} />
    </div>
  );
}
