import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePages } from '../../data/usePages';
import { useEffect } from 'preact/hooks';
import { Card } from '../../parts/Card';
import { Empty, Waiting } from '../../parts/Loaded';
import { ProblemMessage } from '../../parts/Message';
import { CycleDetail } from './CycleDetail';
import { CycleTable } from './CycleTable';
import type { ViewProps } from '../ViewProps';

const PAGE = 50;

/** The list, or one of it. */
export function Cycles({ job, refresh, route }: ViewProps) {
  return route.id === null ? (
    <CycleList last={`${job.status.currentCycle?.id ?? ''}${job.status.lastExecution?.activityIdentifier ?? ''}`} />
  ) : (
    <CycleDetail key={route.id} id={route.id} refreshJob={refresh} />
  );
}

function CycleList({ last }: { last: string }) {
  const cycles = usePages<CycleAnswer>(`${JOB}/cycles?$top=${PAGE}`, 'value');
  // A cycle has begun or ended since.
  useEffect(cycles.restart, [last]);
  return (
    <div class="view">
      <h1>Cycles</h1>
      <Card>
        {cycles.problem !== null && <ProblemMessage problem={cycles.problem} retry={cycles.restart} />}
        {cycles.rows.length > 0 && <CycleTable cycles={cycles.rows} />}
        {cycles.isLoading && <Waiting />}
        {!cycles.isLoading && cycles.rows.length === 0 && cycles.problem === null && (
          <Empty title="No cycle has run yet.">The timer starts the first one.</Empty>
        )}
        {!cycles.isLoading && !cycles.isComplete && cycles.rows.length > 0 && (
          <fluent-button onClick={cycles.more}>Older cycles</fluent-button>
        )}
      </Card>
    </div>
  );
}
