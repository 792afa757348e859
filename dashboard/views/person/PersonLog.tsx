import { useState } from 'preact/hooks';
import type { LogEntryAnswer } from '../../../shared/api/answers/LogAnswer';
import type { UserAnswer } from '../../../shared/api/answers/UserAnswer';
import { linkTo } from '../../data/useRoute';
import { inFull } from '../../data/words';
import { ActionWord } from '../../parts/ActionWord';
import { Card } from '../../parts/Card';
import { Empty } from '../../parts/Loaded';
import { Status } from '../../parts/Status';
import { actionOf } from '../log/actionOf';
import { LogEntryDrawer } from '../log/LogEntryDrawer';

/** What happened to the person, newest first. */
export function PersonLog({ person }: { person: UserAnswer }) {
  const [open, setOpen] = useState<LogEntryAnswer | null>(null);
  return (
    <Card title="What happened" actions={<a href={linkTo('log', null, { person: person.id })}>All in the log</a>}>
      {person.log.length === 0 ? (
        <Empty title="The log has nothing of this person yet." />
      ) : (
        <table class="table table-stacks" aria-label="Log of the person, newest first">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Action</th>
              <th scope="col">Status</th>
              <th scope="col">What happened</th>
            </tr>
          </thead>
          <tbody>
            {person.log.map((entry) => (
              <tr key={entry.id}>
                <td class="nowrap">
                  <button type="button" class="link" onClick={() => setOpen(entry)}>
                    {inFull(entry.activityDateTime)}
                  </button>
                </td>
                <td>
                  <ActionWord action={actionOf(entry)} />
                </td>
                <td>
                  <Status state={entry.provisioningStatusInfo.status} />
                </td>
                <td>
                  {entry.provisioningStatusInfo.errorInformation?.reason ?? entry.provisioningSteps.at(-1)?.description}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {open !== null && <LogEntryDrawer entry={open} close={() => setOpen(null)} />}
    </Card>
  );
}
