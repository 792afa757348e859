import { useState } from 'preact/hooks';
import { get, JOB } from '../data/ApiClient';
import { problemOf, type ApiProblem } from '../data/ApiProblem';
import { Message } from '../parts/Message';

/** The key is asked for once a tab. It is tried before it is kept. */
export function KeyForm({ wasRefused, enter }: { wasRefused: boolean; enter: (key: string) => void }) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = new FormData(form).get('key');
    const key = typeof typed === 'string' ? typed.trim() : '';
    if (key === '') return;
    setBusy(true);
    try {
      await get(JOB, { key });
      enter(key);
    } catch (error) {
      const found = problemOf(error);
      // Any other answer shows that the key is right; whoever guessed too often is told nothing of it.
      if (found.status === 401 || found.status === 429 || found.isOffline) setProblem(found);
      else enter(key);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>Enter a function key of the connector. It is kept in this tab until you close it.</p>
      <label class="field">
        <span>Function key</span>
        <input name="key" type="password" autocomplete="off" spellcheck={false} required maxLength={500} autofocus />
      </label>
      {problem !== null && (
        <Message
          intent="error"
          title={problem.status === 401 ? 'This key is not accepted.' : problem.isOffline ? 'No connection' : 'Not now'}
        >
          {problem.status === 401 ? 'Copy it again, without blanks.' : problem.message}
        </Message>
      )}
      {problem === null && wasRefused && (
        <Message intent="warning" title="The key is no longer accepted.">
          It may have been renewed. Enter the present one.
        </Message>
      )}
      <button class="primary" type="submit" disabled={isBusy}>
        {isBusy ? 'Trying …' : 'Open'}
      </button>
      <details>
        <summary>Where do I find it?</summary>
        <p>
          In the Azure portal: the function app, <b>App keys</b>, <b>default</b>. With <code>npm start</code> it stands
          in <code>.data/function-key</code>.
        </p>
      </details>
    </form>
  );
}
