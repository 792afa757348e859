import { useState } from 'preact/hooks';
import type { LogEntryAnswer } from '../../../shared/api/answers/LogAnswer';
import { linkTo } from '../../data/useRoute';
import { duration, inFull, words } from '../../data/words';
import { ActionWord } from '../../parts/ActionWord';
import { Facts } from '../../parts/Card';
import { ChangeTable } from '../../parts/Changes';
import { Drawer } from '../../parts/Drawer';
import { Message } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { Steps } from '../../parts/Steps';
import { actionOf } from './actionOf';

const TABS = [
  ['steps', 'Steps'],
  ['advice', 'Troubleshooting'],
  ['changes', 'Modified properties'],
  ['summary', 'Summary'],
] as const;
type Tab = (typeof TABS)[number][0];

/** One entry with the four tabs of Entra's own log. */
export function LogEntryDrawer({ entry, close }: { entry: LogEntryAnswer; close: () => void }) {
  const [tab, setTab] = useState<Tab>('steps');
  return (
    <Drawer title={entry.sourceIdentity.displayName || 'Entry'} close={close}>
      <p class="drawer-head">
        <Status state={entry.provisioningStatusInfo.status} /> <ActionWord action={actionOf(entry)} />
        <span class="quiet">{inFull(entry.activityDateTime)}</span>
      </p>
      <fluent-tablist
        aria-label="About this entry"
        onChange={(event: Event) => {
          const chosen = (event.target as HTMLElement & { activeid?: string }).activeid ?? '';
          const found = TABS.find(([name]) => `tab-${name}` === chosen);
          if (found !== undefined) setTab(found[0]);
        }}
      >
        {TABS.map(([name, title]) => (
          <fluent-tab key={name} id={`tab-${name}`} onClick={() => setTab(name)}>
            {title}
          </fluent-tab>
        ))}
      </fluent-tablist>
      <div role="tabpanel" aria-label={TABS.find(([name]) => name === tab)?.[1]} tabIndex={0}>
        <Panel tab={tab} entry={entry} />
      </div>
    </Drawer>
  );
}

function Panel({ tab, entry }: { tab: Tab; entry: LogEntryAnswer }) {
  const { errorInformation } = entry.provisioningStatusInfo;
  if (tab === 'steps') return <Steps steps={entry.provisioningSteps} />;
  if (tab === 'changes')
    return (
      <ChangeTable
        rows={entry.modifiedProperties.map(({ displayName, oldValue, newValue }) => ({
          name: displayName,
          old: oldValue,
          next: newValue,
        }))}
      />
    );
  if (tab === 'advice')
    return errorInformation === null ? (
      <Message intent="success" title="Nothing to mend">
        {entry.provisioningSteps.at(-1)?.description}
      </Message>
    ) : (
      <div class="stack">
        <Message intent="warning" title="What to do">
          {errorInformation.recommendedAction ?? 'See the reason below.'}
        </Message>
        {errorInformation.reason !== null && <p>{errorInformation.reason}</p>}
        <Facts
          of={[
            ['Error code', <code>{errorInformation.errorCode}</code>],
            ['Category', words(errorInformation.errorCategory)],
          ]}
        />
      </div>
    );
  return (
    <Facts
      of={[
        entry.sourceIdentity.identityType === 'Group'
          ? ['User group', entry.sourceIdentity.displayName]
          : ['Person', <a href={linkTo('person', entry.sourceIdentity.id)}>{entry.sourceIdentity.displayName}</a>],
        ['Object id in Entra', <code>{entry.sourceIdentity.id}</code>],
        [
          entry.sourceIdentity.identityType === 'Group' ? 'Group in GoTo' : 'Account in GoTo',
          <code>{entry.targetIdentity.id ?? 'none'}</code>,
        ],
        ['When', inFull(entry.activityDateTime)],
        ['Took', duration(entry.durationInMilliseconds)],
        ['Cycle', <a href={linkTo('cycles', entry.cycleId)}>Open the cycle</a>],
        ['Change id', <code>{entry.changeId}</code>],
      ]}
    />
  );
}
