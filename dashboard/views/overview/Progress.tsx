import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import type { StageAnswer } from '../../../shared/api/answers/JobAnswer';
import { ago, duration, many, number } from '../../data/words';
import { Stages } from '../../parts/Stages';

const NAMES: Readonly<Record<StageAnswer['name'], string>> = {
  source: 'Read Entra',
  target: 'Read GoTo',
  judgement: 'Decide',
  removals: 'Remove',
  changes: 'Change',
  proof: 'Check',
};
/** Where only the cycle is known. */
const STATES = ['queued', 'planning', 'applying', 'closing'] as const;
const STATE_NAMES = ['Queued', 'Plan', 'Apply', 'Check'] as const;

/** Where the cycle stands, how far it has come, how fast, and what is left. */
export function Progress({ cycle, stages = [] }: { cycle: CycleAnswer; stages?: readonly StageAnswer[] }) {
  const { percentage, done, expected } = cycle.progress;
  const isMeasured = cycle.state === 'applying' || cycle.state === 'closing';
  return (
    <div class="progress">
      {stages.length > 0 ? (
        <Stages
          names={stages.map(({ name }) => NAMES[name])}
          at={stages.findIndex(({ state }) => state === 'running')}
        />
      ) : (
        <Stages names={STATE_NAMES} at={STATES.findIndex((state) => state === cycle.state)} />
      )}
      <progress
        aria-label="Progress of the cycle"
        max={100}
        {...(isMeasured ? { value: percentage } : {})}
        title={many(expected, 'change', 'changes')}
      />
      <div class="progress-numbers">
        <span>{isMeasured ? `${number(done)} of ${many(expected, 'change', 'changes')}` : 'Counting …'}</span>
        <span>{paceInWords(cycle)}</span>
      </div>
    </div>
  );
}

/** "12 a second · about 55 s left", or until when it waits. */
function paceInWords({ state, waitingUntil, progress: { ratePerSecond, secondsLeft } }: CycleAnswer): string {
  if (waitingUntil !== null) return `Goes on ${ago(waitingUntil)}: a service asked to wait`;
  if (state === 'closing') return 'Comparing with GoTo';
  if (state !== 'applying' || ratePerSecond === 0) return '';
  const left = secondsLeft === null || secondsLeft === 0 ? '' : ` · about ${duration(secondsLeft * 1_000)} left`;
  return `${number(ratePerSecond)} a second${left}`;
}
