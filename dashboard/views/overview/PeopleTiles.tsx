import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import type { LicensesAnswer } from '../../../shared/api/answers/LicensesAnswer';
import { usePoll } from '../../data/usePoll';
import { linkTo } from '../../data/useRoute';
import { number } from '../../data/words';
import { NAMES, nextToEnd, SOON_DAYS } from '../../parts/credentialDays';
import { Tile, type TileToShow } from '../../parts/Tile';
import { LICENSES_EVERY_MS, LICENSES_PATH } from '../connection/Licenses';

/** Whom it is about, and what is left: seats, and days of the credential that ends first. */
export function PeopleTiles({ status: { people, connection, lastExecution } }: Pick<JobAnswer, 'status'>) {
  const licenses = usePoll<LicensesAnswer>(connection.connected ? LICENSES_PATH : null, LICENSES_EVERY_MS);
  const failures = linkTo('log', null, { status: 'failure' });
  const tiles: readonly TileToShow[] = [
    {
      name: 'In scope',
      icon: 'people',
      // Who is entitled is stored by cycles: before the first one has ended nobody has counted.
      value: lastExecution === null && people.inScope === 0 ? undefined : people.inScope,
      text: 'entitled in Entra',
    },
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
      name: 'Waiting',
      icon: 'hourglass',
      value: people.waitingForSeat,
      text: 'for a seat',
      tone: 'warn',
      link: failures,
    },
    { name: 'Held', icon: 'lock', value: people.held, text: 'an admin decides', tone: 'warn' },
    ...seatTile(licenses.value),
    ...credentialTile(connection.credentials),
  ];
  return (
    <ul class="tiles" aria-label="People">
      {tiles.map((tile) => (
        <Tile key={tile.name} {...tile} />
      ))}
    </ul>
  );
}

/** The given licence with the fewest seats left: nobody gets access any more when it is out. */
function seatTile(licenses: LicensesAnswer | undefined): readonly TileToShow[] {
  const [scarcest] = (licenses?.value ?? [])
    .filter(({ isGiven, free }) => isGiven && free !== null)
    .sort((one, other) => (one.free ?? 0) - (other.free ?? 0));
  if (scarcest === undefined) return [];
  const isOut = scarcest.free === 0;
  return [
    {
      name: 'Seats free',
      icon: 'seat',
      value: isOut ? 'none' : (scarcest.free ?? undefined),
      text: `of ${number(scarcest.seats ?? 0)}, ${scarcest.description || scarcest.key}`,
      link: linkTo('connection'),
      ...(isOut ? { tone: 'warn' as const } : {}),
    },
  ];
}

function credentialTile(credentials: JobAnswer['status']['connection']['credentials']): readonly TileToShow[] {
  const next = nextToEnd(credentials);
  if (next === undefined) return [];
  const days = next.daysLeft ?? 0;
  return [
    {
      name: 'Days left',
      icon: 'key',
      value: days === 0 ? 'none' : days,
      text: NAMES[next.name],
      link: linkTo('connection'),
      ...(days <= SOON_DAYS ? { tone: 'bad' as const } : {}),
    },
  ];
}
