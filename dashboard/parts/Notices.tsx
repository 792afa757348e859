/** Short news at the edge of the page, and the question before something that matters. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './Icon';

/** Long enough to be read twice, in ms. */
const STAYS_MS = 8_000;

/** A question before something that matters. */
export interface Ask {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
}

interface Notice {
  readonly id: number;
  readonly intent: 'success' | 'error' | 'info';
  readonly text: string;
}
interface Question extends Ask {
  readonly answer: (yes: boolean) => void;
}

let nextId = 0;
let show: (notice: Notice) => void = () => undefined;
let put: (question: Question) => void = (question) => question.answer(false);

export function tell(intent: Notice['intent'], text: string): void {
  nextId += 1;
  show({ id: nextId, intent, text });
}

/** @returns whether the reader said yes */
export const confirmed = (ask: Ask): Promise<boolean> =>
  new Promise((answer) => {
    put({ ...ask, answer });
  });

export function Notices() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const [question, setQuestion] = useState<Question | null>(null);
  useEffect(() => {
    show = (notice) => {
      setNotices((old) => [...old.slice(-3), notice]);
      setTimeout(() => setNotices((old) => old.filter(({ id }) => id !== notice.id)), STAYS_MS);
    };
    put = setQuestion;
  }, []);
  return (
    <>
      <div class="notices" role="status" aria-live="polite">
        {notices.map(({ id, intent, text }) => (
          <div key={id} class={`notice notice-${intent}`}>
            <Icon name={intent === 'success' ? 'check' : intent === 'error' ? 'error' : 'info'} />
            <span>{text}</span>
          </div>
        ))}
      </div>
      {question !== null && (
        <Confirm
          question={question}
          close={(yes) => {
            setQuestion(null);
            question.answer(yes);
          }}
        />
      )}
    </>
  );
}

function Confirm({ question, close }: { question: Question; close: (yes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="question"
      onCancel={(event) => {
        event.preventDefault();
        close(false);
      }}
    >
      <h2 id="question">{question.title}</h2>
      <p>{question.text}</p>
      <div class="actions">
        <fluent-button appearance="primary" id="yes" onClick={() => close(true)}>
          {question.yes}
        </fluent-button>
        <fluent-button id="no" onClick={() => close(false)}>
          Cancel
        </fluent-button>
      </div>
    </dialog>
  );
}
