import { useEffect } from 'preact/hooks';
import { useTyped } from '../../data/useTyped';
import { words } from '../../data/words';
import { actionInWords } from '../../parts/ActionWord';
import type { LogFilter } from './filterOf';

const ACTIONS = ['create', 'link', 'update', 'disable', 'reenable', 'delete', 'none'];
const STATUSES = ['success', 'failure', 'skipped', 'warning'];

export function LogFilters({ filter, change }: { filter: LogFilter; change: (next: LogFilter) => void }) {
  const [settled, person, setPerson] = useTyped(filter.person ?? '');
  useEffect(() => setPerson(filter.person ?? ''), [filter.person]);
  useEffect(() => {
    if (settled === person && settled !== (filter.person ?? '')) change({ ...filter, person: settled });
  }, [settled]);
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
          placeholder="Name, address or object id"
          onInput={(event) => setPerson(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Action</span>
        <select value={filter.action ?? ''} onChange={choose('action')}>
          <option value="">All</option>
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {actionInWords(one)}
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
