import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { ActionButton } from '../../parts/ActionButton';
import { Icon } from '../../parts/Icon';
import { ProblemMessage } from '../../parts/Message';

/** Graph's reset scopes, and what each forgets. The first three are what Entra's own "Restart provisioning" forgets. */
const SCOPES = [
  ['Escrows', 'Failures and their waits', 'Whoever failed is tried again at once.'],
  ['Watermark', 'How far Entra was read', 'Everybody is read and compared anew.'],
  ['QuarantineState', 'The quarantine', 'Cycles run again as usual.'],
  [
    'ConnectorDataStore',
    'Which account is whose',
    'Accounts are found anew by their addresses. Whose address was changed by hand gets a second one.',
  ],
] as const;
type Scope = (typeof SCOPES)[number][0];
const USUAL: readonly Scope[] = ['Escrows', 'Watermark', 'QuarantineState'];

/** Begins anew, as Graph's restart: the reader says what is forgotten. */
export function Restart({ isPossible, refresh }: { isPossible: boolean; refresh: () => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ActionButton
        appearance="subtle"
        disabled={!isPossible}
        run={() => {
          setOpen(true);
          return Promise.resolve(undefined);
        }}
      >
        <Icon name="history" slot="start" /> Restart …
      </ActionButton>
      {isOpen && <RestartDialog close={() => setOpen(false)} refresh={refresh} />}
    </>
  );
}

function RestartDialog({ close, refresh }: { close: () => void; refresh: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, setChosen] = useState<readonly Scope[]>(USUAL);
  useEffect(() => dialog.current?.showModal(), []);
  /** Told here: a notice would stand behind the dialog. */
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const restart = async (): Promise<string | undefined> => {
    const resetScope = chosen.length === 0 ? 'None' : chosen.join(', ');
    try {
      await ask(`${JOB}/restart`, { method: 'POST', body: { criteria: { resetScope } } });
    } catch (error) {
      setProblem(problemOf(error));
      return undefined;
    }
    close();
    refresh();
    return 'Restarted. A cycle begins at once.';
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="restart-title" onClose={close}>
      <h2 id="restart-title">Restart provisioning?</h2>
      <p>The cycle that runs is ended, a pause too, and a new one begins at once. Choose what is forgotten before:</p>
      <ul class="choices">
        {SCOPES.map(([scope, title, text]) => (
          <li key={scope}>
            <label>
              <input
                type="checkbox"
                name={scope}
                checked={chosen.includes(scope)}
                onChange={() =>
                  setChosen(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope])
                }
              />
              <span>
                <strong>{title}</strong>
                <span class="quiet">{text}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {problem !== null && <ProblemMessage problem={problem} />}
      <div class="actions">
        <ActionButton appearance="primary" run={restart}>
          Restart
        </ActionButton>
        <fluent-button onClick={close}>Cancel</fluent-button>
      </div>
    </dialog>
  );
}
