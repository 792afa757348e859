import { useState } from 'preact/hooks';
import type { UserAnswer } from '../../../shared/api/answers/UserAnswer';
import { ask, JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { linkTo } from '../../data/useRoute';
import { ago, inFull } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card } from '../../parts/Card';
import { Hero } from '../../parts/Hero';
import { Icon } from '../../parts/Icon';
import { Loaded } from '../../parts/Loaded';
import { Message } from '../../parts/Message';
import type { Tone } from '../../parts/Tone';
import { OnDemand } from './OnDemand';
import { PersonLog } from './PersonLog';
import { StoryOf } from './StoryOf';

/** Everything that is known of one person, and what can be done. @param props.name object id, mail or user principal name */
export function PersonStory({ name, refreshJob }: { name: string; refreshJob: () => void }) {
  const path = `${JOB}/users/${encodeURIComponent(name)}`;
  const user = usePoll<UserAnswer>(path, 0);
  /** Which kind was asked for last, and how often: each time begins anew. */
  const [demand, setDemand] = useState<{ readonly dryRun: boolean; readonly round: number } | null>(null);
  const start = (dryRun: boolean): Promise<undefined> => {
    setDemand((old) => ({ dryRun, round: (old?.round ?? 0) + 1 }));
    return Promise.resolve(undefined);
  };
  const done = (): void => {
    user.refresh();
    refreshJob();
  };
  return (
    <Loaded of={user}>
      {(person) => (
        <>
          <Hero
            tone={toneOf(person)}
            sign="person"
            title={person.displayName || person.id}
            text={withoutToDo(person)}
            actions={
              <div class="actions">
                {person.hold !== null && (
                  <ActionButton
                    appearance="primary"
                    run={async () => {
                      await ask(`${JOB}/users/${encodeURIComponent(person.id)}/release`, { method: 'POST', body: {} });
                      done();
                      return 'Released. The next cycle does what is due.';
                    }}
                    ask={{
                      title: `Release ${person.displayName}?`,
                      text: 'The connector may change the account again: the next cycle does what Entra says.',
                      yes: 'Release',
                    }}
                  >
                    <Icon name="lock" slot="start" /> Release
                  </ActionButton>
                )}
                <ActionButton id="provision" run={() => start(false)}>
                  <Icon name="play" slot="start" /> Provision now
                </ActionButton>
                <ActionButton id="preview" run={() => start(true)}>
                  What would happen?
                </ActionButton>
              </div>
            }
          />
          {person.whatToDo !== null && (
            <Message intent="warning" title="What to do">
              {person.whatToDo}
            </Message>
          )}
          {person.staged !== null && (
            <Message
              intent="warning"
              title={`The removal waits for an approval; it was planned ${ago(person.staged.sinceDateTime)}.`}
              action={<a href={linkTo('cycles', person.staged.cycleId)}>Open the plan</a>}
            />
          )}
          {demand !== null && <OnDemand key={demand.round} id={person.id} dryRun={demand.dryRun} done={done} />}
          <Card title="Story" actions={<span class="quiet">Read {inFull(person.readDateTime)}</span>}>
            <StoryOf person={person} />
          </Card>
          <PersonLog person={person} />
        </>
      )}
    </Loaded>
  );
}

/** The sentence without its last part, which stands in a message of its own. */
const withoutToDo = ({ answer, whatToDo }: UserAnswer): string =>
  whatToDo === null ? answer : `${answer.split(' – what to do: ', 1)[0] ?? answer}.`;

function toneOf({ source, hold, staged, waiting, account, link, scope }: UserAnswer): Tone {
  if (waiting !== null && waiting.errorCode !== null) return 'bad';
  if (hold !== null || staged !== null || account.state === 'several' || source.error !== null) return 'warn';
  if (account.state === 'found' && link?.state === 'active') return 'good';
  return scope?.isInScope === true ? 'busy' : 'quiet';
}
