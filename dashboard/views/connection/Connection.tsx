import { Fragment } from 'preact';
import { get } from '../../data/ApiClient';
import { inFull } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card, Facts } from '../../parts/Card';
import { Hero } from '../../parts/Hero';
import { Icon } from '../../parts/Icon';
import type { ViewProps } from '../ViewProps';
import { ConnectionTest } from './ConnectionTest';
import { Credentials } from './Credentials';
import { Licenses } from './Licenses';

/** Where GoTo leads the browser back to: it has to stand in the OAuth client. */
const REDIRECT = `${location.origin}/api/connection/callback`;
/** Too long for a line, it is broken behind a slash and not within a word. */
const REDIRECT_PARTS = REDIRECT.split(/(?<=\/)/);
/** The answer to "when was the last good cycle" before there was one. */
const NEVER = '0001-';

/** Whether the connector can sign in to GoTo, and how to make it so. */
export function Connection({ job }: ViewProps) {
  const { connection, steadyStateLastAchievedTime: lastGood } = job.status;
  return (
    <div class="view">
      {connection.connected ? (
        <Hero
          tone="good"
          sign="plug"
          title="Connected to GoTo"
          text={
            lastGood.startsWith(NEVER)
              ? 'There is something to sign in to GoTo with. The first cycle shows whether GoTo takes it.'
              : `GoTo last took it in the cycle that ended ${inFull(lastGood)}.`
          }
          actions={<Authorize title="Authorize anew" />}
        />
      ) : (
        <Hero
          tone="bad"
          sign="plug"
          title="Not connected to GoTo"
          text={connection.toDo ?? 'Authorize the connector at GoTo.'}
          actions={<Authorize title="Authorize" isFirst />}
        />
      )}
      {connection.connected && <Credentials of={connection.credentials} />}
      <ConnectionTest />
      {connection.connected && <Licenses />}
      <Card title="How it is done">
        <ol class="ways">
          <li>
            <h3>Make an OAuth client</h3>
            <p>
              At developer.logmeininc.com/clients, with the grant types “authorization code” and “refresh token”, the
              scope <code>identity:</code> and this redirect address:
            </p>
            <p class="copy">
              <code class="copied">
                {REDIRECT_PARTS.map((part) => (
                  <Fragment key={part}>
                    {part}
                    <wbr />
                  </Fragment>
                ))}
              </code>
              <ActionButton
                isReading
                size="small"
                run={async () => {
                  await navigator.clipboard.writeText(REDIRECT);
                  return 'The address is copied.';
                }}
              >
                Copy
              </ActionButton>
            </p>
          </li>
          <li>
            <h3>Tell the connector</h3>
            <p>
              Set <code>GOTO_CLIENT_ID</code>, and store the client’s secret as <code>goto-client-secret</code> in Key
              Vault.
            </p>
          </li>
          <li>
            <h3>Authorize</h3>
            <p>
              “Authorize” leads you to GoTo. Agree there as an administrator who may manage users: best an account of
              its own, which nobody offboards.
            </p>
          </li>
        </ol>
      </Card>
      <Card title="What runs">
        <Facts
          of={[
            ['Release', job.releaseVersion],
            ['Mapping', <code>{job.mappingVersion}</code>],
            ['Schedule', <code>{job.schedule.expression}</code>],
            ['Next cycle', job.schedule.nextRunDateTime === null ? 'None' : inFull(job.schedule.nextRunDateTime)],
            [
              'Removal limit',
              job.synchronizationJobSettings.find(({ name }) => name === 'QuarantineTooManyDeletesThreshold')?.value ??
                'none',
            ],
          ]}
        />
      </Card>
    </div>
  );
}

/** The key is in no address, so the page asks where to go and leads there itself. */
function Authorize({ title, isFirst }: { title: string; isFirst?: boolean }) {
  return (
    <div class="actions">
      <ActionButton
        appearance={isFirst === true ? 'primary' : 'secondary'}
        run={async () => {
          const { url } = await get<{ readonly url: string }>('/api/connection/authorize');
          location.assign(url);
          return undefined;
        }}
      >
        <Icon name="key" slot="start" /> {title}
      </ActionButton>
    </div>
  );
}
