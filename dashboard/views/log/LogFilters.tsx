import { useEffect, useState } from 'preact/hooks';
import { words } from '../../data/words';
import type { LogFilter } from './filterOf';

const ACTIONS = ['create', 'update', 'disable', 'delete', 'other'];
const STATUSES = ['success', 'failure', 'skipped', 'warning'];
/** A word is typed to its end before the server is asked, in ms. */
const TYPING_MS = 400;

export function LogFilters({ filter, change }: { filter: LogFilter; change: (next: LogFilter) => void }) {
  const [person, setPerson] = useState(filter.person ?? '');
  useEffect(() => setPerson(filter.person ?? ''), [filter.person]);
  useEffect(() => {
    if (person === (filter.person ?? '')) return undefined;
    const timer = setTimeout(() => change({ ...filter, person }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [person]);
  const choose = (name: keyof LogFilter) => (event: { currentTarget: HTMLSelectElement }) =>
    change({ ...filter, person, [name]: event.currentTarget.value });
  return (
    <div class="filters">
      <label class="field">
        <span>Person</span>
        <input
          type="search"
          value={person}
          maxLength={200}
          placeholder="Name or object id"
          onInput={(event) => setPerson(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Action</span>
        <select value={filter.action ?? ''} onChange={choose('action')}>
          <option value="">All</option>
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Status</span>
        <select value={filter.status ?? ''} onChange={choose('status')}>
          <option value="">All</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Time</span>
        <select value={filter.days ?? ''} onChange={choose('days')}>
          <option value="">All</option>
          <option value="1">Last 24 hours</option>
          <option value="7">Last 7 days</option>
          <option value="30">Last 30 days</option>
        </select>
      </label>
      {filter.cycle !== undefined && (
        <div class="field">
          <span>Cycle</span>
          <fluent-button size="small" onClick={() => change({ ...filter, cycle: '' })}>
            One cycle only: show all
          </fluent-button>
        </div>
      )}
    </div>
  );
}
