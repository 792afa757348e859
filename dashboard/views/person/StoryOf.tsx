import type { ComponentChildren } from 'preact';
import type { UserAnswer } from '../../../shared/api/answers/UserAnswer';
import { ago, inFull, many, words } from '../../data/words';
import { ActionWord } from '../../parts/ActionWord';
import { Facts } from '../../parts/Card';
import { ChangeTable } from '../../parts/Changes';
import { Icon } from '../../parts/Icon';
import { StoryStep } from '../../parts/StoryStep';

/** From Entra to GoTo, in the order in which it is decided. */
export function StoryOf({ person }: { person: UserAnswer }) {
  return (
    <ol class="story">
      <InEntra of={person} />
      <Assigned of={person} />
      <InScope of={person} />
      <Mapped of={person} />
      <Account of={person} />
      <Next of={person} />
    </ol>
  );
}

const STATES: Readonly<Record<UserAnswer['source']['state'], readonly [tone: 'good' | 'bad' | 'warn', text: string]>> =
  {
    active: ['good', 'In Entra, and may sign in'],
    signInBlocked: ['warn', 'In Entra, but sign-in is blocked'],
    softDeleted: ['warn', 'In the recycle bin of Entra'],
    hardDeleted: ['bad', 'Not in Entra any more'],
    unknown: ['warn', 'What Entra says is not known'],
  };

function InEntra({ of: { id, source } }: { of: UserAnswer }) {
  const [tone, title] = STATES[source.state];
  const isAsLastRead = source.error !== null && source.state !== 'unknown';
  return (
    <StoryStep
      tone={source.error === null ? tone : 'warn'}
      title={isAsLastRead ? `When last read: ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title}
    >
      {source.error !== null && <p>{source.error.message}</p>}
      <Facts
        of={[
          ['User principal name', source.userPrincipalName ?? 'none'],
          ['Mail', source.mail ?? 'none'],
          ['Object id', <code>{id}</code>],
        ]}
      />
    </StoryStep>
  );
}

const WAYS: Partial<Record<UserAnswer['assignments'][number]['via'], string>> = {
  direct: 'Directly',
  directory: 'As everybody in the directory',
};

function Assigned({ of: { assignments, scope } }: { of: UserAnswer }) {
  if (assignments.length === 0)
    return (
      <StoryStep
        tone="quiet"
        title={scope === null ? 'Assignments: not known' : 'Not assigned to the enterprise application'}
      />
    );
  return (
    <StoryStep
      tone={scope === null ? 'quiet' : scope.isEntitled ? 'good' : 'warn'}
      title={
        scope === null
          ? 'Was assigned to the enterprise application when last read'
          : scope.isEntitled
            ? 'Assigned to the enterprise application'
            : 'Assigned, but with no role that gives a licence'
      }
    >
      <ul class="plain">
        {assignments.map(({ via, groupName, groupId, roles }, index) => (
          <li key={index}>
            {WAYS[via] ?? <>Through group “{groupName ?? groupId}”</>}
            {scope !== null && (
              <>, as {roles.map(({ id, displayName }) => displayName ?? id).join(', ') || 'no role'}</>
            )}
          </li>
        ))}
      </ul>
    </StoryStep>
  );
}

function InScope({ of: { scope } }: { of: UserAnswer }) {
  if (scope === null) return <StoryStep tone="quiet" title="Scope: not known" />;
  return (
    <StoryStep tone={scope.isInScope ? 'good' : 'quiet'} title={scope.isInScope ? 'In scope' : 'Not in scope'}>
      {scope.clauses.length === 0 ? (
        <p class="quiet">
          {scope.isInScope ? 'No scoping filter is set.' : 'Because of what stands above; no scoping filter is set.'}
        </p>
      ) : (
        <ul class="plain">
          {scope.clauses.map(({ attribute, operator, operands, value, holds }, index) => (
            <li key={index}>
              <Icon name={holds ? 'check' : 'error'} class={holds ? 'good' : 'bad'} />{' '}
              <span class="unseen">{holds ? 'holds: ' : 'does not hold: '}</span>
              <code>{attribute}</code> {words(operator.replaceAll('_', ' ')).toLowerCase()}{' '}
              {operands.length > 0 && <code>{operands.join(', ')}</code>}
              <span class="quiet"> — it is {printed(value)}</span>
            </li>
          ))}
        </ul>
      )}
    </StoryStep>
  );
}

function Mapped({ of: { mapped, scope } }: { of: UserAnswer }) {
  if (mapped === null)
    return (
      <StoryStep
        tone="quiet"
        title={scope === null ? 'What the mapping gives is not known' : 'The mapping gives nothing'}
      />
    );
  const licenses = mapped.licenses.map(({ key, description }) => description || key).join(', ');
  return (
    <StoryStep tone="good" title="What the mapping gives">
      <Facts
        of={[
          ...Object.entries(mapped.attributes).map(([name, value]): readonly [string, ComponentChildren] => [
            name,
            value === '' ? 'none' : value,
          ]),
          ['Licences', licenses || 'none'],
          ...(mapped.group === null ? [] : [['User group', mapped.group] as const]),
        ]}
      />
    </StoryStep>
  );
}

const ACCOUNTS: Readonly<Record<UserAnswer['account']['state'], string>> = {
  found: 'Has an account in GoTo',
  none: 'Has no account in GoTo',
  several: 'Has several accounts in GoTo',
  unknown: 'What GoTo has is not known',
};

function Account({ of: { account, link } }: { of: UserAnswer }) {
  const isManaged = link !== null && link.state === 'active';
  const tone =
    account.state === 'found' ? (isManaged ? 'good' : 'warn') : account.state === 'several' ? 'bad' : 'quiet';
  const origins = { created: 'made by the connector', adopted: 'found and taken over' };
  return (
    <StoryStep tone={tone} title={ACCOUNTS[account.state]}>
      {account.error !== null && <p>{account.error.message}</p>}
      {account.state === 'found' && (
        <Facts
          of={[
            ['Status', words((account.status ?? 'unknown').toLowerCase())],
            ['Address', account.email ?? 'none'],
            ['Name', `${account.firstName ?? ''} ${account.lastName ?? ''}`],
            ['Licences', account.licenses.map(({ key, description }) => description || key).join(', ') || 'none'],
            ...(account.groupKey === null
              ? []
              : [['User group', account.groupName ?? <code>{account.groupKey}</code>] as const]),
            ['Managed', link === null ? 'No' : `${words(link.state)}, ${origins[link.origin]}`],
            ...(link?.disabledDateTime == null ? [] : [['Disabled', ago(link.disabledDateTime)] as const]),
            ...(link?.deletionDateTime == null
              ? []
              : [['Deleted', `by your approval, from ${inFull(link.deletionDateTime)} on`] as const]),
            ...(account.isAdmin ? [['Role', 'Administrator: never written to'] as const] : []),
            ['Account key', <code>{account.key}</code>],
          ]}
        />
      )}
      {account.state !== 'found' && account.lookedFor.length > 0 && (
        <p class="quiet">
          Looked for {account.lookedFor.map(({ value, found }) => `${value} (${found} found)`).join(', ')}.
        </p>
      )}
    </StoryStep>
  );
}

const CYCLES = { incremental: 'The next cycle', full: 'The next full cycle' } as const;

function Next({ of: { next, waiting, hold } }: { of: UserAnswer }) {
  const isNothing = next === null || next.action === 'none';
  const tone = hold !== null ? 'warn' : waiting?.errorCode != null ? 'bad' : isNothing ? 'quiet' : 'busy';
  const when = next?.dateTime ?? null;
  return (
    <StoryStep
      tone={tone}
      title={next === null ? 'What comes next is not known' : isNothing ? 'Nothing is to be done' : 'What comes next'}
    >
      {next !== null && (
        <p>
          {!isNothing && <ActionWord action={next.action} />} {next.why}
          {when !== null && !isNothing && (
            <span class="quiet">
              {' '}
              {CYCLES[next.mode]} comes {ago(when)}.
            </span>
          )}
        </p>
      )}
      {next !== null && next.changes.length > 0 && (
        <ChangeTable
          rows={next.changes.map(({ displayName, oldValue, newValue }) => ({
            name: displayName,
            old: oldValue,
            next: newValue,
          }))}
        />
      )}
      {waiting !== null && waiting.message !== null && (
        <p>
          {waiting.message} {many(waiting.attempts, 'try', 'tries')} so far
          {waiting.nextAttemptDateTime === null ? '.' : `; again ${inFull(waiting.nextAttemptDateTime)}.`}
        </p>
      )}
    </StoryStep>
  );
}

function printed(value: unknown): string {
  if (value === null || value === '') return 'empty';
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}
