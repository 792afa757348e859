import { ask, get, JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { inFull } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { saveFile } from '../../data/saveFile';

interface VersionsAnswer {
  readonly value: readonly {
    readonly id: string;
    readonly createdDateTime: string | null;
    readonly isActive: boolean;
  }[];
}

/** Every mapping there was: look at it, or go back to the built-in one. */
export function Versions({ active, changed }: { active: string; changed: () => void }) {
  const versions = usePoll<VersionsAnswer>(`${JOB}/schema/versions?active=${active}`, 0);
  return (
    <Card title="Versions">
      <Loaded of={versions}>
        {({ value }) => (
          <table class="table table-stacks" aria-label="Versions, newest first">
            <thead>
              <tr>
                <th scope="col">Put</th>
                <th scope="col">Version</th>
                <th scope="col">
                  <span class="unseen">What can be done</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ id, createdDateTime, isActive }) => (
                <tr key={id}>
                  <td>{createdDateTime === null ? 'Built in' : inFull(createdDateTime)}</td>
                  <td>
                    <code>{id}</code> {isActive && <span class="badge">Active</span>}
                  </td>
                  <td class="number">
                    <div class="actions actions-end">
                      <ActionButton size="small" label={`Download version ${id}`} run={() => save(id)}>
                        Download
                      </ActionButton>
                      {createdDateTime === null && !isActive && (
                        <ActionButton
                          size="small"
                          run={async () => {
                            await ask(`${JOB}/schema`, { method: 'DELETE' });
                            changed();
                            versions.refresh();
                            return 'The built-in mapping is active. A full cycle evaluates everybody anew.';
                          }}
                          ask={{
                            title: 'Go back to the built-in mapping?',
                            text: 'A full cycle starts at once and evaluates everybody anew. The imported versions stay and can be put again.',
                            yes: 'Go back',
                          }}
                        >
                          Use this one
                        </ActionButton>
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </Card>
  );
}

async function save(id: string): Promise<string> {
  const schema = await get<unknown>(`${JOB}/schema/versions/${encodeURIComponent(id)}`);
  saveFile(new Blob([JSON.stringify(schema, null, 2)], { type: 'application/json' }), `schema-${id}.json`);
  return 'The schema is in your downloads.';
}
