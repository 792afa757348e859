import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { linkTo } from '../../data/useRoute';
import { inFull, many, number, words } from '../../data/words';
import { Card, Facts } from '../../parts/Card';
import { Hero } from '../../parts/Hero';
import { Loaded } from '../../parts/Loaded';
import { Message } from '../../parts/Message';
import { toneOf } from '../../parts/Status';
import { Progress } from '../overview/Progress';
import { CycleActions } from './CycleActions';
import { countsInWords, nothingInWords } from './countsInWords';
import { modeInWords, tookOf } from './CycleTable';
import { Plan } from './Plan';

/** One cycle: what it did, what it intends, and what can be done with it. */
export function CycleDetail({ id, refreshJob }: { id: string; refreshJob: () => void }) {
  const cycle = usePoll<CycleAnswer>(`${JOB}/cycles/${encodeURIComponent(id)}`, 2_000);
  // What the frame says of the job is not to be older than what is said of the cycle below it.
  useEffect(refreshJob, [cycle.value?.state]);
  const done = (): void => {
    cycle.refresh();
    refreshJob();
  };
  return (
    <div class="view">
      <a class="back" href={linkTo('cycles')}>
        ‹ All cycles
      </a>
      <Loaded of={cycle}>
        {(value) => (
          <>
            <Hero
              tone={toneOf(value.state)}
              title={`${modeInWords(value)} cycle: ${words(value.state).toLowerCase()}`}
              text={outcomeInWords(value)}
              actions={<CycleActions cycle={value} done={done} />}
            >
              {value.endDateTime === null && <Progress cycle={value} />}
            </Hero>
            {value.error !== null && (
              <Message intent="error" title={value.endDateTime === null ? 'It is stopping' : 'Why it failed'}>
                {value.error}
              </Message>
            )}
            {value.warnings.map((warning) => (
              <Message key={warning} intent="warning">
                {warning}
              </Message>
            ))}
            <Card title="Facts">
              <Facts of={factsOf(value)} />
            </Card>
            <Plan key={value.state} cycle={value} />
          </>
        )}
      </Loaded>
    </div>
  );
}

const CycleLink = ({ id }: { id: string }) => <a href={linkTo('cycles', id)}>Open the cycle</a>;

function outcomeInWords(cycle: CycleAnswer): string {
  if (cycle.state === 'awaitingApproval')
    return `${many(cycle.counts['staged'] ?? 0, 'removal waits', 'removals wait')} for your decision. Everything else is done; these people keep what they have until then.`;
  if (cycle.state === 'planned')
    return cycle.appliedBy === null
      ? 'This is a plan: nothing was changed. It can be applied exactly as it stands.'
      : 'This is a plan, and it was applied: the cycle that did it says what came of it.';
  if (cycle.state === 'superseded' && (cycle.counts['staged'] ?? 0) > 0)
    return 'Nobody decided about its removals before a later cycle planned them anew: that one may wait for you.';
  if (cycle.state === 'rejected')
    return 'An admin rejected its removals: these people keep what they have, and are left alone until they are released.';
  const counts = countsInWords(cycle);
  if (cycle.endDateTime === null) return counts === null ? 'Nothing has changed yet.' : `So far: ${counts}.`;
  return `${counts ?? 'Nothing was to be changed'}, in ${tookOf(cycle)}.`;
}

function factsOf(cycle: CycleAnswer): readonly (readonly [string, ComponentChildren])[] {
  const { calls, skippedByReason } = cycle;
  const skipped = Object.entries(skippedByReason).sort(([, a], [, b]) => b - a);
  const throttled = calls['throttled'] ?? 0;
  return [
    ['Began', inFull(cycle.startDateTime)],
    ['Ended', cycle.endDateTime === null ? 'Not yet' : inFull(cycle.endDateTime)],
    ['Took', tookOf(cycle)],
    ['Started by', cycle.trigger === 'http' ? 'A request' : 'The timer'],
    ...(cycle.from === null
      ? []
      : [[cycle.mode === 'revert' ? 'Takes back' : 'Made from', <CycleLink id={cycle.from} />] as const]),
    ...(cycle.appliedBy === null ? [] : [['Applied by', <CycleLink id={cycle.appliedBy} />] as const]),
    ['What changed', countsInWords(cycle) ?? nothingInWords(cycle)],
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
    ['Calls to Graph', number(calls['graph'] ?? 0)],
    [
      'Calls to GoTo',
      `${many(calls['gotoReads'] ?? 0, 'read', 'reads')}, ${many(calls['gotoWrites'] ?? 0, 'write', 'writes')}`,
    ],
    ['Told to slow down', throttled === 0 ? 'Never' : many(throttled, 'time', 'times')],
    ['Log', <a href={linkTo('log', null, { cycle: cycle.id })}>Entries of this cycle</a>],
    ['Id', <code>{cycle.id}</code>],
  ];
}
