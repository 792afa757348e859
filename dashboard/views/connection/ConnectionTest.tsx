import { useState } from 'preact/hooks';
import type { ConnectionAnswer } from '../../../shared/api/answers/ConnectionAnswer';
import { get, JOB } from '../../data/ApiClient';
import { words } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card } from '../../parts/Card';
import { Icon } from '../../parts/Icon';
import { tell } from '../../parts/Notices';
import { Status } from '../../parts/Status';

const TITLES: Readonly<Record<string, string>> = {
  entraToken: 'Sign-in to Entra',
  entraApp: 'Enterprise application',
  entraRoles: 'App roles',
  entraAssignments: 'Assignments',
  entraUsers: 'Users',
  entraGroupMembers: 'Members of groups',
  gotoToken: 'Sign-in to GoTo',
  gotoScope: 'Scope of the token',
  gotoAccount: 'Account',
  gotoRole: 'Role of the administrator',
  gotoLicenses: 'Licences',
  gotoClock: 'Clock',
  gotoRate: 'Pace',
  storage: 'Table Storage',
  serviceBus: 'Service Bus',
  keyVault: 'Key Vault',
  signIn: 'Sign-in to this page',
};

/** A line that waits for another one calls that by its code. */
const named = (message: string): string =>
  message.replace(/(?<=because )(\w+)(?= failed)/, (check) => `“${TITLES[check] ?? words(check)}”`);

/** Graph's "Test Connection": each permission by a real call, with what to do where one is missing. Writes nothing. */
export function ConnectionTest() {
  const [answer, setAnswer] = useState<ConnectionAnswer | null>(null);
  const test = async (): Promise<string | undefined> => {
    setAnswer(null);
    const found = await get<ConnectionAnswer>(`${JOB}/validateCredentials`, { method: 'POST', body: {} });
    setAnswer(found);
    if (found.valid) return 'The connection works.';
    tell('error', 'Something is missing: see the lines.');
    return undefined;
  };
  return (
    <Card
      title="Test the connection"
      actions={
        <ActionButton isReading run={test}>
          <Icon name="beaker" slot="start" /> Test connection
        </ActionButton>
      }
    >
      {answer === null ? (
        <p class="quiet">Every permission in Entra and GoTo is tried by a real call. Nothing is written.</p>
      ) : (
        <ul class="checks" aria-label="What was tested">
          {answer.lines.map(({ check, status, message }) => (
            <li key={check}>
              <Status state={status} text={TITLES[check] ?? words(check)} />
              <span class="unseen">{words(status)}: </span>
              <span>{named(message)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
