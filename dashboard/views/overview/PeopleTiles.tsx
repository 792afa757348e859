import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import type { PeopleAnswer } from '../../../shared/api/answers/PeopleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { number } from '../../data/words';

/** Whom it is about: counted when a cycle has ended. */
export function PeopleTiles({ job }: { job: JobAnswer }) {
  const last = job.status.lastExecution?.activityIdentifier ?? '';
  const people = usePoll<PeopleAnswer>(`${JOB}/people?after=${last}`, 0);
  const counted = people.value;
  const tiles: readonly (readonly [string, number | undefined, string])[] = [
    ['In scope', counted?.inScope, 'entitled in Entra'],
    ['Managed', counted?.managed, 'accounts in GoTo'],
    ['Failing', counted?.failing, 'tried again by itself'],
    ['Waiting for a seat', counted?.waitingForSeat, 'no licence is free'],
    ['Held', counted?.held, 'an admin decides'],
  ];
  return (
    <ul class="tiles" aria-label="People">
      {tiles.map(([name, value, text]) => (
        <li key={name} class="tile">
          <span class="tile-name">{name}</span>
          <span class="tile-value">{value === undefined ? '–' : number(value)}</span>
          <span class="tile-text">{text}</span>
        </li>
      ))}
    </ul>
  );
}
