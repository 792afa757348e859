import type { CyclesAnswer } from '../../../shared/api/answers/CycleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { ago, many } from '../../data/words';
import { linkTo } from '../../data/useRoute';
import { Card } from '../../parts/Card';
import { Hero } from '../../parts/Hero';
import { Loaded, Empty } from '../../parts/Loaded';
import { Message } from '../../parts/Message';
import { CycleTable } from '../cycles/CycleTable';
import { History } from './History';
import { JobActions } from './JobActions';
import { JobFacts } from './JobFacts';
import { PeopleTiles } from './PeopleTiles';
import { Progress } from './Progress';
import { stateInWords } from './stateInWords';
import type { ViewProps } from '../ViewProps';

const LAST = 6;

/** The state in words, what runs, whom it is about, and how it went. */
export function Overview({ job, refresh }: ViewProps) {
  const { status } = job;
  const cycles = usePoll<CyclesAnswer>(`${JOB}/cycles?$top=${LAST}`, 5_000);
  const newest = status.currentCycle ?? cycles.value?.value[0];
  // Of removals that an admin rejected nothing is left to be said here.
  const warnings = newest === undefined || newest.state === 'rejected' ? [] : newest.warnings;
  // What waits for a decision is said above; the cycle's own words stand on its page.
  const shown = status.awaitingApproval === null && status.firstPlan === null ? warnings : [];
  const said = stateInWords(job);
  return (
    <div class="view">
      <Hero tone={said.tone} title={said.title} text={said.text} actions={<JobActions job={job} refresh={refresh} />}>
        {status.currentCycle !== null && <Progress cycle={status.currentCycle} stages={status.currentStages} />}
        <JobFacts job={job} />
      </Hero>
      {status.awaitingApproval !== null && (
        <Message
          intent="warning"
          title={`${waitingOf(status.awaitingApproval)} for your decision.`}
          action={<a href={linkTo('cycles', status.awaitingApproval.cycleId)}>Look who and why</a>}
        >
          Planned {ago(status.awaitingApproval.sinceDateTime)}.{' '}
          {status.awaitingApproval.deletions > 0
            ? 'These people lost access long ago; their accounts stay until you decide.'
            : 'These people keep their access until you decide.'}
        </Message>
      )}
      {status.firstPlan !== null && (
        <Message
          intent="warning"
          title="The first plan waits for your decision."
          action={<a href={linkTo('cycles', status.firstPlan.cycleId)}>Look who and why</a>}
        >
          It says for each person what would be done and why. “Apply” does exactly that.
        </Message>
      )}
      {shown.map((warning) => (
        <Message key={warning} intent="warning">
          {warning}
        </Message>
      ))}
      <PeopleTiles status={status} />
      <Card title="Last cycles" actions={<a href={linkTo('cycles')}>All cycles</a>}>
        <Loaded of={cycles}>
          {({ value }) =>
            value.length === 0 ? (
              <Empty title="No cycle has run yet.">
                {status.connection.connected
                  ? 'The timer starts the first one, or choose “Sync now”.'
                  : 'The timer starts the first one when the connector is authorized.'}
              </Empty>
            ) : (
              <CycleTable cycles={value} />
            )
          }
        </Loaded>
      </Card>
      <History last={status.lastExecution?.activityIdentifier ?? ''} />
    </div>
  );
}

const waitingOf = ({ removals, deletions }: { readonly removals: number; readonly deletions: number }): string =>
  deletions > 0
    ? many(deletions, 'account to delete waits', 'accounts to delete wait')
    : many(removals, 'removal waits', 'removals wait');
