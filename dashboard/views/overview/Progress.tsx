import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { ago, duration, many, number } from '../../data/words';
import { Stages } from '../../parts/Stages';

const STAGES = ['queued', 'planning', 'applying', 'closing'] as const;
const NAMES = { queued: 'Queued', planning: 'Plan', applying: 'Apply', closing: 'Check' } as const;

/** Where the cycle stands, how far it has come, how fast, and what is left. */
export function Progress({ cycle }: { cycle: CycleAnswer }) {
  const at = STAGES.findIndex((stage) => stage === cycle.state);
  const { percentage, done, expected } = cycle.progress;
  const isMeasured = cycle.state === 'applying' || cycle.state === 'closing';
  return (
    <div class="progress">
      <Stages names={STAGES.map((stage) => NAMES[stage])} at={at} />
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
