import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { many } from '../../data/words';

const STAGES = ['queued', 'planning', 'applying', 'closing'] as const;
const NAMES = { queued: 'Queued', planning: 'Plan', applying: 'Apply', closing: 'Check' } as const;

/** Where the cycle stands, and how far it has come. */
export function Progress({ cycle }: { cycle: CycleAnswer }) {
  const at = STAGES.findIndex((stage) => stage === cycle.state);
  const { percentage, done, expected } = cycle.progress;
  const isMeasured = cycle.state === 'applying' || cycle.state === 'closing';
  return (
    <div class="progress">
      <ol class="stages" aria-label="Stages">
        {STAGES.map((stage, index) => (
          <li
            key={stage}
            class={index < at ? 'stage-done' : index === at ? 'stage-now' : ''}
            {...(index === at ? { 'aria-current': 'step' as const } : {})}
          >
            {NAMES[stage]}
          </li>
        ))}
      </ol>
      <progress
        aria-label="Progress of the cycle"
        max={100}
        {...(isMeasured ? { value: percentage } : {})}
        title={many(expected, 'change', 'changes')}
      />
      <span class="progress-number">{isMeasured ? `${percentage} % · ${done} / ${expected}` : ''}</span>
    </div>
  );
}
