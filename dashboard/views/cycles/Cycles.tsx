import { useEffect } from 'preact/hooks';
import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePages } from '../../data/usePages';
import { replaceQuery } from '../../data/useRoute';
import { Card } from '../../parts/Card';
import { Chips } from '../../parts/Chips';
import { Empty, Waiting } from '../../parts/Loaded';
import { ProblemMessage } from '../../parts/Message';
import { CycleDetail } from './CycleDetail';
import { hasChanges } from './countsInWords';
import { CycleTable } from './CycleTable';
import type { ViewProps } from '../ViewProps';

const PAGE = 100;
/** Most cycles find nothing to do: so many that did something are looked for before the reader has to ask. */
const ENOUGH = 15;

const SHOWN = [
  { value: '', title: 'All' },
  { value: 'changes', title: 'With changes' },
  { value: 'failed', title: 'Failed' },
  { value: 'plans', title: 'Plans' },
  { value: 'full', title: 'Full' },
] as const;
/** What the server is asked for; whether something changed is seen here. */
const FILTERS: Readonly<Record<string, string>> = {
  failed: "state eq 'failed'",
  plans: 'dryRun eq true',
  full: "mode eq 'full' or mode eq 'initial'",
};

/** The list, or one of it. */
export function Cycles(props: ViewProps) {
  const { job, refresh, route } = props;
  if (route.id !== null) return <CycleDetail key={route.id} id={route.id} refreshJob={refresh} />;
  const last = `${job.status.currentCycle?.id ?? ''}${job.status.lastExecution?.activityIdentifier ?? ''}`;
  return <CycleList last={last} {...props} />;
}

/** @param props.last changes when a cycle has begun or ended */
function CycleList({ last, route }: ViewProps & { last: string }) {
  const shown = route.query.get('show') ?? '';
  const filter = FILTERS[shown];
  const cycles = usePages<CycleAnswer>(
    `${JOB}/cycles?$top=${PAGE}${filter === undefined ? '' : `&$filter=${encodeURIComponent(filter)}`}`,
    'value',
  );
  useEffect(() => {
    if (last !== '') cycles.restart();
  }, [last]);
  const rows =
    shown === 'changes' ? cycles.rows.filter((cycle) => cycle.endDateTime === null || hasChanges(cycle)) : cycles.rows;
  useEffect(() => {
    if (!cycles.isLoading && !cycles.isComplete && rows.length < ENOUGH) cycles.more();
  }, [rows.length, cycles.isLoading, cycles.isComplete]);
  return (
    <div class="view">
      <h1>Cycles</h1>
      <Card>
        <Chips
          label="Which cycles"
          chips={SHOWN}
          chosen={shown}
          choose={(value) => replaceQuery(route, value === '' ? {} : { show: value })}
        />
        {cycles.problem !== null && <ProblemMessage problem={cycles.problem} retry={cycles.restart} />}
        {rows.length > 0 && <CycleTable cycles={rows} />}
        {cycles.isLoading && <Waiting />}
        {!cycles.isLoading && rows.length === 0 && cycles.problem === null && (
          <Empty title={shown === '' ? 'No cycle has run yet.' : 'No such cycle.'}>
            {shown === '' ? 'The timer starts the first one.' : 'Cycles are kept as long as the log.'}
          </Empty>
        )}
        {!cycles.isLoading && !cycles.isComplete && rows.length > 0 && (
          <div class="actions">
            <fluent-button onClick={cycles.more}>Older cycles</fluent-button>
          </div>
        )}
      </Card>
    </div>
  );
}
