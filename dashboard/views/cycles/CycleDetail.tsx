import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { linkTo } from '../../data/useRoute';
import { inFull, number, words } from '../../data/words';
import { Card, Facts } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { Message } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { Progress } from '../overview/Progress';
import { CycleActions } from './CycleActions';
import { countsInWords } from './countsInWords';
import { modeInWords, tookOf } from './CycleTable';
import { Plan } from './Plan';

/** One cycle: what it did, what it intends, and what can be done with it. */
export function CycleDetail({ id, refreshJob }: { id: string; refreshJob: () => void }) {
  const cycle = usePoll<CycleAnswer>(`${JOB}/cycles/${encodeURIComponent(id)}`, 2_000);
  return (
    <div class="view">
      <div>
        <a class="back" href={linkTo('cycles')}>
          ‹ All cycles
        </a>
      </div>
      <Loaded of={cycle}>
        {(value) => (
          <>
            <div class="view-head">
              <h1>
                {modeInWords(value)} cycle, {inFull(value.startDateTime)}
              </h1>
              <CycleActions
                cycle={value}
                done={() => {
                  cycle.refresh();
                  refreshJob();
                }}
              />
            </div>
            {value.error !== null && (
              <Message intent="error" title={value.endDateTime === null ? 'It is stopping' : 'It failed'}>
                {value.error}
              </Message>
            )}
            {value.warnings.map((warning) => (
              <Message key={warning} intent="warning">
                {warning}
              </Message>
            ))}
            <Card>
              {value.endDateTime === null && <Progress cycle={value} />}
              <Facts of={factsOf(value)} />
            </Card>
            <Plan cycle={value} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function factsOf(cycle: CycleAnswer): readonly (readonly [string, preact.ComponentChildren])[] {
  const { calls, skippedByReason } = cycle;
  const skipped = Object.entries(skippedByReason).sort(([, a], [, b]) => b - a);
  return [
    ['State', <Status state={cycle.state} />],
    ['Started by', words(cycle.trigger)],
    ['Took', tookOf(cycle)],
    ['What changed', countsInWords(cycle)],
    [
      'Left as they were',
      skipped.length === 0
        ? 'Nobody'
        : skipped.map(([reason, count]) => (
            <div key={reason}>
              {number(count)} {words(reason).toLowerCase()}
            </div>
          )),
    ],
    [
      'Calls',
      `${number(calls['graph'] ?? 0)} to Graph, ${number(calls['gotoReads'] ?? 0)} reads and ${number(calls['gotoWrites'] ?? 0)} writes of GoTo`,
    ],
    ['Told to wait', `${number(calls['throttled'] ?? 0)} times`],
    ['Id', <code>{cycle.id}</code>],
  ];
}
