import { useContext, useState } from 'preact/hooks';
import { MayAct } from '../../data/MayAct';
import { Card } from '../../parts/Card';
import { Icon } from '../../parts/Icon';
import { TryMapping, type Candidate } from './TryMapping';

/** A schema as Entra exports it: first what would become of it and of people, then it is put. */
export function ImportSchema({ changed }: { changed: () => void }) {
  const mayAct = useContext(MayAct);
  const [chosen, setChosen] = useState<Candidate | null>(null);
  const look = async (file: File): Promise<void> => setChosen({ name: file.name, text: await file.text() });
  if (!mayAct)
    return (
      <Card title="Import an exported schema">
        <p class="quiet">Another mapping is looked at and used by an Admin.</p>
      </Card>
    );
  return (
    <Card title="Import an exported schema">
      <label class="drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => takeDropped(event, look)}>
        <Icon name="upload" />
        <span>
          Choose the file, or drop it here.{' '}
          <span class="quiet">Nothing is changed before you have seen what it does.</span>
        </span>
        <input
          id="schema-file"
          type="file"
          accept=".json,application/json"
          aria-label="Exported schema"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file !== undefined) void look(file);
          }}
        />
      </label>
      {chosen !== null && <TryMapping candidate={chosen} changed={changed} leave={() => setChosen(null)} />}
    </Card>
  );
}

function takeDropped(event: DragEvent, look: (file: File) => Promise<void>): void {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void look(file);
}
