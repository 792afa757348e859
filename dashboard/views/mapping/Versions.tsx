import { useState } from 'preact/hooks';
import { get, JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { inFull } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { saveFile } from '../../data/saveFile';
import { TryMapping, type Candidate } from './TryMapping';

interface VersionsAnswer {
  readonly value: readonly {
    readonly id: string;
    readonly createdDateTime: string | null;
    readonly isActive: boolean;
  }[];
}

/** Every mapping there was: look at it, or go back to it. */
export function Versions({ active, changed }: { active: string; changed: () => void }) {
  const [chosen, setChosen] = useState<Candidate | null>(null);
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
                      <ActionButton isReading size="small" label={`Download version ${id}`} run={() => save(id)}>
                        Download
                      </ActionButton>
                      {!isActive && (
                        <ActionButton
                          size="small"
                          label={`Use version ${id}`}
                          run={async () => {
                            setChosen({
                              name: createdDateTime === null ? 'The built-in mapping' : `Version ${id}`,
                              text: createdDateTime === null ? null : await textOf(id),
                            });
                            return undefined;
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
      {chosen !== null && <TryMapping candidate={chosen} changed={changed} leave={() => setChosen(null)} />}
    </Card>
  );
}

async function save(id: string): Promise<string> {
  saveFile(new Blob([await textOf(id)], { type: 'application/json' }), `schema-${id}.json`);
  return 'The schema is in your downloads.';
}

const textOf = async (id: string): Promise<string> =>
  JSON.stringify(await get<unknown>(`${JOB}/schema/versions/${encodeURIComponent(id)}`), null, 2);
