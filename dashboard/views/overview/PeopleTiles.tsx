import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import type { PeopleAnswer } from '../../../shared/api/answers/PeopleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { linkTo } from '../../data/useRoute';
import { Tile, type TileToShow } from '../../parts/Tile';

/** Whom it is about: counted when a cycle has ended. */
export function PeopleTiles({ job }: { job: JobAnswer }) {
  const last = job.status.lastExecution?.activityIdentifier ?? '';
  const people = usePoll<PeopleAnswer>(`${JOB}/people?after=${last}`, 0);
  const counted = people.value;
  const failures = linkTo('log', null, { status: 'failure' });
  const tiles: readonly TileToShow[] = [
    { name: 'In scope', icon: 'people', value: counted?.inScope, text: 'entitled in Entra' },
    { name: 'Managed', icon: 'personOk', value: counted?.managed, text: 'accounts in GoTo' },
    {
      name: 'Failing',
      icon: 'error',
      value: counted?.failing,
      text: 'tried again by itself',
      tone: 'bad',
      link: failures,
    },
    {
      name: 'Waiting for a seat',
      icon: 'hourglass',
      value: counted?.waitingForSeat,
      text: 'no licence is free',
      tone: 'warn',
      link: failures,
    },
    { name: 'Held', icon: 'lock', value: counted?.held, text: 'an admin decides', tone: 'warn' },
  ];
  return (
    <ul class="tiles" aria-label="People">
      {tiles.map((tile) => (
        <Tile key={tile.name} {...tile} />
      ))}
    </ul>
  );
}
