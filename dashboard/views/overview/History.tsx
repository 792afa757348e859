import { useMemo, useState } from 'preact/hooks';
import type { HistoryAnswer } from '../../../shared/api/answers/HistoryAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { Card } from '../../parts/Card';
import { Chart } from '../../parts/Chart';
import { Loaded } from '../../parts/Loaded';

const PERIODS = [
  [1, '24 hours'],
  [7, '7 days'],
  [30, '30 days'],
] as const;

const ACTIONS = [
  ['Created or linked', ['created', 'linked'], '--chart-1'],
  ['Updated', ['updated', 'reenabled'], '--chart-2'],
  ['Disabled', ['disabled', 'deleted'], '--chart-3'],
  ['Failed', ['failed', 'parked'], '--chart-4'],
] as const;

/** Actions and durations over time. @param props.last the newest cycle that ended: what makes the charts change */
export function History({ last }: { last: string }) {
  const [days, setDays] = useState<number>(1);
  const history = usePoll<HistoryAnswer>(`${JOB}/history?days=${days}&after=${last}`, 0);
  return (
    <Card
      title="History"
      actions={
        <div class="choice" role="group" aria-label="Period">
          {PERIODS.map(([value, name]) => (
            <button key={value} type="button" aria-pressed={days === value} onClick={() => setDays(value)}>
              {name}
            </button>
          ))}
        </div>
      }
    >
      <Loaded of={history}>{(value) => <Charts history={value} />}</Loaded>
    </Card>
  );
}

function Charts({ history: { buckets } }: { history: HistoryAnswer }) {
  const { times, actions, durations } = useMemo(
    () => ({
      times: buckets.map((bucket) => Date.parse(bucket.startDateTime) / 1_000),
      actions: ACTIONS.map(([label, names, color]) => ({
        label,
        color,
        values: buckets.map(({ counts }) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)),
      })),
      durations: [
        { label: 'Longest cycle', color: '--chart-2', values: buckets.map(({ longestSeconds }) => longestSeconds) },
      ],
    }),
    [buckets],
  );
  return (
    <div class="charts">
      <Chart title="Changes" times={times} lines={actions} unit="" kind="bars" isStacked />
      <Chart title="Duration of cycles" times={times} lines={durations} unit=" s" kind="line" />
    </div>
  );
}
