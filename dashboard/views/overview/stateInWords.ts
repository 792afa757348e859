import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import { ago, inShort, many } from '../../data/words';
import type { Tone } from '../../parts/Tone';

/** How the job stands, as one would tell a colleague. */
export interface Said {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

export function stateInWords({ schedule, status }: JobAnswer, nowMs = Date.now()): Said {
  const { code, currentCycle: cycle, lastExecution: last, people, quarantine, demandedWaitUntil, firstPlan } = status;
  if (code === 'NotConfigured')
    return {
      tone: 'bad',
      title: 'Not connected to GoTo',
      text: 'Nothing is read or written until the connector is authorized. Open “Connection” and choose “Authorize”.',
    };
  if (quarantine?.reason === 'TooManyDeletes')
    return {
      tone: 'warn',
      title: 'Removals wait for an approval',
      text: `${quarantine.removals === undefined ? 'Removals' : many(quarantine.removals.count, 'removal', 'removals')} above the limit: nobody loses access before you approve. Everything else goes on.`,
    };
  if (code === 'Quarantine')
    return {
      tone: 'bad',
      title: 'In quarantine',
      text:
        quarantine === null
          ? 'Cycles are tried seldom until one succeeds.'
          : `${quarantine.error.message} ${quarantine.nextAttempt === null ? 'It is not tried any more: mend it, then choose “Start”.' : `Next try ${ago(schedule.nextRunDateTime ?? quarantine.nextAttempt, nowMs)}.`}`,
    };
  if (cycle !== null)
    return { tone: 'busy', title: TITLES[cycle.state] ?? 'Working', text: progressInWords(cycle, nowMs) };
  if (code === 'Paused')
    return { tone: 'quiet', title: 'Paused', text: 'Nothing is read or written until somebody chooses “Start”.' };
  if (demandedWaitUntil !== null)
    return { tone: 'warn', title: 'GoTo asked to wait', text: `Nothing is sent before ${inShort(demandedWaitUntil)}.` };
  if (firstPlan !== null)
    return {
      tone: 'warn',
      title: 'The first plan waits for you',
      text: 'Nothing is changed in GoTo before somebody has looked at it and applied it.',
    };
  if (last === null)
    return { tone: 'quiet', title: 'Ready', text: 'No cycle has run yet. The timer starts the first one.' };
  if (last.state === 'Failed')
    return {
      tone: 'bad',
      title: 'The last cycle failed',
      text: `${last.error?.message ?? 'See the cycle for the reason.'} What it did not reach is done by the next one.`,
    };
  const when = `The last cycle ended ${ago(last.timeEnded, nowMs)}`;
  // Whoever waits for the next try is not in every cycle, and not in step either.
  const failing = Math.max(people.failing, last.countEscrowed - people.waitingForSeat);
  const others = [
    ...(failing > 0
      ? [`${many(failing, 'person', 'people')} could not be brought in step and will be tried again`]
      : []),
    ...(people.waitingForSeat > 0 ? [`${many(people.waitingForSeat, 'person waits', 'people wait')} for a seat`] : []),
    ...(people.held > 0
      ? [`${many(people.held, 'person is', 'people are')} left alone until an admin releases them`]
      : []),
  ];
  return others.length > 0
    ? { tone: 'warn', title: 'In step, but for some people', text: `${[when, ...others].join('; ')}.` }
    : { tone: 'good', title: 'In step', text: `${when}. GoTo is as Entra says.` };
}

const TITLES: Readonly<Record<string, string>> = {
  queued: 'About to begin',
  planning: 'Reading Entra and GoTo',
  applying: 'Bringing GoTo in step',
  closing: 'Checking the result',
};

function progressInWords(cycle: NonNullable<JobAnswer['status']['currentCycle']>, nowMs: number): string {
  if (cycle.waitingUntil !== null) return `It goes on ${ago(cycle.waitingUntil, nowMs)}: a service asked to wait.`;
  if (cycle.state === 'queued' || cycle.state === 'planning') return 'Who has to change is being found out.';
  if (cycle.state === 'closing') return 'Every change is made; what GoTo says now is compared with what was intended.';
  return `${many(cycle.progress.expected, 'account is', 'accounts are')} to be changed.`;
}
