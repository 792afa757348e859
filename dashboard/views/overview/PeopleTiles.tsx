import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import { linkTo } from '../../data/useRoute';
import { Tile, type TileToShow } from '../../parts/Tile';

/** Whom it is about. */
export function PeopleTiles({ people }: { people: JobAnswer['status']['people'] }) {
  const failures = linkTo('log', null, { status: 'failure' });
  const tiles: readonly TileToShow[] = [
    { name: 'In scope', icon: 'people', value: people.inScope, text: 'entitled in Entra' },
    { name: 'Managed', icon: 'personOk', value: people.managed, text: 'accounts in GoTo' },
    {
      name: 'Failing',
      icon: 'error',
      value: people.failing,
      text: 'tried again by itself',
      tone: 'bad',
      link: failures,
    },
    {
      name: 'Waiting for a seat',
      icon: 'hourglass',
      value: people.waitingForSeat,
      text: 'no licence is free',
      tone: 'warn',
      link: failures,
    },
    { name: 'Held', icon: 'lock', value: people.held, text: 'an admin decides', tone: 'warn' },
  ];
  return (
    <ul class="tiles" aria-label="People">
      {tiles.map((tile) => (
        <Tile key={tile.name} {...tile} />
      ))}
    </ul>
  );
}
